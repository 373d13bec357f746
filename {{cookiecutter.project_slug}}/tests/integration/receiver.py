"""A client's receiver of the tests' own: a server of raw bytes that does what it is told to."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
HOST = "receiver.example.com"

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Step = Callable[[Writer], Awaitable[None]]


@dataclass(frozen=True)
class Received:
    """A request that came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """Return what it tells."""
        event: dict[str, Any] = json.loads(self.body)
        return event

    def is_signed_by(self, secret: str) -> bool:
        """Verify a signature as one does who has read the specification, and none of our code."""
        key = base64.b64decode(secret.split("_", 1)[1])
        start = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
        signed = start.encode() + self.body
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{digest}" in self.headers["webhook-signature"].split(" ")


class Receiver:
    """What it was asked, and what it does next: the steps in their order, then the last again."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[Received] = []
        self.steps: list[Step] = [answer()]
        self.port = 0

    def url(self, host: str = HOST, scheme: str = "http") -> str:
        """Return an address that leads here, for whom the name stands for this machine."""
        return f"{scheme}://{host}:{self.port}/done?for=7"

    async def serve(self, reader: Reader, writer: Writer) -> None:
        """Take one request, and take the next step."""
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = dict(line.split(": ", 1) for line in head[1:-2])
            headers = {name.lower(): value for name, value in fields.items()}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Received(head[0], headers, body))
            step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
            await step(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(status: str = "204 No Content", *headers: str, body: bytes = b"") -> Step:
    """Make a step that answers."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])

    async def step(writer: Writer) -> None:
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return step


def redirect(status: str, url: str) -> Step:
    """Make a step that sends the caller elsewhere."""
    return answer(status, f"Location: {url}")


def say(*pieces: bytes, pause_seconds: float = 0) -> Step:
    """Make a step that sends bytes, which need be no answer, with pauses between."""

    async def step(writer: Writer) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_seconds)

    return step


async def wait_for_ever(_: Writer) -> None:
    """Say nothing, as long as somebody listens."""
    await asyncio.sleep(60)


async def reset(writer: Writer) -> None:
    """Break the connection off without a farewell."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def receiving(
    receiver: Receiver, tls: ssl.SSLContext | None = None, *, by_ipv6: bool = True
) -> AsyncIterator[Receiver]:
    """Listen on this machine, by IPv4 and, where there is one, on the same port by IPv6."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await receiver.serve(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    servers = [server]
    if by_ipv6:
        with suppress(OSError):
            servers.append(await asyncio.start_server(serve, "::1", receiver.port, ssl=tls))
    try:
        yield receiver
    finally:
        for one in servers:
            one.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
