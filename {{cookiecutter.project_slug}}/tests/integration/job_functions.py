"""Jobs that a test defines for itself, and what they have done."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import pytest

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.core.jobs import JOBS, JobKind, JobSpec
from app.crud.product import product_crud
from app.models.job import Job
from app.models.product import Product
from app.services.job_service import job_service
from app.services.product_service import product_service
from app.tasks.registry import FUNCTIONS, JobFunction
from app.tasks.run import Run
from app.tasks.runner import run_job
from tests.factories import make_job, make_product, read_job, unit_of_work

NAME = "job_of_a_test"

Function = Callable[[Run], Awaitable[None]]


class PassingError(Exception):
    """An error that may pass by itself."""


class Define(Protocol):
    """What makes a job of a function."""

    async def __call__(self, function: Function, *, seconds: float = 30, tries: int = 5) -> Job: ...


def defining(patch: pytest.MonkeyPatch) -> Define:
    """Return what makes a job of a function, which only `PassingError` has tried again."""

    async def define(function: Function, *, seconds: float = 30, tries: int = 5) -> Job:
        patch.setitem(JOBS, NAME, JobSpec(JobKind.IO, seconds, tries))
        patch.setitem(FUNCTIONS, NAME, JobFunction(function, passing=(PassingError,)))
        return await make_job(name=NAME)

    return define


class Gate:
    """A job's function that begins, waits until it may go on, and then adds a piece to a stock."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.begun, self.may_go_on = asyncio.Event(), asyncio.Event()
        self.was_stopped = False

    async def __call__(self, run: Run) -> None:
        """Do so."""
        self.begun.set()
        try:
            await self.may_go_on.wait()
        except asyncio.CancelledError:
            self.was_stopped = True
            raise
        await add_piece(run, self.product)

    async def begin(self, job: Job) -> asyncio.Task[None]:
        """Run the job in the background, up to the gate."""
        running = asyncio.create_task(run_job(job.id))
        await self.begun.wait()
        return running


async def add_piece(run: Run, product: Product) -> None:
    """End a job with an effect that can be counted."""
    effect = partial(product_crud.return_stock, id=product.id, quantity=1)
    await run.finish({"pieces": 1}, effect=effect)


async def stock_of(product: Product) -> int:
    """Return how many pieces there are."""
    async with unit_of_work() as db:
        return (await product_service.get_product(db, product.id)).stock


async def run_now(job: Job) -> Job:
    """Run a job, though its pause may not be over, and return it as it is then."""
    async with unit_of_work() as db:
        await job_service.move(db, job.id, list(JobStatus), {"due_at": utc_now()})
    await run_job(job.id)
    return await read_job(job)


async def move(job: Job, **changes: object) -> None:
    """Change a job behind its worker's back."""
    async with unit_of_work() as db:
        await job_service.move(db, job.id, list(JobStatus), changes)


async def make_gate() -> Gate:
    """Make a job's function that waits for the test."""
    return Gate(await make_product(stock=0))
