"""Celery as a queue: messages are JSON and hold the id of a job, and results stay in its row."""

import asyncio
import sys
from typing import Any
from uuid import UUID

from celery import Celery

from app.config import settings
from app.core.jobs import JOBS
from app.core.redis import TIMEOUT_SECONDS

NAME = "celery-jobs"
TASK = "run_job"
# The runner ends a job in time; Celery's own limit is there for a runner that does not.
MARGIN_SECONDS = 30
# When Redis gives a message that nobody has confirmed to another worker. It is confirmed when its
# job begins, and from then on the lease in the job's row says whether its worker lives.
VISIBILITY_SECONDS = 3600


def redis_url() -> str:
    """Return where Redis is; end the process with one line if nobody has said so."""
    if settings.redis_url is None:
        sys.exit("REDIS_URL: is needed, since background jobs wait in Redis")
    return settings.redis_url.get_secret_value()


celery = Celery("jobs", broker=redis_url(), set_as_current=False)
celery.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_default_queue=NAME,
    broker_connection_retry_on_startup=True,
    # What a request may lose to a Redis that went silent; a relay publishes the job later.
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "socket_timeout": TIMEOUT_SECONDS,
        "max_retries": 0,
    },
)


async def enqueue(job: str, job_id: UUID, message: str) -> None:
    """Put a job into the queue; `message` is its name there.

    Raises:
        OperationalError: Redis is away; nothing is lost, since a relay publishes the job again.
    """
    limit = round(JOBS[job].time_limit_seconds) + MARGIN_SECONDS
    # Celery's client is not made for an event loop, so it waits in a thread.
    await asyncio.to_thread(
        celery.send_task, TASK, [str(job_id)], task_id=message, time_limit=limit, retry=False
    )


async def queue_length() -> int:
    """Count the messages that wait."""
    return await asyncio.to_thread(count)


def count() -> int:
    """Ask Redis how many messages wait."""
    with celery.connection_for_read() as connection:
        channel: Any = connection.default_channel
        return int(channel.client.llen(NAME))


async def close_queue() -> None:
    """Close all connections, when the process ends."""
    celery.close()
