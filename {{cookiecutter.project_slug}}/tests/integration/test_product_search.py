"""Searching, filtering and sorting the catalogue."""

import asyncio

import pytest
from httpx2 import AsyncClient

from tests.factories import make_product


async def find(client: AsyncClient, **query: str | int) -> list[str]:
    """Return the names of the products that a query finds, in the order of the answer."""
    response = await client.get("/products/", params=query)
    assert response.status_code == 200, response.text
    return [product["name"] for product in response.json()["items"]]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("green", ["GREEN tea"]),
        ("TEA", ["GREEN tea"]),
        (" tea ", ["GREEN tea"]),
        ("чай", ["Зелёный ЧАЙ"]),
        ("ЗЕЛЁНЫЙ", ["Зелёный ЧАЙ"]),
        ("straße", ["STRAßE"]),
        ("coffee", []),
    ],
)
async def test_search_finds_a_part_of_the_name_in_any_case(
    client: AsyncClient, search: str, found: list[str]
) -> None:
    for name in ("GREEN tea", "Зелёный ЧАЙ", "STRAßE"):
        await make_product(name=name)

    names = await find(client, search=search)

    assert names == found


@pytest.mark.parametrize("sign", ["%", "_", "\\", "/", "'", "*", "?"])
async def test_search_takes_every_sign_literally(client: AsyncClient, sign: str) -> None:
    await make_product(name=f"100{sign} cotton")
    await make_product(name="100 x cotton")

    names = await find(client, search=f"0{sign}")

    assert names == [f"100{sign} cotton"]


async def test_price_filters_include_both_ends_of_one_currency(client: AsyncClient) -> None:
    for price in (99, 100, 200, 201):
        await make_product(name=f"{price} EUR", price_cents=price, currency="EUR")
    await make_product(name="150 USD", price_cents=150, currency="USD")

    names = await find(
        client, currency="EUR", min_price_cents=100, max_price_cents=200, sort="price_cents"
    )

    assert names == ["100 EUR", "200 EUR"]


async def test_currency_alone_filters_too(client: AsyncClient) -> None:
    await make_product(name="euro", currency="EUR")
    await make_product(name="dollar", currency="USD")

    assert await find(client, currency="USD") == ["dollar"]


async def test_filters_and_search_hold_together(client: AsyncClient) -> None:
    await make_product(name="cheap tea", price_cents=100)
    await make_product(name="dear tea", price_cents=900)
    await make_product(name="cheap cup", price_cents=100)

    names = await find(client, search="tea", currency="EUR", max_price_cents=500)

    assert names == ["cheap tea"]


@pytest.mark.parametrize(
    "query",
    [
        {"min_price_cents": 1},
        {"max_price_cents": 1},
        {"sort": "price_cents"},
        {"sort": "-price_cents"},
    ],
    ids=str,
)
async def test_comparing_prices_without_a_currency_is_422(
    client: AsyncClient, query: dict[str, str | int]
) -> None:
    response = await client.get("/products/", params=query)

    assert response.status_code == 422
    assert "currency" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("created_at", ["b", "c", "a"]),
        ("-created_at", ["a", "c", "b"]),
        ("name", ["a", "b", "c"]),
        ("-name", ["c", "b", "a"]),
        ("price_cents", ["c", "a", "b"]),
        ("-price_cents", ["b", "a", "c"]),
    ],
)
async def test_products_are_sorted_as_asked(
    client: AsyncClient, sort: str, names: list[str]
) -> None:
    for name, price in (("b", 300), ("c", 100), ("a", 200)):
        await make_product(name=name, price_cents=price)
        # Ids tell two milliseconds apart, not two products within one.
        await asyncio.sleep(0.002)

    found = await find(client, sort=sort, currency="EUR")

    assert found == names


async def test_products_come_newest_first_unless_asked_otherwise(client: AsyncClient) -> None:
    await make_product(name="old")
    await asyncio.sleep(0.002)
    await make_product(name="new")

    assert await find(client) == ["new", "old"]
