"""Placing orders through the API."""

from httpx2 import AsyncClient

from app.core.enums import Role
from app.core.ids import new_id
from tests.factories import Caller, make_caller, make_order, make_product
from tests.integration.calls import order_of, place_order, stock_of


async def test_placing_an_order_takes_its_pieces_from_the_stock(
    client: AsyncClient, customer: Caller
) -> None:
    teapot = await make_product(name="Teapot", price_cents=1_999, stock=10)
    cup = await make_product(name="Cup", price_cents=500, stock=3)

    response = await place_order(client, customer, order_of(teapot, cup, quantity=3))

    assert response.status_code == 201
    order = response.json()
    assert order["user_id"] == str(customer.user.id)
    assert order["status"] == "pending"
    assert (order["total_cents"], order["currency"]) == (3 * 1_999 + 3 * 500, "EUR")
    assert [line["product_id"] for line in order["lines"]] == [str(teapot.id), str(cup.id)]
    assert order["lines"][0] == {
        "product_id": str(teapot.id),
        "product_name": "Teapot",
        "unit_price_cents": 1_999,
        "quantity": 3,
    }
    assert [await stock_of(client, teapot), await stock_of(client, cup)] == [7, 0]
    shown = await client.get(f"/orders/{order['id']}", headers=customer.headers)
    assert shown.json() == order


async def test_order_with_too_little_stock_is_409_and_takes_nothing(
    client: AsyncClient, customer: Caller
) -> None:
    plenty = [await make_product(stock=10), await make_product(stock=10)]
    scarce = await make_product(stock=1)

    response = await place_order(
        client, customer, order_of(plenty[0], scarce, plenty[1], quantity=2)
    )

    assert response.status_code == 409
    assert response.json()["code"] == "out_of_stock"
    left = [await stock_of(client, product) for product in (*plenty, scarce)]
    assert left == [10, 10, 1]
    mine = await client.get("/orders/", headers=customer.headers)
    assert mine.json()["items"] == []


async def test_order_in_two_currencies_is_422_and_takes_nothing(
    client: AsyncClient, customer: Caller
) -> None:
    euro, dollar = await make_product(currency="EUR"), await make_product(currency="USD")

    response = await place_order(client, customer, order_of(euro, dollar))

    assert response.status_code == 422
    assert response.json()["code"] == "mixed_currencies"
    assert [await stock_of(client, euro), await stock_of(client, dollar)] == [10, 10]


async def test_order_of_an_unknown_product_is_404_and_takes_nothing(
    client: AsyncClient, customer: Caller
) -> None:
    known = await make_product()
    body = order_of(known)
    body["lines"].append({"product_id": str(new_id()), "quantity": 1})

    response = await place_order(client, customer, body)

    assert response.status_code == 404
    assert response.json()["code"] == "product_not_found"
    assert await stock_of(client, known) == 10


async def test_order_with_a_product_in_two_lines_is_422(
    client: AsyncClient, customer: Caller
) -> None:
    product = await make_product()

    response = await place_order(client, customer, order_of(product, product))

    assert response.status_code == 422
    assert response.json()["errors"][0]["message"] == "Each product may stand in one line only."


async def test_largest_order_has_an_exact_total(client: AsyncClient, customer: Caller) -> None:
    products = [await make_product(price_cents=100_000_000_000, stock=1_000) for _ in range(50)]

    response = await place_order(client, customer, order_of(*products, quantity=1_000))

    assert response.status_code == 201
    assert response.json()["total_cents"] == 50 * 1_000 * 100_000_000_000


async def test_order_keeps_name_and_price_when_its_product_changes_and_goes(
    client: AsyncClient, customer: Caller, manager: Caller
) -> None:
    product = await make_product(name="Teapot", price_cents=1_999)
    placed = (await place_order(client, customer, order_of(product))).json()
    url, changes = f"/products/{product.id}", {"name": "Pot", "price_cents": 1, "currency": "USD"}

    await client.patch(url, headers=manager.headers, json=changes)
    after_change = await client.get(f"/orders/{placed['id']}", headers=customer.headers)
    await client.delete(url, headers=manager.headers)
    after_removal = await client.get(f"/orders/{placed['id']}", headers=customer.headers)

    assert after_change.json() == after_removal.json() == placed
    assert placed["lines"][0]["product_name"] == "Teapot"
    assert (placed["total_cents"], placed["currency"]) == (1_999, "EUR")


async def test_customers_see_their_own_orders_alone(client: AsyncClient, customer: Caller) -> None:
    mine = await make_order(customer.user)
    stranger = await make_caller()
    theirs = await make_order(stranger.user)
    headers = customer.headers | {"X-Request-ID": "same-every-time"}

    listed = await client.get("/orders/", headers=headers)
    shown = await client.get(f"/orders/{theirs.id}", headers=headers)
    missing = await client.get(f"/orders/{new_id()}", headers=headers)

    assert [order["id"] for order in listed.json()["items"]] == [str(mine.id)]
    assert shown.status_code == 404
    assert shown.content == missing.content


async def test_staff_see_all_orders(client: AsyncClient, customer: Caller, manager: Caller) -> None:
    admin = await make_caller(Role.ADMIN)
    order = await make_order(customer.user)

    for caller in (manager, admin):
        listed = await client.get("/orders/", headers=caller.headers)
        shown = await client.get(f"/orders/{order.id}", headers=caller.headers)

        assert [order["id"] for order in listed.json()["items"]] == [str(order.id)]
        assert shown.status_code == 200
