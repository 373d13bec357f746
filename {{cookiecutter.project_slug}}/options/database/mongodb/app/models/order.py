"""Orders, with their lines as they were on the day of the order."""

from uuid import UUID

from pydantic import BaseModel

from app.core.enums import Currency, OrderStatus
from app.models.base import Entity, index


class OrderLine(BaseModel):
    """One product of an order: name and price are copies that later changes leave alone."""

    product_id: UUID
    product_name: str
    unit_price_cents: int
    quantity: int


class Order(Entity):
    """What a user ordered; the total is in the smallest unit of the currency."""

    user_id: UUID
    status: OrderStatus = OrderStatus.PENDING
    currency: Currency
    total_cents: int
    idempotency_key: str
    request_hash: bytes
    lines: list[OrderLine]

    class Settings:
        """The collection and its indexes."""

        name = "orders"
        indexes = (index("user_id", "idempotency_key", unique=True), index("user_id", "_id"))
