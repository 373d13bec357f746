"""Workers and schedulers as processes of their own, with the jobs for tests."""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals

from dev.chaos.jobs import register
from tests.process import PROJECT

register()

SCHEDULER = "app.tasks.scheduler"
# Whichever of these a project has.
WORKERS = [
    f"app.tasks.{name}"
    for name in ("worker", "celery_app")
    if (PROJECT / "app" / "tasks" / f"{name}.py").exists()
]


@dataclass
class Processes:
    """The running processes, by module."""

    log: Path
    running: dict[str, Process] = field(default_factory=dict)

    async def start(self, *modules: str) -> None:
        """Start processes of the service."""
        for module in modules:
            with self.log.open("a") as log:
                self.running[module] = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "dev.chaos.process", module),
                    cwd=PROJECT,
                    env=os.environ | {"ENVIRONMENT": "test"},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def send(self, number: Signals, *modules: str) -> None:
        """Send a signal to processes, and to none of their children."""
        for module in modules:
            self.running[module].send_signal(number)

    async def end(self, number: Signals, *modules: str) -> list[int]:
        """Send a signal, and return the exit statuses."""
        ending = [self.running.pop(module) for module in modules]
        for process in ending:
            if process.returncode is None:
                process.send_signal(number)
        return [await process.wait() for process in ending]

    async def kill(self, *modules: str) -> None:
        """Kill processes with all of their children, as a machine does that loses power."""
        for module in modules:
            process = self.running.pop(module)
            os.killpg(process.pid, Signals.SIGKILL)
            await process.wait()

    def read_log(self) -> str:
        """Return everything that the processes have printed so far."""
        return self.log.read_text(encoding="utf-8")


@asynccontextmanager
async def working(*modules: str) -> AsyncIterator[Processes]:
    """Run processes meanwhile: the workers and a scheduler if none are named."""
    with tempfile.NamedTemporaryFile() as log:
        processes = Processes(Path(log.name))
        await processes.start(*(modules or (*WORKERS, SCHEDULER)))
        try:
            yield processes
        finally:
            await processes.end(Signals.SIGTERM, *processes.running)
