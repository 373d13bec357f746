"""Keyset pages: no item twice, none left out, whatever happens between two pages."""

from operator import itemgetter
from typing import Any

import pytest
from httpx2 import AsyncClient

from app.core.enums import ProductSort
from tests.factories import Caller, make_order, make_product, make_user
from tests.integration.calls import read_pages

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

# Names and prices come twice and more, so that ids have to decide.
CATALOGUE = [("b", 200), ("a", 100), ("b", 100), ("c", 300), ("a", 200), ("b", 200), ("Ж", 200)]
EVERY_SORT = pytest.mark.parametrize("sort", list(ProductSort), ids=str)


async def make_catalogue() -> None:
    """Put the catalogue on sale."""
    for name, price in CATALOGUE:
        await make_product(name=name, price_cents=price)


async def read_catalogue(client: AsyncClient, sort: str, limit: int = 3) -> list[Any]:
    """Return all products, page by page, in one list."""
    pages = await read_pages(client, "/products/", sort=sort, limit=limit, currency="EUR")
    return [product for page in pages for product in page]


@EVERY_SORT
async def test_pages_of_any_size_add_up_to_the_whole_list(
    client: AsyncClient, sort: ProductSort
) -> None:
    await make_catalogue()

    lists = [await read_catalogue(client, sort, limit) for limit in (1, 2, 3, 7)]

    field = sort.removeprefix("-")
    by_field = itemgetter("id") if field == "created_at" else itemgetter(field, "id")
    assert len({product["id"] for product in lists[0]}) == len(CATALOGUE)
    assert lists[0] == sorted(lists[0], key=by_field, reverse=sort.startswith("-"))
    assert lists[0] == lists[1] == lists[2] == lists[3]


@EVERY_SORT
async def test_inserts_between_two_pages_repeat_and_skip_nothing(
    client: AsyncClient, sort: ProductSort
) -> None:
    await make_catalogue()
    query: dict[str, Any] = {"sort": sort, "currency": "EUR", "limit": 3}
    expected = [product["id"] for product in await read_catalogue(client, sort)]
    first = (await client.get("/products/", params=query)).json()

    await make_catalogue()
    rest = await read_pages(client, "/products/", **query | {"cursor": first["next_cursor"]})

    read = [product["id"] for page in [first["items"], *rest] for product in page]
    assert [item for item in read if item in expected] == expected
    assert len(set(read)) == len(read)


@EVERY_SORT
async def test_list_goes_on_behind_a_product_that_was_removed(
    client: AsyncClient, manager: Caller, sort: ProductSort
) -> None:
    await make_catalogue()
    query: dict[str, Any] = {"sort": sort, "currency": "EUR", "limit": 3}
    expected = [product["id"] for product in await read_catalogue(client, sort)]
    first = (await client.get("/products/", params=query)).json()

    await client.delete(f"/products/{expected[2]}", headers=manager.headers)
    rest = await read_pages(client, "/products/", **query | {"cursor": first["next_cursor"]})

    assert [product["id"] for page in rest for product in page] == expected[3:]


@pytest.mark.parametrize(("count", "sizes"), [(0, [0]), (1, [1]), (2, [2]), (3, [2, 1])])
async def test_only_the_last_page_has_no_cursor(
    client: AsyncClient, count: int, sizes: list[int]
) -> None:
    for _ in range(count):
        await make_product()

    pages = await read_pages(client, "/products/", limit=2)

    assert [len(page) for page in pages] == sizes


async def test_page_holds_twenty_items_unless_asked_otherwise(client: AsyncClient) -> None:
    for _ in range(21):
        await make_product()

    pages = await read_pages(client, "/products/")

    assert [len(page) for page in pages] == [20, 1]


@pytest.mark.parametrize("letter", ["n", "ж", "茶", "🫖", '"', "\\"])
async def test_list_goes_on_behind_the_longest_name(client: AsyncClient, letter: str) -> None:
    for _ in range(2):
        await make_product(name=letter * 200)

    pages = await read_pages(client, "/products/", sort="name", limit=1)

    assert [len(page) for page in pages] == [1, 1]


async def test_users_are_read_page_by_page(client: AsyncClient, admin: Caller) -> None:
    users = [admin.user, *[await make_user() for _ in range(4)]]

    pages = await read_pages(client, "/users/", admin, limit=2)

    read = [user["id"] for page in pages for user in page]
    assert read == sorted((str(user.id) for user in users), reverse=True)


async def test_orders_are_read_page_by_page_with_their_lines(
    client: AsyncClient, customer: Caller
) -> None:
    orders = [await make_order(customer.user) for _ in range(5)]

    pages = await read_pages(client, "/orders/", customer, limit=2)

    read = [order["id"] for page in pages for order in page]
    assert read == sorted((str(order.id) for order in orders), reverse=True)
    assert all(len(order["lines"]) == 1 for page in pages for order in page)
