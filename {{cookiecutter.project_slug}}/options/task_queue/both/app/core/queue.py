"""The queues behind all jobs: Celery for those that compute, ARQ for those that wait for others."""

from uuid import UUID

from app.core import arq_queue, celery_queue
from app.core.jobs import JOBS, JobKind


async def enqueue(job: str, job_id: UUID, message: str) -> None:
    """Put a job into the queue for its kind; raises as that does."""
    behind = celery_queue if JOBS[job].kind == JobKind.CPU else arq_queue
    await behind.enqueue(job, job_id, message)


async def queue_length() -> int:
    """Count the messages that wait, in both."""
    return await arq_queue.queue_length() + await celery_queue.queue_length()


async def close_queue() -> None:
    """Close all connections, when the process ends."""
    await arq_queue.close_queue()
    await celery_queue.close_queue()
