"""Effects that can be counted: each job puts one piece of a product of its own on stock."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from app.core.database import DbSession, in_transaction
from app.core.enums import UNFINISHED, JobStatus
from app.crud.product import product_crud
from app.models.job import Job
from app.services.job_service import job_service
from app.services.product_service import product_service
from dev.workers import WORKERS

PRODUCT = {"name": "Piece", "price_cents": 1, "currency": "EUR", "stock": 0}
# What is queued here reaches a service without workers by its own relay.
DELAY = timedelta() if WORKERS else timedelta(milliseconds=1)
SUCCEEDED, FAILED = JobStatus.DONE, JobStatus.FAILED


class Queued(NamedTuple):
    """A job, and the product whose stock it raises."""

    job: Job
    product_id: UUID


async def make_product(db: DbSession) -> UUID:
    """Make a product without stock."""
    return (await product_service.add_product(db, PRODUCT)).id


async def queue_piece(name: str = "add_piece", *, key: str | None = None, **given: Any) -> Queued:
    """Queue a job that puts one piece of a new product on stock, as a request would."""

    async def queue(db: DbSession) -> Queued:
        product_id = await make_product(db)
        arguments = {"product_id": str(product_id), **given}
        job = await job_service.enqueue(db, name, key=key, delay=DELAY, **arguments)
        return Queued(job, product_id)

    return await in_transaction(queue)


async def queue(name: str, *, key: str | None = None, **given: Any) -> Job:
    """Queue a job."""
    return await in_transaction(
        partial(job_service.enqueue, name=name, key=key, delay=DELAY, **given)
    )


async def read(job: Job) -> Job:
    """Return a job as it is now."""
    return await in_transaction(partial(job_service.find_job, job_id=job.id))


async def wait_until(job: Job, *statuses: JobStatus, seconds: float = 200) -> Job:
    """Return the job once it is in one of these states."""
    async with asyncio.timeout(seconds):
        while (found := await read(job)).status not in statuses:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.05)
    return found


async def wait_for_end(queued: Sequence[Queued], seconds: float) -> list[Job]:
    """Return the jobs once none is unfinished, or when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        jobs = [await read(each.job) for each in queued]
        if time.monotonic() > deadline or not any(job.status in UNFINISHED for job in jobs):
            return jobs
        await asyncio.sleep(0.2)


async def count(queued: Sequence[Queued]) -> tuple[int, int]:
    """Return how many effects are lacking, and how many there are too many."""
    ids = [each.product_id for each in queued]
    stocks = await in_transaction(partial(product_crud.get_many, ids=ids))
    pieces = [product.stock for product in stocks.values()]
    return len(ids) - sum(piece > 0 for piece in pieces), sum(
        piece - 1 for piece in pieces if piece
    )
