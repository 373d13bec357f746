"""Constraints are the truth: what they refuse, and in which words."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.exceptions import (
    AppError,
    EmailTakenError,
    InvalidCredentialsError,
    InvalidRefreshTokenError,
    NotFoundError,
    UnauthorizedError,
    UserHasOrdersError,
)
from app.crud.order import order_crud
from app.crud.product import product_crud
from app.crud.session import session_crud
from app.crud.user import user_crud
from app.models import Order
from tests.factories import make_order, make_product, make_user, unit_of_work


async def take_an_email_twice(db: DbSession) -> None:
    user = await make_user()
    await user_crud.create(db, {"email": user.email, "hashed_password": "$"})


async def delete_a_user_with_orders(db: DbSession) -> None:
    user = await make_user()
    await make_order(user)
    await user_crud.delete(db, await db.get_one(type(user), user.id))


async def log_in_a_deleted_user(db: DbSession) -> None:
    await session_crud.create(db, {"user_id": uuid4(), "expires_at": utc_now()})


async def refresh_a_deleted_session(db: DbSession) -> None:
    await session_crud.add_token(db, uuid4(), b"hash", utc_now())


async def order_as_a_deleted_user(db: DbSession) -> None:
    order = {"user_id": uuid4(), "currency": "EUR", "total_cents": 0}
    await order_crud.create_once(db, order | {"idempotency_key": "k", "request_hash": b""}, [])


async def change_a_deleted_product(db: DbSession) -> None:
    product = await make_product()
    mine = await db.get_one(type(product), product.id)
    async with unit_of_work() as other:
        await product_crud.delete(other, await other.get_one(type(product), product.id))
    await product_crud.update(db, mine, {"stock": 1})


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (take_an_email_twice, EmailTakenError),
        (delete_a_user_with_orders, UserHasOrdersError),
        (log_in_a_deleted_user, InvalidCredentialsError),
        (refresh_a_deleted_session, InvalidRefreshTokenError),
        (order_as_a_deleted_user, UnauthorizedError),
        (change_a_deleted_product, NotFoundError),
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


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"stock": -1}, "ck_products_stock_not_negative"),
        ({"price_cents": -1}, "ck_products_price_not_negative"),
    ],
)
async def test_a_number_below_zero_is_refused_by_the_database_too(
    rolled_back: None, changes: dict[str, int], constraint: str
) -> None:
    product = await make_product()

    with pytest.raises(IntegrityError, match=constraint):
        async with unit_of_work() as db:
            await product_crud.update(db, await db.get_one(type(product), product.id), changes)


async def test_a_relationship_that_was_not_asked_for_is_not_loaded_by_accident(
    rolled_back: None,
) -> None:
    order = await make_order(await make_user())

    async with unit_of_work() as db:
        read = await db.get_one(Order, order.id)
        with pytest.raises(InvalidRequestError, match="raise"):
            _ = read.lines
