"""Background work as its owner and the admins see it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import structlog

from app.core import queue
from app.core.clock import utc_now
from app.core.database import DbSession, after_commit
from app.core.enums import UNFINISHED, JobStatus, Role
from app.core.exceptions import (
    FileNotThereError,
    IdempotencyKeyReusedError,
    JobNotFoundError,
    JobStatusError,
)
from app.core.ids import new_id
from app.core.jobs import JOBS, REPUBLISH_SECONDS
from app.core.pagination import Page, PageRequest
from app.crud.file import file_crud
from app.crud.job import job_crud
from app.models.file import File
from app.models.job import Job
from app.models.user import User

NAMESPACE = UUID("6f98599d-8bfa-4c22-a3db-55c700f20ef1")


class JobService:
    """Queue work with the change that causes it, show it, stop it, begin it again."""

    async def enqueue(
        self,
        db: DbSession,
        name: str,
        *,
        user: User | None = None,
        key: str | None = None,
        delay: timedelta = timedelta(),
        **arguments: Any,
    ) -> Job:
        """Queue a job of `core/jobs.py`, which leaves for the queue when the caller commits.

        Arguments are JSON. The same name and key give the same job, however often they come.

        Raises:
            IdempotencyKeyReusedError: the key came before, with other arguments.
        """
        job_id = new_id() if key is None else uuid5(NAMESPACE, f"{name}:{key}")
        now = utc_now()
        # Without a delay it is published after the commit, and by a relay only if that fails.
        patience = delay or timedelta(seconds=REPUBLISH_SECONDS)
        fields = {
            "id": job_id,
            "user_id": user.id if user else None,
            "name": name,
            "arguments": arguments,
            "max_attempts": JOBS[name].max_attempts,
            "due_at": now + delay,
            "publish_at": now + patience,
            "context": current_context(),
        }
        job = await job_crud.create_once(db, fields)
        if job is None:
            return await self.find_same(db, job_id, arguments)
        if not delay:
            publish_after_commit(db, job)
        return job

    async def find_same(self, db: DbSession, job_id: UUID, arguments: Mapping[str, Any]) -> Job:
        """Return the job that came before under the same key."""
        job = await self.find_job(db, job_id)
        if job.arguments != arguments:
            raise IdempotencyKeyReusedError
        return job

    async def find_job(self, db: DbSession, job_id: UUID) -> Job:
        """Return a job, whoever owns it.

        Raises:
            JobNotFoundError: there is none.
        """
        job = await job_crud.get(db, job_id)
        if job is None:
            raise JobNotFoundError
        return job

    async def get_job(self, db: DbSession, job_id: UUID, viewer: User) -> Job:
        """Return one of the viewer's own jobs; admins see all.

        Raises:
            JobNotFoundError: there is none, or the viewer may not see it.
        """
        job = await self.find_job(db, job_id)
        if viewer.role != Role.ADMIN and job.user_id != viewer.id:
            raise JobNotFoundError
        return job

    async def list_jobs(
        self, db: DbSession, viewer: User, page: PageRequest, status: JobStatus | None
    ) -> Page[Job]:
        """Return one page of the viewer's own jobs."""
        return await job_crud.list_jobs(db, page, viewer.id, status)

    async def get_file(self, db: DbSession, job_id: UUID, name: str, viewer: User) -> File:
        """Return a file that one of the viewer's jobs has made.

        Raises:
            JobNotFoundError: as `get_job`.
            FileNotThereError: it has made none of this name.
        """
        job = await self.get_job(db, job_id, viewer)
        file = await file_crud.find(db, job.id, name) if job.status == JobStatus.DONE else None
        if file is None:
            raise FileNotThereError
        return file

    async def cancel(self, db: DbSession, job_id: UUID, viewer: User) -> Job:
        """Stop one of the viewer's jobs; what runs ends soon, and what it did stays undone.

        Raises:
            JobNotFoundError: as `get_job`.
            JobStatusError: it has ended.
        """
        await self.get_job(db, job_id, viewer)
        return await self.move(db, job_id, UNFINISHED, ended(JobStatus.CANCELLED))

    async def list_dead(self, db: DbSession, page: PageRequest) -> Page[Job]:
        """Return one page of the jobs that failed for good."""
        return await job_crud.list_jobs(db, page, status=JobStatus.FAILED)

    async def run_again(self, db: DbSession, job_id: UUID) -> Job:
        """Begin a failed job again, with all its tries.

        Raises:
            JobNotFoundError: there is none.
            JobStatusError: it has not failed.
        """
        await self.find_job(db, job_id)
        now = utc_now()
        again = {"status": JobStatus.QUEUED, "attempt": 0, "due_at": now, "finished_at": None}
        again |= {"publish_at": now + timedelta(seconds=REPUBLISH_SECONDS), "publications": 0}
        job = await self.move(db, job_id, {JobStatus.FAILED}, again)
        publish_after_commit(db, job)
        return job

    async def discard(self, db: DbSession, job_id: UUID) -> Job:
        """Give a failed job up; errors are those of `run_again`."""
        await self.find_job(db, job_id)
        return await self.move(db, job_id, {JobStatus.FAILED}, ended(JobStatus.CANCELLED))

    async def move(
        self,
        db: DbSession,
        job_id: UUID,
        before: Collection[JobStatus],
        changes: Mapping[str, Any],
    ) -> Job:
        """Change a job unless it has moved on meanwhile."""
        job = await job_crud.move(db, job_id, before, changes)
        if job is None:
            raise JobStatusError
        return job


def publish_after_commit(db: DbSession, job: Job) -> None:
    """Have a job put into the queue once it is committed."""
    after_commit(db, partial(queue.enqueue, job.name, job.id, message(job)))


def message(job: Job) -> str:
    """Name the message that carries a job: another one for each time it is published."""
    return f"{job.id}:{job.runs}:{job.publications}"


def ended(status: JobStatus) -> dict[str, Any]:
    """Return the changes of a job that is over."""
    return {"status": status, "publish_at": None, "finished_at": utc_now()}


def current_context() -> dict[str, Any]:
    """Return what the job's log lines share with those of the request that queued it: its trace."""
    known = structlog.contextvars.get_contextvars()
    return {name: known[name] for name in ("request_id", "traceparent") if name in known}


job_service = JobService()
