"""Orders, with their lines as they were on the day of the order."""

from uuid import UUID

from sqlalchemy import BigInteger, Enum, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base
from app.core.enums import Currency, OrderStatus
from app.models.base import Entity
from app.models.product import currency_column


class Order(Entity):
    """What a user ordered; the total is in the smallest unit of the currency."""

    __tablename__ = "orders"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    status: Mapped[OrderStatus] = mapped_column(
        Enum(
            OrderStatus,
            name="status",
            native_enum=False,
            create_constraint=True,
            length=20,
            values_callable=lambda statuses: [status.value for status in statuses],
        ),
        default=OrderStatus.PENDING,
    )
    currency: Mapped[Currency] = mapped_column(currency_column)
    total_cents: Mapped[int] = mapped_column(BigInteger)
    idempotency_key: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    lines: Mapped[list["OrderLine"]] = relationship(
        order_by="OrderLine.position", lazy="raise", passive_deletes=True
    )

    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        Index("ix_orders_user_id_id", "user_id", "id"),
    )


class OrderLine(Base):
    """One product of an order: name and price are copies that later changes leave alone."""

    __tablename__ = "order_lines"

    order_id: Mapped[UUID] = mapped_column(
        ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # No foreign key: a line outlives its product.
    product_id: Mapped[UUID]
    product_name: Mapped[str] = mapped_column(String(200))
    unit_price_cents: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int]
