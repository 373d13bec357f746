"""The idempotency key: an order that is sent twice is placed once."""

from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Headers

from tests.factories import Caller, make_caller, make_product
from tests.integration.calls import order_of, place_order, stock_of


async def test_same_key_gives_the_same_order_and_takes_the_stock_once(
    client: AsyncClient, customer: Caller
) -> None:
    product = await make_product(stock=10)

    answers = [
        await place_order(client, customer, order_of(product, quantity=4), "k1") for _ in range(3)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert await stock_of(client, product) == 6


async def test_same_key_with_another_body_is_422(client: AsyncClient, customer: Caller) -> None:
    product, other = await make_product(), await make_product()
    await place_order(client, customer, order_of(product), "k1")

    answers = [
        await place_order(client, customer, order_of(product, quantity=2), "k1"),
        await place_order(client, customer, order_of(other), "k1"),
        await place_order(client, customer, order_of(product, other), "k1"),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert {answer.json()["code"] for answer in answers} == {"idempotency_key_reused"}
    assert [await stock_of(client, product), await stock_of(client, other)] == [9, 10]


async def test_replay_gives_the_order_when_it_could_not_be_placed_again(
    client: AsyncClient, customer: Caller, manager: Caller
) -> None:
    product = await make_product(stock=1)
    placed = await place_order(client, customer, order_of(product), "k1")

    sold_out = await place_order(client, customer, order_of(product), "k1")
    await client.delete(f"/products/{product.id}", headers=manager.headers)
    removed = await place_order(client, customer, order_of(product), "k1")

    assert placed.json() == sold_out.json() == removed.json()


async def test_each_user_has_keys_of_their_own(client: AsyncClient, customer: Caller) -> None:
    other = await make_caller()
    product = await make_product()

    mine = await place_order(client, customer, order_of(product), "k1")
    theirs = await place_order(client, other, order_of(product), "k1")

    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]
    assert theirs.json()["user_id"] == str(other.user.id)


async def test_new_key_places_a_new_order(client: AsyncClient, customer: Caller) -> None:
    product = await make_product(stock=10)

    first = await place_order(client, customer, order_of(product), "k1")
    second = await place_order(client, customer, order_of(product), "k2")

    assert first.json()["id"] != second.json()["id"]
    assert await stock_of(client, product) == 8


async def test_failed_order_leaves_its_key_free(
    client: AsyncClient, customer: Caller, manager: Caller
) -> None:
    product = await make_product(stock=0)
    refused = await place_order(client, customer, order_of(product), "k1")

    await client.patch(f"/products/{product.id}", headers=manager.headers, json={"stock": 1})
    placed = await place_order(client, customer, order_of(product), "k1")

    assert [refused.status_code, placed.status_code] == [409, 201]


@pytest.mark.parametrize("key", ["", "two words", "k" * 256, "ключ"])
async def test_order_under_a_key_that_does_not_fit_is_422(
    client: AsyncClient, customer: Caller, key: str
) -> None:
    product = await make_product()
    headers = Headers(customer.headers | {"Idempotency-Key": key}, encoding="utf-8")

    response = await client.post("/orders/", headers=headers, json=order_of(product))

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "header.Idempotency-Key"
    assert await stock_of(client, product) == 10


async def test_order_without_a_key_is_422(client: AsyncClient, customer: Caller) -> None:
    product = await make_product()

    response = await client.post("/orders/", headers=customer.headers, json=order_of(product))

    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "missing"
    assert await stock_of(client, product) == 10


async def test_longest_key_works(client: AsyncClient, customer: Caller) -> None:
    product, key = await make_product(), uuid4().hex.ljust(255, "~")

    response = await place_order(client, customer, order_of(product), key)

    assert response.status_code == 201
