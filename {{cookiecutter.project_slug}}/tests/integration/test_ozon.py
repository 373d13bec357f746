"""The client of Ozon's seller API, page by page."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest

from app.config import settings
from app.core.integration_errors import NotConfiguredError, UpstreamError, UpstreamStatusError
from app.integrations import ozon
from app.integrations.ozon import PRODUCT_INFO, PRODUCT_LIST, SuppliedProduct, ozon_client
from tests.integration.supplier import CUP, POT, Supplier, serving
from tests.upstream import Line, answers, answers_json


@pytest.fixture
async def supplier(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supplier]:
    """A supplier who offers nothing yet."""
    supplier = Supplier()
    async with serving(supplier, monkeypatch):
        yield supplier


def product(number: int) -> dict[str, Any]:
    """Return a product as Ozon has it."""
    return CUP | {"id": number, "name": f"Cup {number}"}


def pages(*last_ids: str) -> Any:
    """Return a server whose pages each hold a cup, and go on behind these cursors for ever."""
    cursors = iter(last_ids)

    async def step(line: Line) -> None:
        told: dict[str, Any] = {"items": [CUP]}
        if line.request.path == PRODUCT_LIST:
            told = {"result": {"items": [{"product_id": 101}], "last_id": next(cursors, "again")}}
        await answers_json(told)(line)

    return step


async def test_the_account_is_named_and_proved_and_all_products_are_asked_for(
    supplier: Supplier,
) -> None:
    supplier.offer(CUP, POT)

    products = await ozon_client().get_products()

    assert products == [
        SuppliedProduct(id="101", name="Cup", price_cents=500, currency="EUR"),
        SuppliedProduct(id="102", name="Teapot", price_cents=1999, currency="EUR"),
    ]
    assert [request.path for request in supplier.requests] == [
        PRODUCT_LIST,
        PRODUCT_INFO,
        PRODUCT_LIST,
    ]
    for request in supplier.requests:
        assert (request.method, request.headers["client-id"]) == ("POST", "4711")
        assert request.headers["api-key"] == "s3cret"
        assert "authorization" not in request.headers
    assert supplier.requests[0].json() == {
        "filter": {"visibility": "ALL"},
        "last_id": "",
        "limit": 500,
    }
    assert supplier.requests[1].json() == {"product_id": ["101", "102"]}


async def test_a_long_catalogue_is_read_to_its_end_and_in_its_order(
    supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ozon, "PRODUCTS_A_PAGE", 3)
    supplier.offer(*map(product, range(1, 11)))

    products = await ozon_client().get_products()

    assert [each.id for each in products] == [str(number) for number in range(1, 11)]


async def test_an_empty_catalogue_is_one(supplier: Supplier) -> None:
    assert await ozon_client().get_products() == []
    assert len(supplier.requests) == 1


@pytest.mark.parametrize("last_ids", [[""], ["a", ""]])
async def test_the_list_ends_where_no_other_page_is_named(
    supplier: Supplier, last_ids: list[str]
) -> None:
    supplier.instead = pages(*last_ids)

    products = await ozon_client().get_products()

    assert len(products) == len(last_ids)


@pytest.mark.parametrize("last_ids", [["a", "a"], ["a", "b", "c", "a"]])
async def test_a_cursor_that_comes_again_is_an_error_and_no_loop(
    supplier: Supplier, last_ids: list[str]
) -> None:
    supplier.instead = pages(*last_ids)

    with pytest.raises(UpstreamError):
        await ozon_client().get_products()

    assert len(supplier.requests) == 2 * len(last_ids)


async def test_a_catalogue_without_an_end_is_an_error(
    supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ozon, "MOST_PAGES", 5)
    supplier.instead = pages(*map(str, range(1_000)))

    with pytest.raises(UpstreamError):
        await ozon_client().get_products()

    assert len(supplier.requests) == 10


@pytest.mark.parametrize(
    ("price", "cents"),
    [("1300.0000", 130_000), ("0.01", 1), ("0", 0), (7.5, 750), (3, 300), ("1000000000", 10**11)],
)
async def test_a_price_is_read_to_the_hundredth(supplier: Supplier, price: Any, cents: int) -> None:
    supplier.offer(CUP | {"price": price})

    (product,) = await ozon_client().get_products()

    assert product.price_cents == cents


@pytest.mark.parametrize(
    "fault",
    [
        {"price": ""},
        {"price": "0.001"},
        {"price": "-1"},
        {"price": "1000000001"},
        {"price": "NaN"},
        {"price": "Infinity"},
        {"price": "1e400"},
        {"price": "five"},
        {"price": None},
        {"currency_code": "XXX"},
        {"name": ""},
        {"name": "a\x00b"},
        {"name": "a" * 201},
        {"id": 2**63},
    ],
)
async def test_a_product_that_cannot_be_one_is_an_error(
    supplier: Supplier, fault: dict[str, Any]
) -> None:
    supplier.offer(CUP | fault)

    with pytest.raises(UpstreamError):
        await ozon_client().get_products()


async def test_a_list_is_asked_for_again_with_the_same_key(supplier: Supplier) -> None:
    seen = count()
    supplier.offer(CUP)
    told = supplier.told

    async def busy_at_first(line: Line) -> None:
        step = answers(503) if next(seen) == 0 else answers_json(told(line.request))
        await step(line)

    supplier.instead = busy_at_first

    products = await ozon_client().get_products()

    keys = [request.headers["idempotency-key"] for request in supplier.requests]
    assert len(products) == 1
    assert keys[0] == keys[1]
    assert len(set(keys)) == len(keys) - 1


async def test_a_key_that_is_refused_is_not_tried_again(supplier: Supplier) -> None:
    supplier.instead = answers(403)

    with pytest.raises(UpstreamStatusError) as raised:
        await ozon_client().get_products()

    assert (raised.value.upstream_status, len(supplier.requests)) == (403, 1)
    assert "s3cret" not in repr(raised.value)


@pytest.mark.parametrize("name", ["ozon_url", "ozon_client_id", "ozon_api_key"])
async def test_without_an_account_nobody_is_asked(
    supplier: Supplier, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(settings, name, None)

    with pytest.raises(NotConfiguredError) as raised:
        ozon_client()

    assert (raised.value.status, raised.value.code) == (503, "not_configured")
    assert supplier.requests == []
