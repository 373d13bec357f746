"""The event loop of a Celery process: it turns in a thread, also between two jobs.

What keeps a connection alive has to go on then: a driver that finds its loop stopped for a while
takes the server for gone.
"""

import asyncio
from contextlib import suppress
from threading import Thread
from uuid import UUID

from app.core.database import close_database
from app.integrations.connections import close_connections
from app.tasks.runner import run_job


class JobLoop:
    """Run jobs on the loop, one at a time, for a caller outside of it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.job: asyncio.Task[None] | None = None

    def run(self, job_id: UUID) -> None:
        """Run a job, and return when it has ended or was handed back."""
        asyncio.run_coroutine_threadsafe(self.run_until_handed_back(job_id), self.loop).result()

    async def run_until_handed_back(self, job_id: UUID) -> None:
        """Run a job, unless the worker stops before its end."""
        self.job = asyncio.create_task(run_job(job_id))
        with suppress(asyncio.CancelledError):
            await self.job

    def hand_back(self) -> None:
        """Stop the job that is under way; may be called within a signal handler."""
        if self.job:
            self.loop.call_soon_threadsafe(self.job.cancel)

    def end(self) -> None:
        """Close all connections, and stop."""
        self.close_connections()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def close_connections(self) -> None:
        """Close what the loop's jobs have opened."""
        for close in (close_connections, close_database):
            asyncio.run_coroutine_threadsafe(close(), self.loop).result()
