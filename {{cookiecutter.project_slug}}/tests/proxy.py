"""A line to the database that tests can cut, freeze and mend."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Proxy:
    """Forward TCP connections to another address, for as long as the line is whole."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = 0
        self.flowing = asyncio.Event()
        self.ends: set[StreamWriter] = set()
        self.pumps: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        """Accept connections, on the same port as before, and forward what they carry."""
        self.flowing.set()
        if not self.is_listening:
            self.server = await asyncio.start_server(self.connect, "127.0.0.1", self.port)
            self.port = self.server.sockets[0].getsockname()[1]

    @property
    def is_listening(self) -> bool:
        """Tell whether connections are accepted."""
        return bool(self.port) and self.server.is_serving()

    def freeze(self) -> None:
        """Keep all connections open, and forward nothing: as when packets are lost on the way."""
        self.flowing.clear()

    def cut(self) -> None:
        """Reset all connections and refuse new ones: as when the server's process has died."""
        self.server.close()
        for end in self.ends:
            end.transport.abort()

    async def connect(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Join a new connection to one to the target."""
        self.ends.add(writer)
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        self.ends.add(far_writer)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(self.pump(source, sink))
            self.pumps.add(pump)

    async def pump(self, source: StreamReader, sink: StreamWriter) -> None:
        """Forward in one direction until either end closes."""
        try:
            while data := await source.read(65_536):
                await self.flowing.wait()
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            sink.transport.abort()
        finally:
            sink.close()

    async def close(self) -> None:
        """End all connections."""
        self.cut()
        for pump in self.pumps:
            pump.cancel()
        await asyncio.gather(*self.pumps, return_exceptions=True)


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """Put a proxy before the server of a URL; yield it, and the URL that leads through it."""
    parts = urlsplit(url)
    proxy = Proxy(parts.hostname or "127.0.0.1", parts.port or 0)
    await proxy.mend()
    login = parts.netloc.rpartition("@")[0]
    yield proxy, parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}").geturl()
    await proxy.close()
