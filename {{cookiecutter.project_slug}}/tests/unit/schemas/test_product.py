"""Products in the API: which questions about prices make sense."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.core.enums import Currency
from app.schemas.product import ProductCreate, ProductQuery


@pytest.mark.parametrize(
    "query",
    [
        {"min_price_cents": 0},
        {"max_price_cents": 1},
        {"sort": "price_cents"},
        {"sort": "-price_cents", "search": "teapot"},
    ],
)
def test_prices_without_a_currency_are_not_comparable(query: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give `currency` too"):
        ProductQuery.model_validate(query)

    assert ProductQuery.model_validate(query | {"currency": "EUR"}).currency is Currency.EUR


@pytest.mark.parametrize("sort", ["-created_at", "created_at", "name", "-name"])
def test_other_orders_need_no_currency(sort: str) -> None:
    assert ProductQuery.model_validate({"sort": sort}).page().sort == sort


@pytest.mark.parametrize("sort", ["stock", "hashed_password", "--name", "name; --", ""])
def test_an_order_that_is_not_offered_is_refused(sort: str) -> None:
    with pytest.raises(ValidationError):
        ProductQuery.model_validate({"sort": sort})


def test_what_filters_is_told_apart_from_what_pages() -> None:
    query = ProductQuery.model_validate(
        {"search": " tea ", "currency": "EUR", "min_price_cents": 5, "limit": 7, "sort": "name"}
    )

    assert query.wanted() == {
        "search": "tea",
        "currency": Currency.EUR,
        "min_price_cents": 5,
        "max_price_cents": None,
    }


@pytest.mark.parametrize("currency", ["eur", "XXX", "", None, 978])
def test_a_currency_that_is_not_offered_is_refused(currency: Any) -> None:
    with pytest.raises(ValidationError):
        ProductCreate.model_validate({"name": "Teapot", "price_cents": 1, "currency": currency})
