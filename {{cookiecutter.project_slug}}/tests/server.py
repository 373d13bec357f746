"""The service as a process of its own, started as a deployment starts it."""

import asyncio
import os
import re
import signal
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.process import PROJECT

# What a production installation has to set, besides its secrets.
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DOCS_ENABLED": "false",
    "FRONTEND_URL": "https://www.example.com",
    "ALLOWED_HOSTS": "127.0.0.1",
    "VERIFIED_EMAIL_REQUIRED": "false",
}
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
OPTIONS = ["--no-proxy-headers", "--no-server-header", "--ws", "none"]
COMMAND = ["-m", "uvicorn", "app.main:app", "--host", "127.0.0.1", "--port", "0", *OPTIONS]


@dataclass
class Server:
    """A running server."""

    process: Process
    log: Path
    address: str = ""

    def read_log(self) -> str:
        """Return everything that the server has printed so far."""
        return self.log.read_text(encoding="utf-8")

    async def wait_until_it_listens(self) -> None:
        """Find the address in the log: the port is the server's own choice."""
        async with asyncio.timeout(30):
            while not (found := ADDRESS.search(self.read_log())):
                assert self.process.returncode is None, self.read_log()
                await asyncio.sleep(0.02)
        self.address = found.group()

    async def stop(self) -> int:
        """Ask the server to stop, and return its exit status."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@asynccontextmanager
async def running_server(*options: str, **environment: str) -> AsyncIterator[Server]:
    """Start the service on a free port with these options and variables of the environment."""
    with tempfile.NamedTemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *COMMAND,
            *options,
            cwd=PROJECT,
            env=os.environ | PRODUCTION | environment,
            stdout=log,
            stderr=log,
        )
        server = Server(process, Path(log.name))
        try:
            await server.wait_until_it_listens()
            yield server
        finally:
            await server.stop()
