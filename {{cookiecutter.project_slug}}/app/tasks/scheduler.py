"""The scheduler: `python -m app.tasks.scheduler`, as many of them as are wanted."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from app.tasks.metrics import measure
from app.tasks.process import alive, run_process
from app.tasks.relay import publish_due
from app.tasks.schedules import queue_ticks

log = structlog.get_logger()

# How long a job waits at most after its time has come, and how old a measured number may be.
POLL_SECONDS = 0.5
MEASURE_SECONDS = 15


async def repeat(
    duty: Callable[[], Awaitable[bool | None]], seconds: float, stopped: asyncio.Event
) -> None:
    """Do something again and again, at once when it says so; an error is for the next time."""
    while not stopped.is_set():
        again = None
        try:
            again = await duty()
        except Exception:
            log.exception("failed, to be tried again", duty=duty.__name__)
        if not again:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), seconds)


async def keep_publishing(stopped: asyncio.Event) -> None:
    """Publish due jobs, begin scheduled ones and count them all, until told to stop."""
    await asyncio.gather(
        repeat(publish_due, POLL_SECONDS, stopped),
        repeat(queue_ticks, POLL_SECONDS, stopped),
        repeat(measure, MEASURE_SECONDS, stopped),
    )


async def serve() -> None:
    """Serve until a signal comes."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with alive():
        await keep_publishing(stopped)


if __name__ == "__main__":
    run_process(serve)
