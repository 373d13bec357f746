"""Workers and schedulers as processes of their own, which come back when they are killed."""

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dev.chaos.jobs import register
from tests.process import PROJECT

register()

MODULES = ("app.tasks.worker", "app.tasks.scheduler")


@dataclass
class Workers:
    """The running processes, by module."""

    log: Path
    processes: dict[str, Process] = field(default_factory=dict)

    async def start(self, module: str) -> None:
        """Start a process of the service."""
        with self.log.open("a") as log:
            self.processes[module] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "dev.chaos.process",
                module,
                cwd=PROJECT,
                env=os.environ | {"ENVIRONMENT": "test"},
                stdout=log,
                stderr=log,
            )

    async def end(self, module: str, number: signal.Signals) -> int:
        """Send a signal, and return the exit status."""
        process = self.processes.pop(module)
        if process.returncode is None:
            process.send_signal(number)
        return await process.wait()

    async def kill(self) -> None:
        """Kill the worker, and start another one, as whatever runs the service does."""
        await self.end("app.tasks.worker", signal.SIGKILL)
        await self.start("app.tasks.worker")


@asynccontextmanager
async def working() -> AsyncIterator[Workers]:
    """Run a worker and a scheduler meanwhile."""
    with tempfile.NamedTemporaryFile() as log:
        workers = Workers(Path(log.name))
        for module in MODULES:
            await workers.start(module)
        try:
            yield workers
        finally:
            for module in list(workers.processes):
                await workers.end(module, signal.SIGTERM)
            print(workers.log.read_text())
