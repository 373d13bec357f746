"""Orders in the API."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from app.core.enums import Currency, OrderStatus
from app.core.problems import RuleError
from app.schemas.base import EntityRead, Input, Output, PageQuery
from app.schemas.fields import Quantity


class OrderLineCreate(Input):
    """So many pieces of a product."""

    product_id: UUID
    quantity: Quantity


def each_product_once(lines: list[OrderLineCreate]) -> list[OrderLineCreate]:
    """Refuse two lines for one product."""
    if len({line.product_id for line in lines}) < len(lines):
        raise RuleError("Each product may stand in one line only.")
    return lines


class OrderCreate(Input):
    """What is ordered."""

    lines: Annotated[
        list[OrderLineCreate], Field(min_length=1, max_length=50), AfterValidator(each_product_once)
    ]


class OrderLineRead(Output):
    """One product of an order, as it was on the day of the order."""

    product_id: UUID
    product_name: str
    unit_price_cents: int
    quantity: int


class OrderRead(EntityRead):
    """An order; all amounts are in the smallest unit of its currency."""

    user_id: UUID
    status: OrderStatus
    currency: Currency
    total_cents: int
    lines: list[OrderLineRead]


class OrderQuery(PageQuery):
    """Which orders are wanted, newest first."""

    status: OrderStatus | None = None
