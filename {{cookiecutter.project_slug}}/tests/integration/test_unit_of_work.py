"""One request, one transaction: what is kept, and what is undone."""

import asyncio

import pytest

from app.core.database import release
from app.core.exceptions import AppError, NotFoundError, UserNotFoundError
from app.services.user_service import user_service
from tests.factories import PASSWORD, change_user, make_user, read_user, unit_of_work


class KeepingError(AppError):
    """An error that keeps what was done before it."""

    keeps_changes = True


async def test_what_is_written_is_seen_by_others_only_when_the_unit_of_work_ends(
    committed: None,
) -> None:
    async with unit_of_work() as db:
        user = await user_service.create_user(db, "ann@example.com", PASSWORD)

        with pytest.raises(UserNotFoundError):
            await read_user(user)

    assert (await read_user(user)).email == "ann@example.com"


async def register_ann_and_raise(error: BaseException) -> None:
    async with unit_of_work() as db:
        await user_service.create_user(db, "ann@example.com", PASSWORD)
        raise error


async def ann_exists() -> bool:
    async with unit_of_work() as db:
        return await user_service.authenticate(db, "ann@example.com", PASSWORD) is not None


@pytest.mark.parametrize(
    "error", [NotFoundError(), RuntimeError(), asyncio.CancelledError()], ids=repr
)
async def test_whatever_is_raised_undoes_all_that_was_written(
    committed: None, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        await register_ann_and_raise(error)

    assert not await ann_exists()


async def test_an_error_that_keeps_changes_is_raised_and_keeps_them(committed: None) -> None:
    with pytest.raises(KeepingError):
        await register_ann_and_raise(KeepingError())

    assert await ann_exists()


async def test_what_was_read_stays_usable_after_the_connection_was_given_back(
    committed: None,
) -> None:
    made = await make_user(full_name="Ann Lee")

    async with unit_of_work() as db:
        user = await user_service.get_user(db, made.id)
        await release(db)
        await change_user(made, full_name="Ann Lee-Smith")

        assert user.full_name == "Ann Lee"
        assert user.email == made.email
