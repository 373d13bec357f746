"""The worker: `python -m app.tasks.worker`, or `arq app.tasks.worker.WorkerSettings`."""

import asyncio
from signal import Signals
from typing import Any, ClassVar
from uuid import UUID

import structlog
from arq import Worker, func
from arq.worker import create_worker
from redis.exceptions import RedisError

from app.config import settings
from app.core import arq_queue
from app.core.jobs import JOBS
from app.tasks.limits import check_limits
from app.tasks.process import alive, run_process
from app.tasks.runner import run_job

log = structlog.get_logger()

RECONNECT_SECONDS = 1
# ARQ looks for work so often: the longest that a job waits for a free worker.
POLL_SECONDS = 0.05
# Who takes a message and dies before it confirms that hides it from others for so long.
CONFIRM_SECONDS = 10
# The runner ends a job in time; ARQ's own limit is there for a runner that does not.
LIMIT_SECONDS = 3600


async def run(ctx: dict[Any, Any], *arguments: Any, **_: Any) -> None:
    """Run the job that a message names; nothing is kept in ARQ's own `ctx`."""
    (job_id,) = arguments
    await arq_queue.confirm(ctx["redis"], ctx["job_id"])
    await run_job(UUID(job_id))


check_limits(LIMIT_SECONDS)


class WorkerSettings:
    """What ARQ reads."""

    # One for each job, so that ARQ's log names them; results are in the jobs' rows.
    functions: ClassVar = [func(run, name=name, keep_result=0) for name in JOBS]
    job_timeout = LIMIT_SECONDS
    redis_settings = arq_queue.redis_settings()
    queue_name = arq_queue.NAME
    job_serializer = staticmethod(arq_queue.serialize)
    job_deserializer = staticmethod(arq_queue.deserialize)
    max_jobs = settings.worker_concurrency
    poll_delay = POLL_SECONDS
    job_completion_wait = settings.shutdown_seconds
    log_results = False


async def forget_ended(worker: Worker) -> None:
    """Forget the tasks that could not tell Redis of their end: ARQ would stop anew for each."""
    ended = [message for message, task in worker.tasks.items() if task.done()]
    tasks = (worker.tasks.pop(message) for message in ended)
    await asyncio.gather(*tasks, return_exceptions=True)


async def serve() -> None:
    """Work until the process is told to stop; a Redis that is away is waited for."""
    worker: Worker = create_worker(dict(vars(WorkerSettings)))
    worker.in_progress_timeout_s = CONFIRM_SECONDS
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
                await forget_ended(worker)
            except asyncio.CancelledError:
                if not stopped.is_set():
                    raise
    await worker.close()


if __name__ == "__main__":
    run_process(serve)
