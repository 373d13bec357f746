"""The scheduler: `python -m app.tasks.scheduler`, as many of them as are wanted."""

import asyncio
import signal
from contextlib import suppress

import structlog

from app.tasks.process import alive, run_process
from app.tasks.relay import publish_due
from app.tasks.schedules import SCHEDULES, queue_ticks

log = structlog.get_logger()

POLL_SECONDS = 0.5


async def keep_publishing(stopped: asyncio.Event) -> None:
    """Publish due jobs and begin scheduled ones until told to stop; errors are for another time."""
    while not stopped.is_set():
        more = False
        try:
            await queue_ticks(SCHEDULES)
            more = await publish_due()
        except Exception:
            log.exception("not published")
        if not more:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), POLL_SECONDS)


async def serve() -> None:
    """Serve until a signal comes."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with alive():
        await keep_publishing(stopped)


if __name__ == "__main__":
    run_process(serve)
