"""The worker: tasks on the event loop of the API, beside its requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from app.config import settings
from app.core.queue import messages
from app.tasks.runner import run_job
from app.tasks.scheduler import keep_publishing

log = structlog.get_logger()


running: set[asyncio.Task[None]] = set()


async def take_on() -> None:
    """Begin what waits, so many jobs at a time."""
    places = asyncio.Semaphore(settings.worker_concurrency)

    def leave(task: asyncio.Task[None]) -> None:
        running.discard(task)
        places.release()

    while True:
        await places.acquire()
        _, job_id = await messages().get()
        task = asyncio.create_task(run(job_id))
        running.add(task)
        task.add_done_callback(leave)


async def run(job_id: UUID) -> None:
    """Run a job; what goes wrong with that is in its row, or a relay's to notice."""
    try:
        await run_job(job_id)
    except Exception:
        log.exception("job not run", job_id=str(job_id))


@asynccontextmanager
async def working() -> AsyncIterator[None]:
    """Run jobs meanwhile; at the end those that are short finish, and others are handed back."""
    stopped = asyncio.Event()
    publishing = asyncio.create_task(keep_publishing(stopped))
    taking_on = asyncio.create_task(take_on())
    try:
        yield
    finally:
        stopped.set()
        taking_on.cancel()
        await asyncio.gather(publishing, taking_on, return_exceptions=True)
        await finish()


async def finish() -> None:
    """Wait for jobs that are under way, as long as the settings say, and stop the others."""
    if running:
        await asyncio.wait(running, timeout=settings.shutdown_seconds)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
