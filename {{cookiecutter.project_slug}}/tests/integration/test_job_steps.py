"""The steps of a job in the database: what may be begun, changed and published, and by whom."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from app.core.clock import utc_now
from app.core.database import DbSession, in_transaction
from app.core.enums import JobStatus
from app.crud.job import job_crud
from app.crud.product import product_crud
from app.models.job import Job
from tests.factories import make_job, make_product, read_job, unit_of_work

EARLIER, LATER = (utc_now() + timedelta(hours=hours) for hours in (-1, 1))
# Values that mean something in a query language, and nothing here.
TEXTS = {"text": "$set", "a.b": ["$attempt", "{}"], "$key": {"": "'; --"}}


async def claim(job: Job, lease_end: datetime = LATER) -> Job | None:
    """Begin a job as a worker does."""
    return await in_transaction(partial(job_crud.claim, id=job.id, lease_end=lease_end))


async def change_run(job: Job, run: int, **changes: Any) -> bool:
    """Change a job as its worker does."""
    async with unit_of_work() as db:
        return await job_crud.change_run(db, job.id, run, changes)


async def take_due(limit: int = 100, **changes: Any) -> list[Job]:
    """Take what is due as a relay does."""

    def step(_: Job) -> Mapping[str, Any]:
        return {"publish_at": LATER} | changes

    return await in_transaction(partial(job_crud.take_due, limit=limit, step=step))


@pytest.mark.parametrize(
    "before",
    [
        {"status": JobStatus.QUEUED, "publish_at": LATER},
        {"status": JobStatus.RETRYING, "attempt": 4, "runs": 7, "publications": 3},
        {"status": JobStatus.RUNNING, "attempt": 1, "runs": 1, "due_at": LATER},
    ],
    ids=["queued", "retrying", "lapsed"],
)
async def test_a_job_that_is_due_or_whose_worker_is_dead_is_begun(
    rolled_back: None, before: dict[str, Any]
) -> None:
    job = await make_job(**{"publish_at": EARLIER, "due_at": EARLIER, **before})

    begun = await claim(job)

    assert begun is not None
    stored = await read_job(job)
    for found in (begun, stored):
        assert (found.id, found.status) == (job.id, JobStatus.RUNNING)
        assert (found.attempt, found.runs) == (job.attempt + 1, job.runs + 1)
        assert (found.publish_at, found.publications) == (LATER, 0)
        assert found.started_at is not None
        assert found.updated_at > job.updated_at


@pytest.mark.parametrize(
    "before",
    [
        {"status": JobStatus.QUEUED, "due_at": LATER},
        {"status": JobStatus.RETRYING, "due_at": LATER},
        {"status": JobStatus.RUNNING, "publish_at": LATER},
        {"status": JobStatus.DONE, "publish_at": None},
        {"status": JobStatus.FAILED, "publish_at": None},
        {"status": JobStatus.CANCELLED, "publish_at": None},
        {"status": JobStatus.RETRYING, "attempt": 5},
        {"status": JobStatus.RUNNING, "attempt": 5},
    ],
    ids=["later", "retry later", "leased", "done", "failed", "cancelled", "tried", "lapsed, tried"],
)
async def test_what_is_not_due_runs_has_ended_or_has_no_try_left_is_not_begun(
    rolled_back: None, before: dict[str, Any]
) -> None:
    job = await make_job(**{"publish_at": EARLIER, "due_at": EARLIER, "max_attempts": 5, **before})

    begun = await claim(job)

    assert begun is None
    stored = await read_job(job)
    assert (stored.status, stored.attempt, stored.runs) == (job.status, job.attempt, job.runs)


async def test_a_job_that_was_deleted_is_not_begun(rolled_back: None) -> None:
    async with unit_of_work() as db:
        assert await job_crud.claim(db, uuid4(), LATER) is None


async def test_a_job_that_is_begun_again_keeps_the_time_of_its_first_beginning(
    rolled_back: None,
) -> None:
    job = await make_job(status=JobStatus.RETRYING, started_at=EARLIER)

    begun = await claim(job)

    assert begun is not None
    assert begun.started_at == EARLIER


async def test_of_ten_who_begin_a_job_at_once_one_gets_it(committed: None) -> None:
    job = await make_job()

    begun = await asyncio.gather(*(claim(job) for _ in range(10)))

    assert len([found for found in begun if found is not None]) == 1
    assert ((await read_job(job)).attempt, (await read_job(job)).runs) == (1, 1)


async def test_the_run_that_is_under_way_changes_the_job(rolled_back: None) -> None:
    job = await make_job(status=JobStatus.RUNNING, runs=3)

    changed = await change_run(job, 3, progress=40, checkpoint=TEXTS, error="$unset: a.b")

    stored = await read_job(job)
    assert changed
    assert (stored.progress, stored.checkpoint, stored.error) == (40, TEXTS, "$unset: a.b")
    assert stored.updated_at > job.updated_at


@pytest.mark.parametrize("run", [1, 2, 4])
async def test_another_run_than_the_one_under_way_changes_nothing(
    rolled_back: None, run: int
) -> None:
    job = await make_job(status=JobStatus.RUNNING, runs=3)

    assert not await change_run(job, run, progress=40)
    assert (await read_job(job)).progress == 0


@pytest.mark.parametrize("status", sorted({*JobStatus} - {JobStatus.RUNNING}))
async def test_a_run_whose_job_does_not_run_any_more_changes_nothing(
    rolled_back: None, status: JobStatus
) -> None:
    job = await make_job(status=status, runs=1)

    assert not await change_run(job, 1, status=JobStatus.DONE, progress=40)
    assert (await read_job(job)).status == status
    assert (await read_job(job)).progress == 0


@pytest.mark.parametrize("guard_first", [True, False])
async def test_what_an_older_run_wrote_is_undone_with_its_refused_change(
    committed: None, guard_first: bool
) -> None:
    product, job = await make_product(stock=0), await make_job(status=JobStatus.RUNNING, runs=2)

    async def finish(run: int) -> None:
        async with unit_of_work() as db:
            if not guard_first:
                await product_crud.return_stock(db, product.id, 1)
            if not await job_crud.change_run(db, job.id, run, {"status": JobStatus.DONE}):
                raise LookupError
            if guard_first:
                await product_crud.return_stock(db, product.id, 1)

    with pytest.raises(LookupError):
        await finish(1)
    await finish(2)
    with pytest.raises(LookupError):
        await finish(2)

    async with unit_of_work() as db:
        assert (await product_crud.get_many(db, [product.id]))[product.id].stock == 1


@pytest.mark.parametrize("step", ["claim", "change_run", "move", "create_once"])
async def test_a_step_is_undone_with_its_unit_of_work(committed: None, step: str) -> None:
    job, other = await make_job(status=JobStatus.RUNNING, runs=1, publish_at=EARLIER), uuid4()
    fields: dict[str, Any] = {
        "id": other,
        "user_id": None,
        "name": "sync_products",
        "arguments": {},
    }
    fields |= {"max_attempts": 1, "due_at": LATER, "context": {}}
    steps: dict[str, Callable[[DbSession], Awaitable[object]]] = {
        "claim": partial(job_crud.claim, id=job.id, lease_end=LATER),
        "change_run": partial(job_crud.change_run, id=job.id, run=1, changes={"progress": 1}),
        "move": partial(
            job_crud.move, id=job.id, before=[JobStatus.RUNNING], changes={"progress": 1}
        ),
        "create_once": partial(job_crud.create_once, obj_in=fields),
    }

    async def take_step_and_fail() -> None:
        async with unit_of_work() as db:
            assert await steps[step](db)
            raise LookupError

    with pytest.raises(LookupError):
        await take_step_and_fail()

    stored = await read_job(job)
    assert (stored.runs, stored.progress, stored.publish_at) == (1, 0, EARLIER)
    async with unit_of_work() as db:
        assert await job_crud.get(db, other) is None


async def test_a_relay_takes_what_is_due_oldest_first_and_changes_it(rolled_back: None) -> None:
    times = [EARLIER + timedelta(seconds=seconds) for seconds in (3, 1, 2)]
    third, first, second = [await make_job(publish_at=time) for time in times]
    await make_job(publish_at=LATER)
    await make_job(status=JobStatus.DONE, publish_at=None)

    taken = await take_due(limit=2, publications=1)
    rest = await take_due(limit=2, publications=1)

    assert [job.id for job in taken] == [first.id, second.id]
    assert [job.id for job in rest] == [third.id]
    for found in (taken[0], await read_job(first)):
        assert (found.publish_at, found.publications) == (LATER, 1)
    assert await take_due() == []


async def test_each_job_is_changed_as_its_own_step_says(rolled_back: None) -> None:
    for status, attempt in [(JobStatus.RUNNING, 5), (JobStatus.RUNNING, 1), (JobStatus.QUEUED, 0)]:
        await make_job(status=status, attempt=attempt, publish_at=EARLIER)

    def step(job: Job) -> Mapping[str, Any]:
        status = JobStatus.FAILED if job.attempt == 5 else JobStatus.RETRYING
        return {"status": status, "publish_at": LATER, "error": f"{job.status} {job.attempt}"}

    async with unit_of_work() as db:
        taken = await job_crud.take_due(db, 100, step)

    for job in taken:
        stored = await read_job(job)
        assert (stored.status, stored.error) == (job.status, job.error)
    assert {(job.status, job.error) for job in taken} == {
        (JobStatus.FAILED, "running 5"),
        (JobStatus.RETRYING, "running 1"),
        (JobStatus.RETRYING, "queued 0"),
    }


async def test_of_four_relays_at_once_one_takes_each_job(committed: None) -> None:
    jobs = await asyncio.gather(*(make_job(publish_at=EARLIER) for _ in range(40)))

    taken = await asyncio.gather(*(take_due() for _ in range(4)))

    ids = [job.id for found in taken for job in found]
    assert sorted(ids) == sorted(job.id for job in jobs)


async def test_jobs_that_relays_and_workers_want_at_once_are_begun_once_each(
    committed: None,
) -> None:
    jobs = await asyncio.gather(*(make_job(publish_at=EARLIER) for _ in range(10)))

    await asyncio.gather(*(claim(job) for job in jobs * 2), *(take_due() for _ in range(4)))
    await asyncio.gather(*(claim(job) for job in jobs))

    stored = [await read_job(job) for job in jobs]
    assert [(job.status, job.attempt, job.runs) for job in stored] == [
        (JobStatus.RUNNING, 1, 1)
    ] * 10
