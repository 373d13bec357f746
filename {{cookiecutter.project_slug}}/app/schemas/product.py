"""Products in the API."""

from typing import Any, Self

from pydantic import Field, model_validator

from app.core.enums import Currency, ProductSort
from app.core.pagination import PageRequest
from app.core.problems import RuleError
from app.schemas.base import EntityRead, Input, PageQuery, Patch
from app.schemas.fields import Description, PriceCents, ProductName, SearchText, Stock, unset


class ProductCreate(Input):
    """A product to put on sale; the price is in the smallest unit of the currency."""

    name: ProductName
    description: Description = ""
    price_cents: PriceCents
    currency: Currency
    stock: Stock = 0


class ProductUpdate(Patch):
    """What changes in a product."""

    name: ProductName = Field(default_factory=unset)
    description: Description = Field(default_factory=unset)
    price_cents: PriceCents = Field(default_factory=unset)
    currency: Currency = Field(default_factory=unset)
    stock: Stock = Field(default_factory=unset)


class ProductRead(EntityRead):
    """A product."""

    name: str
    description: str
    price_cents: int
    currency: Currency
    stock: int


class ProductQuery(PageQuery):
    """Which products are wanted, in which order; both prices are included."""

    search: SearchText | None = None
    currency: Currency | None = None
    min_price_cents: int | None = Field(default=None, ge=0, le=100_000_000_000)
    max_price_cents: int | None = Field(default=None, ge=0, le=100_000_000_000)
    sort: ProductSort = ProductSort.NEWEST

    @model_validator(mode="after")
    def prices_are_of_one_currency(self) -> Self:
        """Refuse to compare prices of different currencies."""
        compares = self.sort in {ProductSort.PRICE, ProductSort.PRICE_DESCENDING} or (
            self.min_price_cents is not None or self.max_price_cents is not None
        )
        if compares and self.currency is None:
            raise RuleError("Prices are comparable in one currency only: give `currency` too.")
        return self

    def page(self) -> PageRequest:
        """Return the request for this page, in the order that was asked for."""
        return PageRequest(self.limit, self.cursor, self.sort)

    def wanted(self) -> dict[str, Any]:
        """Return the fields that filter."""
        return self.model_dump(exclude={"limit", "cursor", "sort"})
