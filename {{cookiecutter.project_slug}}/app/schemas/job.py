"""Schemas of background work."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from app.core.enums import JobStatus
from app.schemas.base import EntityRead, Output, PageQuery


class JobQuery(PageQuery):
    """Which jobs are wanted, on which page."""

    status: JobStatus | None = None


class JobResult(Output):
    """What a job has made: counts, and the names of files at `/jobs/{id}/files/{name}`."""

    counts: dict[str, int]
    files: list[str]


class JobRead(EntityRead):
    """A job as its owner sees it; progress is in per cent, and attempts count from 1."""

    name: str
    status: JobStatus
    progress: int = Field(ge=0, le=100)
    attempt: int
    max_attempts: int
    due_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    result: JobResult | None


class DeadLetterRead(JobRead):
    """A job that failed for good, as admins see it."""

    user_id: UUID | None
    error: str | None
