"""What is to be done after a commit: then, in its order, and never when nothing was committed."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from app.core.database import DbSession, after_commit, in_transaction
from app.core.exceptions import NotFoundError
from app.models.user import User
from app.services.user_service import user_service
from tests.factories import PASSWORD, read_user, unit_of_work


async def make_ann(db: DbSession) -> User:
    return await user_service.create_user(db, "ann@example.com", PASSWORD)


async def test_it_is_done_in_its_order_when_others_see_what_was_committed(
    committed: None,
) -> None:
    seen: list[str] = []

    async def look(user: User, name: str) -> None:
        seen.append(f"{name} {(await read_user(user)).email}")

    async with unit_of_work() as db:
        user = await make_ann(db)
        for name in ("first", "second"):
            after_commit(db, partial(look, user, name))
        assert seen == []

    assert seen == ["first ann@example.com", "second ann@example.com"]


async def test_it_is_done_for_a_unit_of_work_that_only_read(rolled_back: None) -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("done")

    async with unit_of_work() as db:
        after_commit(db, note)
    async with unit_of_work():
        pass

    assert done == ["done"]


@pytest.mark.parametrize("error", [NotFoundError(), RuntimeError()], ids=repr)
async def test_it_is_not_done_when_the_unit_of_work_is_undone(
    committed: None, error: Exception
) -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("done")

    async def make_ann_and_fail(db: DbSession) -> None:
        await make_ann(db)
        after_commit(db, note)
        raise error

    with pytest.raises(type(error)):
        await in_transaction(make_ann_and_fail)

    assert done == []


async def test_an_error_of_one_is_logged_and_holds_up_neither_the_others_nor_the_caller(
    committed: None, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    async def fail() -> None:
        raise TimeoutError

    async def note() -> None:
        done.append("done")

    callbacks: list[Callable[[], Awaitable[None]]] = [fail, note]

    async def make_ann_with_callbacks(db: DbSession) -> User:
        for callback in callbacks:
            after_commit(db, callback)
        return await make_ann(db)

    user = await in_transaction(make_ann_with_callbacks)

    assert done == ["done"]
    assert caplog.text.count("failed after the commit") == 1
    assert (await read_user(user)).email == "ann@example.com"
