"""Units of work outside of requests: run again after a conflict, and done once."""

from functools import partial

import pytest

from app.core.database import DbSession, after_commit, callbacks, in_transaction, turns
from app.core.exceptions import DatabaseUnavailableError
from app.core.turns import runs_again
from app.core.write_conflicts import MOST_RUNS, WriteConflictError
from app.crud.product import product_crud
from app.models import Product
from tests.factories import make_product, unit_of_work
from tests.mongodb import Commands, FailingServer

TEAPOT = {"name": "Teapot", "price_cents": 1999, "currency": "EUR"}


class Work:
    """Add a product, and lose so many races after that."""

    def __init__(self, conflicts: int) -> None:
        self.conflicts = conflicts
        self.were_alone: list[bool] = []
        self.places: list[int] = []
        self.done = 0

    async def __call__(self, db: DbSession) -> str:
        """Do so."""
        self.were_alone.append(runs_again.get())
        after_commit(db, self.note)
        await product_crud.create(db, TEAPOT)
        self.places.append(turns.taken)
        if len(self.were_alone) <= self.conflicts:
            raise WriteConflictError
        return "the result"

    async def note(self) -> None:
        """Count what is done after the commit."""
        self.done += 1


def assert_nothing_is_left() -> None:
    """Check that the next unit of work begins as if none had been before."""
    assert turns.taken == 0
    assert callbacks == {}
    assert not runs_again.get()


@pytest.mark.parametrize("conflicts", range(MOST_RUNS))
async def test_what_lost_runs_again_alone_and_is_done_once(committed: None, conflicts: int) -> None:
    work = Work(conflicts)

    result = await in_transaction(work)

    assert result == "the result"
    assert work.were_alone == [False] + [True] * conflicts
    assert work.places == [1] + [turns.places] * conflicts
    assert work.done == 1
    assert await Product.count() == 1
    assert_nothing_is_left()


async def test_what_lost_four_times_is_not_available_and_leaves_nothing(committed: None) -> None:
    work = Work(conflicts=100)

    with pytest.raises(DatabaseUnavailableError):
        await in_transaction(work)

    assert len(work.were_alone) == MOST_RUNS == 4
    assert work.done == 0
    assert await Product.count() == 0
    assert_nothing_is_left()


async def test_a_conflict_with_somebody_else_is_one_that_it_runs_again_after(
    committed: None,
) -> None:
    product = await make_product(stock=10)
    runs: list[int] = []

    async def add_teapot_and_take_one(db: DbSession) -> bool:
        runs.append(1)
        # So it sees nothing of what the quicker one does.
        await product_crud.create(db, TEAPOT)
        if len(runs) == 1:
            async with unit_of_work() as quick:
                await product_crud.take_stock(quick, product.id, 5)
        return await product_crud.take_stock(db, product.id, 1)

    assert await in_transaction(add_teapot_and_take_one)

    stored = await Product.get(product.id)
    assert stored is not None
    assert (len(runs), stored.stock, await Product.count()) == (2, 4, 2)


async def test_what_is_to_follow_a_commit_that_fails_is_not_done(
    commands: Commands, server: FailingServer
) -> None:
    work = Work(conflicts=0)
    server.fail(["commitTransaction"], errorCode=20)

    with pytest.raises(Exception, match="20"):
        await in_transaction(work)

    assert work.done == 0
    assert_nothing_is_left()


async def test_what_is_to_follow_a_commit_that_lost_a_race_is_done_after_the_second(
    commands: Commands, server: FailingServer
) -> None:
    work = Work(conflicts=0)
    server.fail(["commitTransaction"], errorCode=112)

    await in_transaction(work)

    assert (len(work.were_alone), work.done) == (2, 1)
    assert server.database.products.count_documents({}) == 1
    assert_nothing_is_left()


async def test_two_units_of_work_at_once_keep_apart_what_follows_them(committed: None) -> None:
    done: list[str] = []

    async def note(name: str) -> None:
        done.append(name)

    async with unit_of_work() as outer:
        after_commit(outer, partial(note, "outer"))
        async with unit_of_work() as inner:
            after_commit(inner, partial(note, "inner"))
        assert done == ["inner"]

    assert done == ["inner", "outer"]
    assert_nothing_is_left()
