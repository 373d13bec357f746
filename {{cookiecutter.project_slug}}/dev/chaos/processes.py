"""Workers and schedulers as processes of their own, with the jobs for tests."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals

from dev.workers import WORKERS

Command = tuple[str, ...]

PROJECT = Path(__file__).parent.parent.parent
LOG = Path(os.environ.get("CHAOS_LOG", os.devnull))
SCHEDULER = ("app.tasks.scheduler",)
SERVICE = ("uvicorn", "app.main:app", "--port", "0", "--no-access-log")
# Without workers the service runs the jobs, and its schedules.
RUNNERS: list[Command] = [(module,) for module in WORKERS] or [SERVICE]
ALL = [*RUNNERS, SCHEDULER] if WORKERS else RUNNERS
# What runs jobs beside a service that is there already.
WORKING: list[Command] = ALL if WORKERS else []
# Longer than what stops is given to finish its jobs.
STOP_SECONDS = 60


async def start(command: Command, **environment: str) -> Process:
    """Start a process of the service, as the head of a group of its own."""
    with LOG.open("a") as log:  # noqa: ASYNC230 - a moment, in a tool
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dev.chaos.process", *command),
            cwd=PROJECT,
            env=os.environ | {"ENVIRONMENT": "test"} | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


async def kill(process: Process) -> None:
    """Kill a process with all of its children, as a machine does that loses power."""
    os.killpg(process.pid, Signals.SIGKILL)
    await process.wait()


def children_of(pid: int) -> list[int]:
    """Return the children of a process."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


@dataclass
class Kept:
    """A process that is started again whenever it ends, as whatever runs the service does."""

    command: Command
    environment: dict[str, str] = field(default_factory=dict)
    process: Process | None = None
    keeping: asyncio.Task[None] | None = None

    async def keep(self) -> None:
        """Start the process, and again each time it ends."""
        while True:
            self.process = await start(self.command, **self.environment)
            await self.process.wait()

    def send(self, number: Signals) -> None:
        """Send a signal to the process, and to none of its children."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(number)

    async def kill(self) -> None:
        """Kill the process and its children; it comes back."""
        if self.process and self.process.returncode is None:
            await kill(self.process)

    async def stop(self) -> None:
        """Let it come back no more, and end it: politely at first."""
        if self.keeping:
            self.keeping.cancel()
            await asyncio.gather(self.keeping, return_exceptions=True)
        if self.process and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
            except TimeoutError:
                await kill(self.process)


@asynccontextmanager
async def kept(*commands: Command, **environment: str) -> AsyncIterator[list[Kept]]:
    """Keep processes running meanwhile: all that the project has, if none are named."""
    running = [Kept(command, environment) for command in commands or ALL]
    for each in running:
        each.keeping = asyncio.create_task(each.keep())
    try:
        yield running
    finally:
        await asyncio.gather(*(each.stop() for each in running))


shared: list[Kept] = []


@asynccontextmanager
async def all_kept() -> AsyncIterator[list[Kept]]:
    """Keep all processes of the project running; within another call they are the same ones."""
    if shared:
        yield shared
        return
    async with kept() as running:
        shared.extend(running)
        try:
            yield running
        finally:
            shared.clear()
