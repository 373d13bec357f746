"""What keeps the database small."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from app.config import settings
from app.core.clock import utc_now
from app.core.database import DbSession, in_transaction
from app.crud.job import job_crud
from app.crud.webhook import webhook_event_crud
from app.tasks.run import Run

AT_ONCE = 100


class DeleteSome(Protocol):
    """What deletes some of what is older than a time, and counts it."""

    def __call__(self, db: DbSession, *, before: datetime, limit: int) -> Awaitable[int]: ...


async def delete_old_jobs(run: Run) -> None:
    """Delete jobs and webhooks that ended long ago, with their files; those that failed stay."""
    jobs = await delete_all(job_crud.delete_finished, settings.job_days)
    webhooks = await delete_all(webhook_event_crud.delete_old, settings.webhook_days)
    await run.finish({"jobs": jobs, "webhooks": webhooks})


async def delete_all(delete_some: DeleteSome, days: int) -> int:
    """Delete everything that is older, a few at a time; count it."""
    before = utc_now() - timedelta(days=days)
    deleted = 0
    while some := await in_transaction(partial(delete_some, before=before, limit=AT_ONCE)):
        deleted += some
    return deleted
