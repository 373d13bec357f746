"""Another service of the tests' own: a server on bare sockets that does what a script says."""

import asyncio
import json
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from app.integrations.connections import close_connections


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire; names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        """Return what its body says."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Line:
    """A request, and the connection on which it came."""

    request: Received
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes, pause_seconds: float = 0) -> None:
        """Write piece by piece."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(pause_seconds)


Step = Callable[[Line], Awaitable[None]]


@dataclass
class ScriptedServer:
    """Answer the first request by the first step, and so on; the last step is repeated."""

    steps: Sequence[Step]
    greeting: bytes | None = None
    """What to say at once to whoever connects, before hanging up."""
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer all requests of one connection."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if self.greeting is None:
                await self.answer_all(reader, writer)
            else:
                writer.write(self.greeting)
                await writer.drain()
        writer.close()

    async def answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until a step hangs up."""
        while not writer.is_closing():
            request = await read_request(reader)
            step = self.steps[min(len(self.requests), len(self.steps) - 1)]
            self.requests.append(request)
            await step(Line(request, reader, writer))


async def read_request(reader: asyncio.StreamReader) -> Received:
    """Read one request to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {
        name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body, time.monotonic())


@asynccontextmanager
async def scripted(
    *steps: Step, tls: ssl.SSLContext | None = None, greeting: bytes | None = None
) -> AsyncIterator[ScriptedServer]:
    """Serve at an address of its own, and close all connections to it afterwards."""
    script = ScriptedServer(steps, greeting)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    script.address = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        await close_connections()
        server.close()
        await server.wait_closed()


def head(status: str, *headers: str) -> bytes:
    """Write the head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1")


def answers(status: int = 200, *headers: str, body: bytes = b'{"id": 1}') -> Step:
    """Answer as HTTP wants it."""
    length = [] if status in {204, 304} else [f"Content-Length: {len(body)}"]
    return sends(head(f"{status} Told", *length, *headers), body if length else b"")


def answers_json(value: Any) -> Step:
    """Answer with a value."""
    return answers(body=json.dumps(value).encode())


def sends(*pieces: bytes) -> Step:
    """Send bytes, whatever they are, and keep the connection."""

    async def step(line: Line) -> None:
        await line.send(*pieces)

    return step


def hangs_up_after(*pieces: bytes) -> Step:
    """Send bytes, and close the connection as one does."""

    async def step(line: Line) -> None:
        await line.send(*pieces)
        line.writer.close()

    return step


def resets_after(*pieces: bytes) -> Step:
    """Send bytes, and tear the connection down."""

    async def step(line: Line) -> None:
        await line.send(*pieces)
        bare: socket.socket = line.writer.get_extra_info("socket")
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.writer.transport.abort()

    return step


def is_silent_after(*pieces: bytes) -> Step:
    """Send bytes, and nothing more until the other side hangs up."""

    async def step(line: Line) -> None:
        await line.send(*pieces)
        await line.reader.read()
        line.writer.close()

    return step


def drips(first: bytes, drop: bytes, pause_seconds: float = 0.02) -> Step:
    """Send drop by drop, for ever, and each in time."""

    async def step(line: Line) -> None:
        await line.send(first)
        while not line.writer.is_closing():
            await line.send(drop, pause_seconds=pause_seconds)

    return step


def floods(first: bytes, piece: bytes) -> Step:
    """Send as fast as the other side reads, for ever."""
    return drips(first, piece, pause_seconds=0)


def answers_late(seconds: float) -> Step:
    """Answer after a time."""

    async def step(line: Line) -> None:
        await asyncio.sleep(seconds)
        await answers()(line)

    return step
