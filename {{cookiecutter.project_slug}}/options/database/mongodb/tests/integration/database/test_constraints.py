"""Unique indexes and conditions of writes are the truth: what they refuse, and in which words."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pymongo.errors import DuplicateKeyError

from app.core.clock import utc_now
from app.core.database import DbSession, turns
from app.core.documents import Base
from app.core.enums import MailTokenPurpose
from app.core.exceptions import (
    AppError,
    EmailTakenError,
    NotFoundError,
    UnauthorizedError,
    UserHasOrdersError,
)
from app.crud.api_key import api_key_crud
from app.crud.mail_token import mail_token_crud
from app.crud.order import order_crud
from app.crud.product import product_crud
from app.crud.session import session_crud
from app.crud.user import user_crud
from app.models import ApiKey, MailToken, Order, Product, UserSession
from tests.factories import (
    make_api_key,
    make_caller,
    make_mail_token,
    make_order,
    make_product,
    make_user,
    unit_of_work,
)


def order_by(user_id: object, key: str = "one-key") -> dict[str, Any]:
    """Return the fields of an order."""
    fields = {"user_id": user_id, "currency": "EUR", "total_cents": 0}
    return fields | {"idempotency_key": key, "request_hash": b""}


async def take_an_email_twice(db: DbSession) -> None:
    user = await make_user()
    await user_crud.create(db, {"email": user.email, "hashed_password": "$"})


async def move_to_an_email_that_is_taken(db: DbSession) -> None:
    user, other = await make_user(), await make_user()
    await user_crud.update(db, user, {"email": other.email})


async def delete_a_user_with_orders(db: DbSession) -> None:
    user = await make_user()
    await make_order(user)
    await user_crud.delete(db, user)


async def delete_a_deleted_user(db: DbSession) -> None:
    user = await make_user()
    async with unit_of_work() as other:
        await user_crud.delete(other, user)
    await user_crud.delete(db, user)


async def order_as_a_deleted_user(db: DbSession) -> None:
    await order_crud.create_once(db, order_by(uuid4()), [])


async def deleted_product() -> Product:
    product = await make_product()
    async with unit_of_work() as db:
        await product_crud.delete(db, product)
    return product


async def change_a_deleted_product(db: DbSession) -> None:
    await product_crud.update(db, await deleted_product(), {"stock": 1})


async def delete_a_deleted_product(db: DbSession) -> None:
    await product_crud.delete(db, await deleted_product())


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (take_an_email_twice, EmailTakenError),
        (move_to_an_email_that_is_taken, EmailTakenError),
        (delete_a_user_with_orders, UserHasOrdersError),
        (delete_a_deleted_user, NotFoundError),
        (order_as_a_deleted_user, UnauthorizedError),
        (change_a_deleted_product, NotFoundError),
        (delete_a_deleted_product, NotFoundError),
    ],
)
async def test_what_the_database_refuses_is_told_in_the_words_of_the_domain(
    committed: None,
    attempt: Callable[[DbSession], Awaitable[None]],
    error: type[AppError],
) -> None:
    with pytest.raises(error):
        async with unit_of_work() as db:
            await attempt(db)
    assert turns.taken == 0


async def test_with_a_user_go_sessions_keys_and_tokens_and_those_of_others_stay(
    committed: None,
) -> None:
    for caller in (leaver := await make_caller(), await make_caller()):
        await make_api_key(caller.user)
        await make_mail_token(caller.user, MailTokenPurpose.RESET_PASSWORD)

    async with unit_of_work() as db:
        await user_crud.delete(db, leaver.user)

    owned: tuple[type[Base], ...] = (UserSession, ApiKey, MailToken)
    assert [await model.count() for model in owned] == [1, 1, 1]
    assert [await model.find({"user_id": leaver.user.id}).count() for model in owned] == [0, 0, 0]


async def test_the_second_with_a_key_is_told_that_there_is_one(committed: None) -> None:
    user = await make_user()
    placed = []
    for _ in range(2):
        async with unit_of_work() as db:
            placed.append(await order_crud.create_once(db, order_by(user.id), []))

    first, second = placed
    assert first is not None
    assert second is None
    assert [order.id for order in await Order.find_all().to_list()] == [first.id]


async def make_key_twice(db: DbSession, key: dict[str, Any]) -> None:
    await api_key_crud.create(db, key)


async def make_key_unless_named(db: DbSession, key: dict[str, Any]) -> None:
    await api_key_crud.create_unless_there(db, {"name": "other"}, key | {"name": "other"})


@pytest.mark.parametrize("attempt", [make_key_twice, make_key_unless_named])
async def test_a_unique_index_that_nobody_named_is_an_error_and_no_success(
    committed: None, attempt: Callable[[DbSession, dict[str, Any]], Awaitable[None]]
) -> None:
    expires_at = utc_now() + timedelta(days=1)
    key = {"user_id": uuid4(), "name": "one", "prefix": "p", "key_hash": b"same"}
    key |= {"scopes": [], "expires_at": expires_at}
    async with unit_of_work() as db:
        await api_key_crud.create(db, key)

    with pytest.raises(DuplicateKeyError, match="key_hash"):
        async with unit_of_work() as db:
            await attempt(db, key)

    assert await ApiKey.count() == 1
    assert turns.taken == 0


@pytest.mark.parametrize("quantity", [1, 10, 11])
async def test_no_more_is_taken_from_the_stock_than_is_there(
    committed: None, quantity: int
) -> None:
    product = await make_product(stock=10)

    async with unit_of_work() as db:
        taken = await product_crud.take_stock(db, product.id, quantity)

    stored = await Product.get(product.id)
    assert stored is not None
    assert (taken, stored.stock) == ((True, 10 - quantity) if quantity <= 10 else (False, 10))


async def test_a_token_that_was_taken_or_used_is_not_there_for_a_second_one(
    committed: None,
) -> None:
    caller = await make_caller()
    soon = utc_now() + timedelta(minutes=1)
    async with unit_of_work() as db:
        purpose = MailTokenPurpose.RESET_PASSWORD
        await mail_token_crud.put(db, caller.user.id, purpose, "a@example.com", b"hash", soon)
        await session_crud.add_token(db, uuid4(), b"hash", soon)

    found = []
    for _ in range(2):
        async with unit_of_work() as db:
            taken = await mail_token_crud.take(db, purpose, b"hash")
            found.append((taken is not None, await session_crud.use_token(db, b"hash") is not None))

    assert found == [(True, True), (False, False)]
