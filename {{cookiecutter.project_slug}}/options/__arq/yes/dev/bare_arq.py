"""ARQ by hand, for `make bench-jobs`: the same effect as that of a job, and nothing else."""

from functools import cache, partial
from typing import Any, ClassVar
from uuid import UUID

from arq.connections import ArqRedis

from app.config import settings
from app.core import arq_queue
from app.core.database import in_transaction
from app.core.redis import make_pool
from app.crud.product import product_crud
from app.tasks.worker import POLL_SECONDS

NAME = "ARQ"
JOB = "add_piece"
WORKER = "app.tasks.worker"
COMMAND = ("arq", "dev.bare_arq.WorkerSettings")
QUEUE = "bare"


async def add_piece(ctx: dict[Any, Any], *arguments: Any, **_: Any) -> None:
    """Raise the stock of a product; nothing is kept in `ctx`."""
    effect = partial(product_crud.return_stock, id=UUID(arguments[0]), quantity=1)
    await in_transaction(effect)


class WorkerSettings:
    """As that of the service, without its jobs."""

    functions: ClassVar = [add_piece]
    queue_name = QUEUE
    redis_settings = arq_queue.redis_settings()
    max_jobs = settings.worker_concurrency
    poll_delay = POLL_SECONDS
    keep_result = 0


@cache
def client() -> ArqRedis:
    """Return the client of this process."""
    return ArqRedis(make_pool(arq_queue.REDIS_URL), default_queue_name=QUEUE)


async def enqueue(product_id: UUID) -> None:
    """Queue the work."""
    await client().enqueue_job("add_piece", str(product_id))
