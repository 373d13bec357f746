"""An effect that takes longer than a lease lasts happens once, and its job is not lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from app.core.database import DbSession
from app.core.enums import JobStatus
from app.crud.product import product_crud
from app.tasks import run as run_module
from app.tasks import runner
from app.tasks.registry import FUNCTIONS, JobFunction
from app.tasks.relay import publish_due
from app.tasks.run import Run
from tests.factories import make_job, make_product, read_job, unit_of_work

BEAT_SECONDS, LEASE_SECONDS = 0.1, 0.3


@pytest.fixture
async def relay(committed: None) -> AsyncIterator[None]:
    """A relay that looks for dead workers all the time."""

    async def keep_publishing() -> None:
        while True:
            await publish_due()
            await asyncio.sleep(BEAT_SECONDS / 2)

    task = asyncio.create_task(keep_publishing())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("leases", [0.5, 3])
async def test_an_effect_that_outlasts_a_lease_happens_once(
    relay: None, monkeypatch: pytest.MonkeyPatch, leases: float
) -> None:
    monkeypatch.setattr(runner, "BEAT_SECONDS", BEAT_SECONDS)
    monkeypatch.setattr(run_module, "LEASE_SECONDS", LEASE_SECONDS)
    product = await make_product(stock=0)
    begun: list[int] = []

    async def add_piece_slowly(db: DbSession) -> None:
        begun.append(1)
        await product_crud.return_stock(db, product.id, 1)
        await asyncio.sleep(leases * LEASE_SECONDS)

    async def function(run: Run) -> None:
        await run.finish(effect=add_piece_slowly)

    monkeypatch.setitem(FUNCTIONS, "sync_products", JobFunction(function))
    job = await make_job()

    await runner.run_job(job.id)

    stored = await read_job(job)
    assert (stored.status, stored.attempt, len(begun)) == (JobStatus.DONE, 1, 1)
    async with unit_of_work() as db:
        assert (await product_crud.get_many(db, [product.id]))[product.id].stock == 1
