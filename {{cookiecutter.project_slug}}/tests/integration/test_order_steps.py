"""Paying and cancelling: which steps are allowed, and what a second time does."""

import pytest
from httpx2 import AsyncClient, Response

from tests.factories import Caller, make_caller, make_order, make_product
from tests.integration.calls import stock_of


async def take_steps(client: AsyncClient, caller: Caller, id: object, steps: str) -> Response:
    """Take some steps with an order and return the last answer."""
    for step in steps.split():
        response = await client.post(f"/orders/{id}/{step}", headers=caller.headers)
    return response


@pytest.mark.parametrize(
    ("steps", "status", "stock"),
    [
        ("pay", "paid", 6),
        ("pay pay", "paid", 6),
        ("cancel", "cancelled", 10),
        ("cancel cancel", "cancelled", 10),
        ("pay cancel", "cancelled", 10),
        ("pay cancel cancel", "cancelled", 10),
    ],
)
async def test_allowed_steps_change_status_and_stock_once(
    client: AsyncClient, customer: Caller, steps: str, status: str, stock: int
) -> None:
    product = await make_product(stock=10)
    order = await make_order(customer.user, product, quantity=4)

    response = await take_steps(client, customer, order.id, steps)

    assert response.status_code == 200
    assert response.json()["status"] == status
    assert await stock_of(client, product) == stock
    shown = await client.get(f"/orders/{order.id}", headers=customer.headers)
    assert shown.json() == response.json()


@pytest.mark.parametrize("step", ["pay", "cancel"])
async def test_second_time_changes_nothing(
    client: AsyncClient, customer: Caller, step: str
) -> None:
    order = await make_order(customer.user)

    first = await take_steps(client, customer, order.id, step)
    second = await take_steps(client, customer, order.id, step)

    assert second.status_code == 200
    assert second.json() == first.json()


async def test_paying_a_cancelled_order_is_409_and_changes_nothing(
    client: AsyncClient, customer: Caller
) -> None:
    product = await make_product(stock=10)
    order = await make_order(customer.user, product)

    response = await take_steps(client, customer, order.id, "cancel pay")

    assert response.status_code == 409
    assert response.json()["code"] == "order_status"
    shown = await client.get(f"/orders/{order.id}", headers=customer.headers)
    assert shown.json()["status"] == "cancelled"
    assert await stock_of(client, product) == 10


async def test_cancelling_returns_the_pieces_of_every_line(
    client: AsyncClient, customer: Caller
) -> None:
    products = [await make_product(stock=5) for _ in range(3)]
    order = await make_order(customer.user, *products, quantity=5)

    await take_steps(client, customer, order.id, "cancel")

    assert [await stock_of(client, product) for product in products] == [5, 5, 5]


async def test_order_of_a_removed_product_can_be_cancelled(
    client: AsyncClient, customer: Caller, manager: Caller
) -> None:
    kept, removed = await make_product(stock=5), await make_product(stock=5)
    order = await make_order(customer.user, kept, removed)
    await client.delete(f"/products/{removed.id}", headers=manager.headers)

    response = await take_steps(client, customer, order.id, "cancel")

    assert response.status_code == 200
    assert await stock_of(client, kept) == 5


@pytest.mark.parametrize("step", ["pay", "cancel"])
async def test_order_of_somebody_else_is_404_and_stays_as_it_is(
    client: AsyncClient, customer: Caller, step: str
) -> None:
    stranger = await make_caller()
    order = await make_order(customer.user)

    response = await take_steps(client, stranger, order.id, step)

    assert response.status_code == 404
    assert response.json()["code"] == "order_not_found"
    shown = await client.get(f"/orders/{order.id}", headers=customer.headers)
    assert shown.json()["status"] == "pending"


@pytest.mark.parametrize(("step", "status"), [("pay", "paid"), ("cancel", "cancelled")])
async def test_staff_may_take_steps_for_a_customer(
    client: AsyncClient, customer: Caller, manager: Caller, step: str, status: str
) -> None:
    order = await make_order(customer.user)

    response = await take_steps(client, manager, order.id, step)

    assert response.status_code == 200
    assert response.json()["status"] == status
    assert response.json()["user_id"] == str(customer.user.id)


async def test_orders_are_filtered_by_status(client: AsyncClient, customer: Caller) -> None:
    orders = {step: await make_order(customer.user) for step in ("pay", "cancel", "wait")}
    await take_steps(client, customer, orders["pay"].id, "pay")
    await take_steps(client, customer, orders["cancel"].id, "cancel")

    for status, step in (("paid", "pay"), ("cancelled", "cancel"), ("pending", "wait")):
        response = await client.get(f"/orders/?status={status}", headers=customer.headers)

        assert [order["id"] for order in response.json()["items"]] == [str(orders[step].id)]
