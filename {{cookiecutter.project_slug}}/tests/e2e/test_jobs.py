"""Background work from the request to its effect, with real workers that are killed and stopped."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest

from app.core.enums import JobStatus
from app.models.job import Job
from app.models.product import Product
from app.services.job_service import job_service
from tests.factories import make_product, unit_of_work
from tests.workers import Workers, working

PATIENCE_SECONDS = 30


@pytest.fixture
async def workers(committed: None) -> AsyncIterator[Workers]:
    """A worker and a scheduler."""
    async with working() as workers:
        yield workers


async def queue(name: str, product: Product | None = None, **arguments: object) -> Job:
    """Queue a job as a request does."""
    if product is not None:
        arguments["product_id"] = str(product.id)
    async with unit_of_work() as db:
        return await job_service.enqueue(db, name, **arguments)


async def read(job: Job) -> Job:
    async with unit_of_work() as db:
        return await job_service.find_job(db, job.id)


async def wait_for(job: Job, *statuses: JobStatus) -> Job:
    """Return the job once it is in one of the states."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (found := await read(job)).status not in statuses:
            await asyncio.sleep(0.05)
    return found


async def stock_of(product: Product) -> int:
    from app.services.product_service import product_service
    async with unit_of_work() as db:
        return (await product_service.get_product(db, product.id)).stock


async def test_a_job_runs_and_has_its_effect(workers: Workers) -> None:
    product = await make_product(stock=0)

    job = await queue("add_piece", product)

    done = await wait_for(job, JobStatus.DONE)
    assert (done.attempt, done.progress, done.result["counts"]) == (1, 100, {"pieces": 1})
    assert await stock_of(product) == 1


async def test_a_job_whose_worker_is_killed_runs_again_with_one_effect(workers: Workers) -> None:
    product = await make_product(stock=0)
    job = await queue("add_piece", product, seconds=1)
    await wait_for(job, JobStatus.RUNNING)

    await workers.kill()

    done = await wait_for(job, JobStatus.DONE)
    assert done.attempt == 2
    assert await stock_of(product) == 1
