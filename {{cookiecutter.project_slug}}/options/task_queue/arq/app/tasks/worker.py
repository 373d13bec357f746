"""The worker: `python -m app.tasks.worker`, or `arq app.tasks.worker.WorkerSettings`."""

import asyncio
from signal import Signals
from typing import Any, ClassVar
from uuid import UUID

import structlog
from arq import Worker, func
from arq.worker import Function, create_worker
from redis.exceptions import RedisError

from app.config import settings
from app.core import queue
from app.core.jobs import JOBS
from app.tasks.process import alive, run_process
from app.tasks.runner import run_job

log = structlog.get_logger()

RECONNECT_SECONDS = 1
# ARQ looks for work so often: the longest that a job waits for a free worker.
POLL_SECONDS = 0.05
# The runner ends a job in time; ARQ's own limit is there for a runner that does not.
MARGIN_SECONDS = 30


async def run(ctx: dict[Any, Any], *arguments: Any, **_: Any) -> None:
    """Run the job that a message names; nothing is kept in ARQ's own `ctx`."""
    (job_id,) = arguments
    await run_job(UUID(job_id))


def functions() -> list[Function]:
    """Give ARQ a function for each job; it keeps no results, since the job's row has them."""
    return [
        func(run, name=name, keep_result=0, timeout=spec.time_limit_seconds + MARGIN_SECONDS)
        for name, spec in JOBS.items()
    ]


class WorkerSettings:
    """What ARQ reads."""

    functions: ClassVar = functions()
    redis_settings = queue.redis_settings()
    queue_name = queue.NAME
    job_serializer = staticmethod(queue.serialize)
    job_deserializer = staticmethod(queue.deserialize)
    max_jobs = settings.worker_concurrency
    poll_delay = POLL_SECONDS
    job_completion_wait = settings.shutdown_seconds
    log_results = False


async def serve() -> None:
    """Work until the process is told to stop; a Redis that is away is waited for."""
    worker: Worker = create_worker(dict(vars(WorkerSettings)))
    stopped = asyncio.Event()

    def stop(_: Signals) -> None:
        stopped.set()

    worker.on_stop = stop
    async with alive():
        while not stopped.is_set():
            try:
                await worker.async_run()
            except (RedisError, OSError) as error:
                log.warning("redis is away", error=str(error))
                await asyncio.sleep(RECONNECT_SECONDS)
            except asyncio.CancelledError:
                if not stopped.is_set():
                    raise
    await worker.close()


if __name__ == "__main__":
    run_process(serve)
