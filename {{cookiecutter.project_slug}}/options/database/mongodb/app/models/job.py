"""Jobs: the document is the truth, and the queue only carries its id."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.enums import JobStatus
from app.models.base import Entity, index


class Job(Entity):
    """Work to be done in the background, for a user or, without one, for the service itself."""

    user_id: UUID | None
    name: str
    arguments: dict[str, Any]
    status: JobStatus = JobStatus.QUEUED
    progress: int = 0
    attempt: int = 0
    max_attempts: int
    # How often it was begun. Whoever began it before can write no more.
    runs: int = 0
    due_at: datetime
    # When the relay publishes it again; while it runs, when its worker is taken for dead.
    publish_at: datetime | None = None
    publications: int = 0
    context: dict[str, Any]
    checkpoint: dict[str, Any] | None = None
    error: str | None = None
    result: dict[str, Any] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    class Settings:
        """The collection and its indexes."""

        name = "jobs"
        indexes = (
            index("publish_at"),
            index("user_id", "_id"),
            index("status", "_id"),
            index("finished_at"),
        )
