"""The relay: publishes the jobs that are due, again if the queue lost them or a worker died."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from app.core import queue
from app.core.clock import utc_now
from app.core.database import in_transaction
from app.core.enums import JobStatus
from app.core.jobs import LONGEST_REPUBLISH_SECONDS, REPUBLISH_SECONDS
from app.crud.job import job_crud
from app.models.job import Job
from app.services.job_service import ended, message
from app.tasks.runner import due_in, pause

log = structlog.get_logger()

JOBS_AT_ONCE = 100
WORKER_DIED = "WorkerDied: the process that ran the job ended, or lost its database."


async def publish_due() -> bool:
    """Publish what is due; tell whether there may be more.

    The mark is committed first: a relay that dies before it publishes is made good for when the
    mark has run out. While the queue is away nothing is marked, so that all is published as soon
    as it is back.
    """
    await queue.queue_length()
    jobs = await in_transaction(partial(job_crud.take_due, limit=JOBS_AT_ONCE, step=step))
    for job in jobs:
        if job.status == JobStatus.FAILED:
            log.error("job failed: its worker died", job_id=str(job.id), job=job.name)
        elif job.publications:
            await queue.enqueue(job.name, job.id, message(job))
    return len(jobs) == JOBS_AT_ONCE


def step(job: Job) -> Mapping[str, Any]:
    """Return what changes about a job whose time to be published has come."""
    if job.status != JobStatus.RUNNING:
        return published(job)
    if job.attempt >= job.max_attempts:
        return ended(JobStatus.FAILED) | {"error": WORKER_DIED}
    again = {"status": JobStatus.RETRYING, "error": WORKER_DIED}
    # The first time at once. Later what died together begins apart: it may be one that kills.
    later = due_in(pause(2 * job.attempt)) if job.attempt > 1 else published(job)
    return {**again, **later}


def published(job: Job) -> Mapping[str, Any]:
    """Return the changes of a job that is published now: when to look at it again."""
    bound = min(LONGEST_REPUBLISH_SECONDS, REPUBLISH_SECONDS * 2**job.publications)
    return {
        "publish_at": utc_now() + timedelta(seconds=bound),
        "publications": job.publications + 1,
    }
