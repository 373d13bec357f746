"""The work of `make bench-jobs`, written by hand: it raises the stock of a product."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from uuid import UUID

from app.core.database import DbSession, in_transaction
from app.core.enums import JobStatus
from app.crud.job import job_crud
from app.crud.product import product_crud
from app.tasks.run import lease_end


async def effect_alone(product_id: str) -> None:
    """Raise the stock in one transaction; a message that comes twice raises it twice."""
    await in_transaction(partial(product_crud.return_stock, id=UUID(product_id), quantity=1))


async def effect_once(job_id: str) -> None:
    """Mark a row as begun, and in a second transaction as done, with the effect."""
    job = await in_transaction(partial(job_crud.claim, id=UUID(job_id), lease_end=lease_end()))
    if job is None:
        return
    product_id = UUID(job.arguments["product_id"])

    async def mark_and_do(db: DbSession) -> None:
        done = {"status": JobStatus.DONE, "publish_at": None}
        if await job_crud.change_run(db, job.id, job.runs, done):
            await product_crud.return_stock(db, product_id, 1)

    await in_transaction(mark_and_do)


WORK: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {
    "effect_alone": effect_alone,
    "effect_once": effect_once,
}
