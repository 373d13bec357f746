"""What keeps the database small."""

from datetime import timedelta
from functools import partial

from app.config import settings
from app.core.clock import utc_now
from app.core.database import in_transaction
from app.crud.job import job_crud
from app.tasks.run import Run

JOBS_AT_ONCE = 100


async def delete_old_jobs(run: Run) -> None:
    """Delete jobs that ended long ago, with their files; those that failed stay."""
    before = utc_now() - timedelta(days=settings.job_days)
    delete_some = partial(job_crud.delete_finished, before=before, limit=JOBS_AT_ONCE)
    deleted = 0
    while some := await in_transaction(delete_some):
        deleted += some
    await run.finish({"jobs": deleted})
