"""Jobs of which two want to take a step at once, and what is not written where it need not be."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from app.core.clock import utc_now
from app.core.database import DbSession, turns
from app.core.enums import JobStatus
from app.core.write_conflicts import WriteConflictError
from app.crud.file import file_crud
from app.crud.job import job_crud
from app.crud.product import product_crud
from app.crud.user import user_crud
from app.models import File, Job, Product, User
from tests.environment import database_url
from tests.factories import make_job, make_product, make_user, read_job, unit_of_work
from tests.mongodb import Commands, FailingServer

EARLIER, LATER = (utc_now() + timedelta(hours=hours) for hours in (-1, 1))

Quick = Callable[[DbSession], Awaitable[object]]


@pytest.fixture
def others(committed: None) -> Iterator[MongoClient[dict[str, Any]]]:
    """A client of somebody else, who writes while nothing else runs in this process."""
    with MongoClient[dict[str, Any]](database_url(), uuidRepresentation="standard") as client:
        yield client


@pytest.mark.parametrize(
    "step_of_others",
    [{"runs": 4}, {"status": "cancelled"}, {"publish_at": EARLIER + timedelta(milliseconds=1)}],
    ids=lambda step: next(iter(step)),
)
async def test_a_relay_leaves_a_job_alone_that_has_moved_on_since_it_was_read(
    others: MongoClient[dict[str, Any]], step_of_others: dict[str, Any]
) -> None:
    moved = await make_job(status=JobStatus.RUNNING, runs=3, publish_at=EARLIER)
    kept = await make_job(publish_at=EARLIER + timedelta(minutes=1))
    jobs = others.get_default_database()["jobs"]

    def step(job: Job) -> Mapping[str, Any]:
        if job.id == moved.id:
            jobs.update_one({"_id": moved.id}, {"$set": step_of_others})
        return {"publish_at": LATER, "error": "died"}

    async with unit_of_work() as db:
        taken = await job_crud.take_due(db, 100, step)

    assert [job.id for job in taken] == [kept.id]
    stored = await read_job(moved)
    assert stored.error is None
    assert {name: getattr(stored, name) for name in step_of_others} == step_of_others


async def test_a_relay_goes_past_a_job_whose_transaction_was_begun_and_not_ended(
    committed: None,
) -> None:
    held = await make_job(publish_at=EARLIER)
    free = await make_job(publish_at=EARLIER + timedelta(minutes=1))

    async with unit_of_work() as dying:
        await job_crud.claim(dying, held.id, LATER)
        async with unit_of_work() as db:
            taken = await job_crud.take_due(db, 100, lambda _: {"publish_at": LATER})

    assert [job.id for job in taken] == [free.id]


async def test_a_relay_takes_each_job_by_itself_and_gives_its_place_back(
    commands: Commands, server: FailingServer
) -> None:
    for _ in range(3):
        await make_job(publish_at=EARLIER)
    commands.sent.clear()

    async with unit_of_work() as db:
        await job_crud.take_due(db, 100, lambda _: {"publish_at": LATER})
        assert turns.taken == 0

    assert commands.sent == ["find", *["findAndModify", "commitTransaction"] * 3]


async def finish(db: DbSession, job: Job) -> None:
    """End a job as its worker does, with a file that it has made."""
    await file_crud.put(db, job.id, "sales.csv", "text/csv", b"")
    if not await job_crud.change_run(db, job.id, 1, {"status": JobStatus.DONE}):
        raise LookupError


async def overtake(overtaken: Quick, quick: Quick) -> None:
    """Begin a unit of work, run another one from begin to end, and go on with the first."""
    async with unit_of_work() as slow:
        # So it sees nothing of what the quicker one does.
        await product_crud.create(slow, {"name": "-", "price_cents": 1, "currency": "EUR"})
        async with unit_of_work() as db:
            await quick(db)
        await overtaken(slow)


@pytest.mark.parametrize("user_goes_first", [True, False])
async def test_the_end_of_a_job_and_of_its_user_at_once_leave_neither_job_nor_file(
    committed: None, user_goes_first: bool
) -> None:
    user: User = await make_user()
    job = await make_job(user, status=JobStatus.RUNNING, runs=1)

    async def end_job(db: DbSession) -> None:
        await finish(db, job)

    async def end_user(db: DbSession) -> None:
        await user_crud.delete(db, user)

    first, second = (end_user, end_job) if user_goes_first else (end_job, end_user)
    with pytest.raises(WriteConflictError):
        await overtake(second, first)

    # The whole unit of work runs again, and knows better.
    if user_goes_first:
        with pytest.raises(LookupError):
            async with unit_of_work() as db:
                await second(db)
    else:
        async with unit_of_work() as db:
            await second(db)
    assert [await model.count() for model in (User, Job, File)] == [0, 0, 0]


async def test_a_claim_and_the_step_of_a_relay_at_once_never_both_succeed(
    committed: None,
) -> None:
    job = await make_job(publish_at=EARLIER)

    async def take(db: DbSession) -> None:
        assert await job_crud.take_due(db, 100, lambda _: {"publish_at": LATER})

    async def claim(db: DbSession) -> None:
        await job_crud.claim(db, job.id, LATER)

    with pytest.raises(WriteConflictError):
        await overtake(claim, take)

    assert (await read_job(job)).runs == 0
    async with unit_of_work() as db:
        assert await job_crud.claim(db, job.id, LATER) is not None


def fields_of(product: Product) -> dict[str, Any]:
    """Return a product as a supplier gives it."""
    return {"id": product.id, "name": product.name, "price_cents": 1999, "currency": "EUR"}


async def test_a_product_that_is_as_it_should_be_is_not_written_and_makes_nobody_begin_again(
    committed: None,
) -> None:
    product = await make_product()

    async with unit_of_work() as order:
        await product_crud.take_stock(order, product.id, 1)
        async with unit_of_work() as db:
            await product_crud.put(db, fields_of(product))

        with pytest.raises(WriteConflictError):
            async with unit_of_work() as db:
                await product_crud.put(db, fields_of(product) | {"price_cents": 5})

    stored = await Product.get(product.id)
    assert stored is not None
    assert (stored.stock, stored.price_cents) == (product.stock - 1, 1999)
