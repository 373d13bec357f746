"""Background work from the request to its effect, with real workers that are killed and stopped."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.core.enums import JobStatus
from app.models.job import Job
from app.models.product import Product
from app.services.job_service import job_service
from app.services.product_service import product_service
from tests.factories import make_product, unit_of_work
from tests.workers import WORKERS, Processes, working

PATIENCE_SECONDS = 30
ENDED = {JobStatus.DONE, JobStatus.FAILED}


@pytest.fixture
async def processes(committed: None) -> AsyncIterator[Processes]:
    """Workers and a scheduler."""
    async with working() as processes:
        yield processes


async def queue(name: str, product: Product | None = None, **arguments: Any) -> Job:
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
    async with unit_of_work() as db:
        return (await product_service.get_product(db, product.id)).stock


@pytest.mark.parametrize("name", ["add_piece", "compute_piece"])
async def test_a_job_runs_and_has_its_effect(processes: Processes, name: str) -> None:
    product = await make_product(stock=0)

    job = await queue(name, product)

    done = await wait_for(job, *ENDED)
    assert (done.status, done.attempt, done.progress) == (JobStatus.DONE, 1, 100)
    assert done.result == {"counts": {"pieces": 1}, "files": []}
    assert await stock_of(product) == 1


@pytest.mark.parametrize("name", ["add_piece", "compute_piece"])
async def test_a_job_whose_worker_is_killed_runs_again_with_one_effect(
    processes: Processes, name: str
) -> None:
    product = await make_product(stock=0)
    job = await queue(name, product, seconds=1)
    await wait_for(job, JobStatus.RUNNING)

    await processes.kill(*WORKERS)
    await processes.start(*WORKERS)

    done = await wait_for(job, *ENDED)
    assert (done.status, done.attempt) == (JobStatus.DONE, 2)
    assert await stock_of(product) == 1


@pytest.mark.parametrize("name", ["fail", "leave_computing", "hang"])
async def test_a_job_that_always_fails_becomes_a_dead_letter(
    processes: Processes, name: str
) -> None:
    job = await queue(name)

    dead = await wait_for(job, *ENDED)

    assert dead.status == JobStatus.FAILED
    assert dead.attempt <= 5
    assert dead.error
