"""Workers that stop, are taken for dead, or show that they live."""

import asyncio
from datetime import timedelta

import pytest

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import JobStatus
from app.core.exceptions import DatabaseUnavailableError
from app.crud.product import product_crud
from app.tasks.run import Run
from app.tasks.runner import run_job
from tests.factories import make_product, read_job
from tests.integration.job_functions import Define, make_gate, move, stock_of

pytestmark = pytest.mark.usefixtures("committed")

SOON_SECONDS = 10


@pytest.mark.parametrize(
    ("attempt", "status"), [(0, JobStatus.QUEUED), (2, JobStatus.RETRYING)], ids=["first", "third"]
)
async def test_a_job_whose_worker_stops_is_handed_back_and_the_try_does_not_count(
    define: Define, attempt: int, status: JobStatus
) -> None:
    gate = await make_gate()
    job = await define(gate)
    await move(job, attempt=attempt)
    running = await gate.begin(job)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    stored = await read_job(job)
    assert gate.was_stopped
    assert (stored.status, stored.attempt, stored.runs) == (status, attempt, 1)
    assert stored.publish_at is not None
    assert max(stored.due_at, stored.publish_at) <= utc_now()
    assert stored.error is None


async def test_a_job_that_was_handed_back_runs_elsewhere_at_once(define: Define) -> None:
    gate = await make_gate()
    job = await define(gate, tries=1)
    for _ in range(3):
        running = await gate.begin(job)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        gate.begun.clear()

    gate.may_go_on.set()
    await run_job(job.id)

    assert ((await read_job(job)).status, await stock_of(gate.product)) == (JobStatus.DONE, 1)


async def test_a_run_that_was_taken_over_cannot_finish_and_what_it_did_is_undone(
    define: Define, silent: None
) -> None:
    gate = await make_gate()
    job = await define(gate)
    first = await gate.begin(job)
    await move(job, publish_at=utc_now() - timedelta(seconds=1))
    gate.begun.clear()
    second = await gate.begin(job)

    gate.may_go_on.set()
    await asyncio.gather(first, second)

    done = await read_job(job)
    assert (done.status, done.attempt, done.runs) == (JobStatus.DONE, 2, 2)
    assert await stock_of(gate.product) == 1


async def test_a_run_that_was_taken_over_is_stopped_within_a_beat(
    define: Define, beating: float
) -> None:
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)

    await move(job, runs=2)

    await asyncio.wait_for(running, SOON_SECONDS)
    stored = await read_job(job)
    assert gate.was_stopped
    assert (stored.status, stored.runs) == (JobStatus.RUNNING, 2)


async def test_a_worker_that_lives_prolongs_its_lease_and_nobody_takes_over(
    define: Define, beating: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tasks.run.LEASE_SECONDS", 20 * beating)
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)
    first_end = (await read_job(job)).publish_at

    await asyncio.sleep(30 * beating)
    await run_job(job.id)

    gate.may_go_on.set()
    await running
    done = await read_job(job)
    assert first_end is not None
    assert first_end < utc_now()
    assert (done.status, done.runs, await stock_of(gate.product)) == (JobStatus.DONE, 1, 1)


async def test_a_database_that_is_away_for_a_beat_stops_nothing(
    define: Define, beating: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = await make_gate()
    job = await define(gate)
    beats: list[Run] = []

    async def beat(run: Run) -> None:
        beats.append(run)
        if len(beats) > 2:
            gate.may_go_on.set()
        raise DatabaseUnavailableError

    monkeypatch.setattr(Run, "beat", beat)
    await run_job(job.id)

    assert ((await read_job(job)).status, await stock_of(gate.product)) == (JobStatus.DONE, 1)


async def test_an_effect_that_takes_many_beats_is_written_in_peace(
    define: Define, beating: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = await make_product(stock=0)
    beats: list[Run] = []

    async def beat(run: Run) -> None:
        beats.append(run)

    async def effect(db: DbSession) -> None:
        await asyncio.sleep(10 * beating)
        await product_crud.return_stock(db, product.id, 1)

    async def work(run: Run) -> None:
        await run.finish(effect=effect)

    monkeypatch.setattr(Run, "beat", beat)
    job = await define(work)
    await run_job(job.id)

    assert beats == []
    assert ((await read_job(job)).status, await stock_of(product)) == (JobStatus.DONE, 1)
