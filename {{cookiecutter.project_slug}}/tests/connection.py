"""One HTTP/1.1 connection, written to byte by byte: no client tidies or refuses what goes out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from httpx2 import Response


@dataclass(frozen=True)
class Connection:
    """A connection that is kept alive; whoever reads from a dropped one gets an error."""

    address: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(
        self, method: str, target: bytes, headers: Mapping[bytes, bytes], body: bytes = b""
    ) -> Response:
        """Send a request whose parts stand as they are, and return the answer."""
        fields = {b"Host": b"127.0.0.1", b"Content-Length": str(len(body)).encode()} | dict(headers)
        head = b"".join(b"%s: %s\r\n" % field for field in fields.items())
        return await self.send_raw(
            b"%s %s HTTP/1.1\r\n%s\r\n" % (method.encode(), target, head) + body
        )

    async def send_raw(self, request: bytes) -> Response:
        """Send bytes that need not be a request, and return the answer.

        Raises:
            asyncio.IncompleteReadError: the connection was closed without one.
        """
        self.writer.write(request)
        async with asyncio.timeout(30):
            await self.writer.drain()
            head = (await self.reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
            fields = [
                (name, value) for name, _, value in (line.partition(b": ") for line in head[1:-2])
            ]
            length = next(
                (int(value) for name, value in fields if name.lower() == b"content-length"), 0
            )
            content = await self.reader.readexactly(length)
        return Response(int(head[0].split()[1]), headers=fields, content=content)

    async def is_closed(self) -> bool:
        """Tell whether the server has closed the connection, and said nothing more."""
        async with asyncio.timeout(30):
            return await self.reader.read(1) == b""


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Connection]:
    """Connect to a server."""
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        yield Connection(address, reader, writer)
    finally:
        writer.close()
