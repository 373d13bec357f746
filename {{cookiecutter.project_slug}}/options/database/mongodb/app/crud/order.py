"""Orders in the database, always with their lines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.core.database import DbSession, begin
from app.core.enums import Currency, OrderStatus
from app.core.exceptions import UnauthorizedError
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase, changed
from app.models.order import Order
from app.models.user import User


class CRUDOrder(CRUDBase[Order]):
    """Orders: placed once a key, read with their lines, locked while their status changes."""

    async def get_with_lines(self, db: DbSession, id: UUID) -> Order | None:
        """Return an order, or None."""
        return await self.get(db, id)

    async def get_by_key(self, db: DbSession, user_id: UUID, key: str) -> Order | None:
        """Return the order that the user placed under this idempotency key."""
        return await Order.find_one({"user_id": user_id, "idempotency_key": key}, session=db)

    async def lock_with_lines(self, db: DbSession, id: UUID) -> Order | None:
        """Return an order and lock it until the transaction ends."""
        await begin(db)
        # A write is the only lock; whoever else writes the order meanwhile has to begin again.
        locked = await self.collection.find_one_and_update(
            {"_id": id}, {"$inc": {"locks": 1}}, session=db
        )
        return None if locked is None else Order.model_validate(locked)

    async def list_with_lines(
        self,
        db: DbSession,
        page: PageRequest,
        user_id: UUID | None = None,
        status: OrderStatus | None = None,
    ) -> Page[Order]:
        """Return one page of orders: of one user, or of all when None; in one status, or in any."""
        wanted = {"user_id": user_id, "status": status and status.value}
        return await self.list(db, page, {k: v for k, v in wanted.items() if v is not None})

    async def create_once(
        self, db: DbSession, obj_in: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
    ) -> Order | None:
        """Insert an order and its lines; None when the user's idempotency key is taken.

        Raises:
            UnauthorizedError: the user was deleted a moment ago.
        """
        await self.mark_user(db, obj_in["user_id"])
        key = {name: obj_in[name] for name in ("user_id", "idempotency_key")}
        return await self.create_unless_there(db, key, {**obj_in, "lines": lines})

    async def sales(self, db: DbSession, since: datetime, before: datetime) -> list[dict[str, Any]]:
        """Return what was sold in paid orders of this time, by day in UTC, product and currency."""
        paid = {"status": OrderStatus.PAID.value, "created_at": {"$gte": since, "$lt": before}}
        day = {"$dateToString": {"format": "%Y-%m-%d", "date": "$created_at"}}
        revenue = {"$multiply": ["$lines.unit_price_cents", "$lines.quantity"]}
        group = {
            "_id": {"day": day, "product_name": "$lines.product_name", "currency": "$currency"},
            "quantity": {"$sum": "$lines.quantity"},
            "revenue_cents": {"$sum": revenue},
            "orders": {"$addToSet": "$_id"},
        }
        stages: list[dict[str, Any]] = [{"$match": paid}, {"$unwind": "$lines"}, {"$group": group}]
        rows = await (await self.collection.aggregate(stages, session=db)).to_list()
        return sorted((sales_row(row) for row in rows), key=place_of)

    async def mark_user(self, db: DbSession, user_id: UUID) -> None:
        """Keep the user from being deleted: once, so that later orders need no common document."""
        users = User.get_pymongo_collection()
        await begin(db)
        marked = await users.update_one(
            {"_id": user_id, "has_orders": {"$ne": True}}, changed({"has_orders": True}), session=db
        )
        if not marked.matched_count and not await users.find_one({"_id": user_id}, session=db):
            raise UnauthorizedError


def sales_row(group: Mapping[str, Any]) -> dict[str, Any]:
    """Return a group with the names and types that services know."""
    key = group["_id"]
    return {
        "day": date.fromisoformat(key["day"]),
        "product_name": key["product_name"],
        "currency": Currency(key["currency"]),
        "quantity": int(group["quantity"]),
        "revenue_cents": int(group["revenue_cents"]),
        "orders": len(group["orders"]),
    }


def place_of(row: Mapping[str, Any]) -> tuple[date, str, str]:
    """Return what sales are ordered by."""
    return row["day"], row["product_name"], row["currency"]


order_crud = CRUDOrder(Order)
