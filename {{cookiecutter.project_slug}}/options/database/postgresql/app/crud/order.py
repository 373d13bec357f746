"""Orders in the database, always with their lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Date, Select, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.core.database import DbSession
from app.core.enums import OrderStatus
from app.core.exceptions import AppError, UnauthorizedError
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase
from app.models.order import Order, OrderLine


def with_lines() -> Select[Order]:
    """Start a query for orders and their lines: two statements, however many orders."""
    return select(Order).options(selectinload(Order.lines))


class CRUDOrder(CRUDBase[Order]):
    """Orders: placed once a key, read with their lines, locked while their status changes."""

    conflicts: ClassVar[Mapping[str, type[AppError]]] = {"fk_orders_user_id": UnauthorizedError}

    async def get_with_lines(self, db: DbSession, id: UUID) -> Order | None:
        """Return an order, or None."""
        return await db.scalar(with_lines().where(Order.id == id))

    async def get_by_key(self, db: DbSession, user_id: UUID, key: str) -> Order | None:
        """Return the order that the user placed under this idempotency key."""
        return await db.scalar(
            with_lines().where(Order.user_id == user_id, Order.idempotency_key == key)
        )

    async def lock_with_lines(self, db: DbSession, id: UUID) -> Order | None:
        """Return an order and lock it until the transaction ends."""
        return await db.scalar(with_lines().where(Order.id == id).with_for_update(of=Order))

    async def list_with_lines(
        self,
        db: DbSession,
        page: PageRequest,
        user_id: UUID | None = None,
        status: OrderStatus | None = None,
    ) -> Page[Order]:
        """Return one page of orders: of one user, or of all when None; in one status, or in any."""
        query = with_lines()
        if user_id is not None:
            query = query.where(Order.user_id == user_id)
        if status is not None:
            query = query.where(Order.status == status)
        return await self.paginate(db, query, page)

    async def create_once(
        self, db: DbSession, obj_in: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
    ) -> Order | None:
        """Insert an order and its lines; None when the user's idempotency key is taken.

        Waits for another transaction that is inserting the same key.
        """
        statement = (
            insert(Order)
            .values(**obj_in)
            .on_conflict_do_nothing(index_elements=[Order.user_id, Order.idempotency_key])
            .returning(Order)
        )
        with self.naming_conflicts():
            order: Order | None = await db.scalar(statement)
        if order is None:
            return None
        rows = [
            OrderLine(order_id=order.id, position=position, **line)
            for position, line in enumerate(lines, start=1)
        ]
        db.add_all(rows)
        await db.flush()
        set_committed_value(order, "lines", rows)
        return order

    async def sales(self, db: DbSession, since: datetime, before: datetime) -> list[dict[str, Any]]:
        """Return what was sold in paid orders of this time, by day in UTC, product and currency."""
        day = cast(func.timezone("UTC", Order.created_at), Date).label("day")
        revenue = func.sum(OrderLine.unit_price_cents * OrderLine.quantity)
        query = (
            select(
                day,
                OrderLine.product_name,
                Order.currency,
                func.sum(OrderLine.quantity).label("quantity"),
                cast(revenue, BigInteger).label("revenue_cents"),
                func.count(Order.id.distinct()).label("orders"),
            )
            .join(OrderLine, OrderLine.order_id == Order.id)
            .where(Order.status == OrderStatus.PAID)
            .where(Order.created_at >= since, Order.created_at < before)
            .group_by(day, OrderLine.product_name, Order.currency)
            .order_by(day, OrderLine.product_name, Order.currency)
        )
        return [dict(row) for row in (await db.execute(query)).mappings()]


order_crud = CRUDOrder(Order)
