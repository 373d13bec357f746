"""Two units of work at once: an index or a conflict lets one through, and the other learns it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.documents import Base
from app.core.enums import MailTokenPurpose
from app.core.exceptions import (
    AppError,
    UnauthorizedError,
    UserHasOrdersError,
)
from app.core.write_conflicts import WriteConflictError
from app.crud.file import file_crud
from app.crud.job import job_crud
from app.crud.mail_token import mail_token_crud
from app.crud.order import order_crud
from app.crud.product import product_crud
from app.crud.user import user_crud
from app.models import File, Job, MailToken, Order, Product, User
from tests.factories import (
    make_user,
    unit_of_work,
)

NOBODY = uuid4()


def order_by(user_id: object, key: str = "one-key") -> dict[str, Any]:
    """Return the fields of an order."""
    fields = {"user_id": user_id, "currency": "EUR", "total_cents": 0}
    return fields | {"idempotency_key": key, "request_hash": b""}


async def order(db: DbSession, user: User) -> None:
    await order_crud.create_once(db, order_by(user.id), [])


async def overtake(
    overtaken: Callable[[DbSession], Awaitable[None]],
    quick: Callable[[DbSession], Awaitable[None]],
) -> None:
    """Begin a unit of work, run another one from begin to end, and go on with the first."""
    async with unit_of_work() as slow:
        # So it sees nothing of what the quicker one does.
        await product_crud.create(slow, {"name": "-", "price_cents": 1, "currency": "EUR"})
        async with unit_of_work() as db:
            await quick(db)
        await overtaken(slow)


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [(order, user_crud.delete, UserHasOrdersError), (user_crud.delete, order, UnauthorizedError)],
)
async def test_an_order_and_the_end_of_its_user_at_once_never_both_succeed(
    committed: None,
    first: Callable[[DbSession, User], Awaitable[None]],
    second: Callable[[DbSession, User], Awaitable[None]],
    answer: type[AppError],
) -> None:
    user = await make_user()
    with pytest.raises(WriteConflictError):
        await overtake(lambda db: second(db, user), lambda db: first(db, user))

    # The whole unit of work runs again, and knows better.
    with pytest.raises(answer):
        async with unit_of_work() as db:
            await second(db, user)
    owners = {placed.user_id for placed in await Order.find_all().to_list()}
    assert owners <= {user.id for user in await User.find_all().to_list()}


async def register_ann(db: DbSession) -> None:
    account = {"email": "ann@example.com", "hashed_password": "$"}
    await user_crud.create_unless_taken(db, account)


async def put_the_only_token(db: DbSession) -> None:
    soon = utc_now() + timedelta(minutes=1)
    purpose = MailTokenPurpose.RESET_PASSWORD
    await mail_token_crud.put(db, NOBODY, purpose, "a@example.com", uuid4().bytes, soon)


async def put_the_only_file(db: DbSession) -> None:
    await file_crud.put(db, NOBODY, "sales.csv", "text/csv", b"")


async def make_the_only_job(db: DbSession) -> None:
    job: dict[str, Any] = {"id": NOBODY, "user_id": None, "name": "sync_products", "arguments": {}}
    job |= {"context": {}, "max_attempts": 1, "due_at": utc_now()}
    await job_crud.create_once(db, job)


@pytest.mark.parametrize(
    ("insert", "model"),
    [
        (register_ann, User),
        (put_the_only_token, MailToken),
        (put_the_only_file, File),
        (make_the_only_job, Job),
    ],
)
async def test_of_two_with_one_key_at_once_one_loses_and_may_run_again(
    committed: None, insert: Callable[[DbSession], Awaitable[None]], model: type[Base]
) -> None:
    with pytest.raises(WriteConflictError):
        await overtake(insert, insert)

    assert (await model.count(), await Product.count()) == (1, 0)
    async with unit_of_work() as again:
        await insert(again)
    assert await model.count() == 1
