"""ARQ by hand, for `make bench-jobs`: its worker does the work, and nothing else."""

from functools import cache
from typing import Any

from arq import Worker, func
from arq.connections import ArqRedis

from app.config import settings
from app.core import arq_queue
from app.core.redis import make_pool
from app.tasks.worker import POLL_SECONDS
from dev.by_hand import WORK

NAME = "ARQ"
JOB = "add_piece"
WORKER = ("dev.bare_arq",)
OUR_WORKER = ("app.tasks.worker",)
QUEUE = "bare"


async def run(ctx: dict[Any, Any], *arguments: Any, **_: Any) -> None:
    """Do the work that a message names; nothing is kept in `ctx`."""
    name, argument = arguments
    await WORK[name](argument)


@cache
def client() -> ArqRedis:
    """Return the client of this process."""
    return ArqRedis(make_pool(arq_queue.REDIS_URL), default_queue_name=QUEUE)


async def send(name: str, argument: str) -> None:
    """Queue work."""
    await client().enqueue_job("run", name, argument)


if __name__ == "__main__":
    Worker(
        [func(run, name="run", keep_result=0)],
        queue_name=QUEUE,
        redis_settings=arq_queue.redis_settings(),
        max_jobs=settings.worker_concurrency,
        poll_delay=POLL_SECONDS,
    ).run()
