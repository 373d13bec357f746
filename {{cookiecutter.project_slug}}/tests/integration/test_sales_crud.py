"""What reports, the supplier's products and mails to all read and write in the database."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from app.core.database import in_transaction
from app.core.enums import OrderStatus
from app.crud.order import order_crud
from app.crud.product import product_crud
from app.crud.user import user_crud
from app.models.product import Product
from app.models.user import User
from tests.factories import change_user, make_order, make_product, make_user, unit_of_work

FIRST = datetime(2026, 2, 28, tzinfo=UTC)
LAST = FIRST + timedelta(days=2)
MOMENT = timedelta(milliseconds=1)
NOBODY = UUID(int=0)


async def sell(
    user: User,
    *products: Product,
    at: datetime,
    quantity: int = 1,
    status: OrderStatus = OrderStatus.PAID,
) -> None:
    """Make an order of another time, in one status."""
    made = await make_order(user, *products, quantity=quantity)
    async with unit_of_work() as db:
        order = await order_crud.get(db, made.id)
        assert order is not None
        await order_crud.update(db, order, {"created_at": at, "status": status})


async def sales() -> list[dict[str, Any]]:
    async with unit_of_work() as db:
        return await order_crud.sales(db, FIRST, LAST)


def line(day: date, name: str, currency: str, *figures: int) -> dict[str, Any]:
    quantity, revenue_cents, orders = figures
    named = {"day": day, "product_name": name, "currency": currency, "quantity": quantity}
    return named | {"revenue_cents": revenue_cents, "orders": orders}


async def test_sales_are_summed_by_day_product_and_currency_in_this_order(
    rolled_back: None,
) -> None:
    ann, bob = await make_user(), await make_user()
    cup, other_cup = [await make_product(name="Cup", price_cents=cents) for cents in (500, 700)]
    cup_in_dollars = await make_product(name="Cup", price_cents=600, currency="USD")
    pot = await make_product(name="$pot.lid", price_cents=2**40)
    await sell(bob, pot, cup, at=LAST - MOMENT, quantity=2)
    await sell(ann, cup, other_cup, at=FIRST, quantity=3)
    await sell(ann, cup, at=FIRST + timedelta(hours=12))
    await sell(bob, cup_in_dollars, at=FIRST + timedelta(days=1) - MOMENT)

    found = await sales()

    assert found == [
        line(date(2026, 2, 28), "Cup", "EUR", 7, 3 * 500 + 3 * 700 + 500, 2),
        line(date(2026, 2, 28), "Cup", "USD", 1, 600, 1),
        line(date(2026, 3, 1), "$pot.lid", "EUR", 2, 2 * 2**40, 1),
        line(date(2026, 3, 1), "Cup", "EUR", 2, 1000, 1),
    ]
    assert {type(row["day"]) for row in found} == {date}
    assert {type(row["revenue_cents"]) for row in found} == {int}


async def test_what_is_not_paid_or_of_another_time_is_not_in_the_sales(rolled_back: None) -> None:
    user, cup = await make_user(), await make_product()
    for at in (FIRST - MOMENT, LAST):
        await sell(user, cup, at=at)
    for status in (OrderStatus.PENDING, OrderStatus.CANCELLED):
        await sell(user, cup, at=FIRST, status=status)

    assert await sales() == []


async def put(fields: dict[str, Any]) -> Product:
    """Put a product, and return it as it is stored."""
    await in_transaction(partial(product_crud.put, obj_in=fields))
    async with unit_of_work() as db:
        stored = await product_crud.get(db, fields["id"])
    assert stored is not None
    return stored


async def test_a_product_is_put_once_and_changed_after_that_and_keeps_its_stock(
    rolled_back: None,
) -> None:
    cup = {"id": uuid4(), "name": "Cup", "price_cents": 500, "currency": "EUR"}
    first = await put(cup)
    async with unit_of_work() as db:
        await product_crud.return_stock(db, first.id, 7)

    second = await put(cup | {"price_cents": 600, "description": "blue"})

    assert (first.name, first.price_cents, first.currency) == ("Cup", 500, "EUR")
    assert (first.description, first.stock) == ("", 0)
    assert (second.name, second.price_cents, second.currency) == ("Cup", 600, "EUR")
    assert (second.description, second.stock) == ("blue", 7)
    assert second.created_at == first.created_at
    assert second.updated_at > first.updated_at


async def test_a_product_that_is_there_is_locked_and_stays_as_it_is(rolled_back: None) -> None:
    product = await make_product()

    async with unit_of_work() as db:
        assert await product_crud.lock(db, product.id)
        assert not await product_crud.lock(db, uuid4())

    async with unit_of_work() as db:
        stored = await product_crud.get(db, product.id)
    assert stored is not None
    assert (stored.stock, stored.updated_at) == (product.stock, product.updated_at)


async def test_who_is_active_and_confirmed_can_be_written_to_in_the_order_of_ids(
    rolled_back: None,
) -> None:
    users = sorted([await make_user() for _ in range(4)], key=lambda user: user.id)
    await change_user(await make_user(), is_active=False)
    await change_user(await make_user(), email_verified=False)

    async with unit_of_work() as db:
        count = await user_crud.count_reachable(db)
        first = await user_crud.list_reachable(db, NOBODY, 3)
        rest = await user_crud.list_reachable(db, first[-1].id, 3)

    assert count == 4
    assert [user.id for user in first] == [user.id for user in users[:3]]
    assert [user.id for user in rest] == [users[3].id]
