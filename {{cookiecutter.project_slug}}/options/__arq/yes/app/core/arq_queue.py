"""ARQ as a queue. It is in maintenance only: to replace it, replace this file and its worker."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any
from uuid import UUID

from arq.connections import ArqRedis, RedisSettings
from redis.exceptions import RedisError

from app.config import settings
from app.core.redis import make_pool

NAME = "jobs"
# As many jobs are put into the queue at one moment; one that finds no connection comes 20 s later.
MAX_CONNECTIONS = 100


def redis_url() -> str:
    """Return where Redis is; end the process with one line if nobody has said so."""
    if settings.redis_url is None:
        sys.exit("REDIS_URL: is needed, since background jobs wait in Redis")
    return settings.redis_url.get_secret_value()


REDIS_URL = redis_url()


def serialize(message: dict[str, Any]) -> bytes:
    """Write a message as JSON: ARQ's own way, pickle, would run whatever somebody puts in."""
    return json.dumps(message).encode()


deserialize: Callable[[bytes], dict[str, Any]] = json.loads


def redis_settings() -> RedisSettings:
    """Return where Redis is."""
    return RedisSettings.from_dsn(REDIS_URL)


@cache
def client() -> ArqRedis:
    """Return the client of this process, which connects when it is used, and fails soon."""
    return ArqRedis(
        make_pool(REDIS_URL, MAX_CONNECTIONS),
        job_serializer=serialize,
        job_deserializer=deserialize,
        default_queue_name=NAME,
    )


async def enqueue(job: str, job_id: UUID, message: str) -> None:
    """Put a job into the queue; of messages of one name it holds one at a time.

    Raises:
        RedisError: Redis is away; nothing is lost, since a relay publishes the job again.
    """
    await client().enqueue_job(job, str(job_id), _job_id=message)


async def confirm(redis: ArqRedis, message: str) -> None:
    """Take a message out of the queue as its job begins: from then on the job's row is watched.

    ARQ itself leaves it there until the end. Those of workers that were killed would stay, an
    hour each, and ARQ looks no further than at the first hundred.
    """
    # Without a Redis it is gone as well, or comes once more, which the row takes no notice of.
    with suppress(RedisError):
        await redis.zrem(NAME, message)


async def queue_length() -> int:
    """Count the messages that wait."""
    return int(await client().zcard(NAME))


async def close_queue() -> None:
    """Close all connections, when the process ends."""
    if client.cache_info().currsize:
        await client().aclose(close_connection_pool=True)
        client.cache_clear()
