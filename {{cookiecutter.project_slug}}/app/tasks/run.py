"""One run of a job: what the job's function may do with it, and how its end is written down."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_process

from app.config import settings
from app.core.clock import utc_now
from app.core.database import DbSession, in_transaction
from app.core.enums import JobStatus
from app.core.jobs import LEASE_SECONDS
from app.crud.job import Changes, job_crud
from app.models.job import Job
from app.services.job_service import ended

LONGEST_ERROR = 500

Made = TypeVar("Made")
Counts = Mapping[str, int]
Effect = Callable[[DbSession], Awaitable[object]]


class RunLostError(Exception):
    """The job was cancelled, or another worker has begun it: this run may write no more."""


class NotDoneYetError(Exception):
    """The job has come further, and goes on in another run: others have their turn first."""


def storable(error: Exception) -> str:
    """Name an error, with as much of its text as every database can hold."""
    text = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def lease_end() -> datetime:
    """Return until when a worker that was heard of now is not taken for dead."""
    return utc_now() + timedelta(seconds=LEASE_SECONDS)


@dataclass
class Run:
    """A job that was begun, and has not ended."""

    job: Job
    has_ended: bool = field(default=False, init=False)
    is_ending: bool = field(default=False, init=False)

    async def write(self, db: DbSession, changes: Changes) -> None:
        """Change the job in the caller's transaction, which goes no further if the run is lost.

        Raises:
            RunLostError: the job was cancelled, or began anew elsewhere.
        """
        if not await job_crud.change_run(db, self.job.id, self.job.runs, changes):
            raise RunLostError

    async def change(self, **changes: Any) -> None:
        """Change the job in a transaction of its own; raises as `write`."""
        await in_transaction(partial(self.write, changes=changes))

    async def beat(self) -> None:
        """Say that the worker lives; raises as `write`."""
        await self.change(publish_at=lease_end())

    async def checkpoint(self, progress: int, **state: Any) -> None:
        """Keep how far the job is, in per cent, and what it needs to go on from there."""
        await self.change(progress=progress, checkpoint=state, publish_at=lease_end())
        self.job.checkpoint = state

    async def note(self, effect: Effect) -> None:
        """Write something down before the job has ended; raises as `write`, and undoes it then."""

        async def write_and_do(db: DbSession) -> None:
            await self.write(db, {"publish_at": lease_end()})
            await effect(db)

        await in_transaction(write_and_do)

    async def finish(
        self,
        counts: Counts | None = None,
        *,
        files: Sequence[str] = (),
        effect: Effect | None = None,
    ) -> None:
        """Do what the job is for, and mark it as done in the same transaction.

        So the effect happens once, however often the job was begun. It is called again when the
        transaction has to be run again.
        """
        result = {"counts": counts or {}, "files": list(files)}
        done = {"progress": 100, "result": result, "checkpoint": None, "error": None}

        async def mark_and_do(db: DbSession) -> None:
            # The mark first: while the effect is written, it keeps relays and other workers away.
            await self.write(db, ended(JobStatus.DONE) | done)
            if effect:
                await effect(db)

        self.is_ending = True
        try:
            await in_transaction(mark_and_do)
        finally:
            self.is_ending = False
        self.has_ended = True

    async def compute(self, function: Callable[..., Made], *arguments: Any) -> Made:
        """Run a function in a process of its own, which is killed when the job is stopped."""
        return await to_process.run_sync(function, *arguments, cancellable=True, limiter=cores())


_limiters: list[CapacityLimiter] = []


def cores() -> CapacityLimiter:
    """Return what lets only so many processes compute at a time."""
    if not _limiters:
        _limiters.append(CapacityLimiter(settings.worker_processes))
    return _limiters[0]
