"""Orders: placing, paying and cancelling them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.database import DbSession
from app.core.enums import STAFF, OrderStatus
from app.core.exceptions import (
    IdempotencyKeyReusedError,
    MixedCurrenciesError,
    OrderNotFoundError,
    OrderStatusError,
    OutOfStockError,
    ProductNotFoundError,
)
from app.core.integration_errors import PaymentMismatchError
from app.core.pagination import Page, PageRequest
from app.crud.order import order_crud
from app.crud.product import product_crud
from app.models.order import Order
from app.models.product import Product
from app.models.user import User

ALLOWED_STEPS = {
    OrderStatus.PENDING: {OrderStatus.PAID, OrderStatus.CANCELLED},
    OrderStatus.PAID: {OrderStatus.CANCELLED},
    OrderStatus.CANCELLED: set[OrderStatus](),
}


@dataclass(frozen=True)
class Item:
    """So many pieces of a product."""

    product_id: UUID
    quantity: int


def fingerprint(items: Sequence[Item]) -> bytes:
    """Return what tells two requests under one idempotency key apart."""
    content = [[str(item.product_id), item.quantity] for item in items]
    return hashlib.sha256(json.dumps(content).encode()).digest()


def snapshot(product: Product, quantity: int) -> dict[str, Any]:
    """Return the fields of an order's line, as the product is at this moment."""
    return {
        "product_id": product.id,
        "product_name": product.name,
        "unit_price_cents": product.price_cents,
        "quantity": quantity,
    }


class OrderService:
    """Place orders, show them, and move them along the allowed steps."""

    async def place_order(
        self, db: DbSession, user: User, idempotency_key: str, items: Sequence[Item]
    ) -> Order:
        """Place an order and take its pieces from the stock; the same key gives the same order.

        Raises:
            IdempotencyKeyReusedError: the key came before, with other items.
            ProductNotFoundError: one of the products does not exist.
            MixedCurrenciesError: the products are not all sold in one currency.
            OutOfStockError: too few pieces are left.
        """
        placed = (
            await order_crud.get_by_key(db, user.id, idempotency_key)
            or await self.place_new_order(db, user, idempotency_key, items)
            # Another request with this key may have been quicker, and taken the last pieces.
            or await order_crud.get_by_key(db, user.id, idempotency_key)
        )
        if placed is None:
            raise OutOfStockError
        if placed.request_hash != fingerprint(items):
            raise IdempotencyKeyReusedError
        return placed

    async def place_new_order(
        self, db: DbSession, user: User, idempotency_key: str, items: Sequence[Item]
    ) -> Order | None:
        """Place an order; None when too few pieces are left, or the key is taken by now."""
        products = await self.get_products(db, items)
        wanted = list(zip(products, (item.quantity for item in items), strict=True))
        # A courtesy that spares most of a crowd the wait for a lock; `take_stock` decides.
        if any(product.stock < quantity for product, quantity in wanted):
            return None
        fields = {
            "user_id": user.id,
            "currency": self.common_currency(products),
            "total_cents": sum(product.price_cents * quantity for product, quantity in wanted),
            "idempotency_key": idempotency_key,
            "request_hash": fingerprint(items),
        }
        lines = [snapshot(product, quantity) for product, quantity in wanted]
        order = await order_crud.create_once(db, fields, lines)
        if order is not None:
            await self.take_stock(db, order)
        return order

    async def get_products(self, db: DbSession, items: Sequence[Item]) -> list[Product]:
        """Return the product of each item, in the same order."""
        products = await product_crud.get_many(db, [item.product_id for item in items])
        try:
            return [products[item.product_id] for item in items]
        except KeyError as error:
            raise ProductNotFoundError from error

    def common_currency(self, products: Sequence[Product]) -> str:
        """Return the one currency of all products."""
        first, *others = {product.currency for product in products}
        if others:
            raise MixedCurrenciesError
        return first

    async def take_stock(self, db: DbSession, order: Order) -> None:
        """Take the order's pieces, last and in one order of locks, so that buyers wait briefly."""
        for line in sorted(order.lines, key=lambda line: line.product_id):
            if not await product_crud.take_stock(db, line.product_id, line.quantity):
                raise OutOfStockError

    async def list_orders(
        self, db: DbSession, viewer: User, page: PageRequest, status: OrderStatus | None
    ) -> Page[Order]:
        """Return one page of the viewer's own orders; staff see everyone's."""
        owner = None if viewer.role in STAFF else viewer.id
        return await order_crud.list_with_lines(db, page, owner, status)

    async def get_order(self, db: DbSession, order_id: UUID, viewer: User) -> Order:
        """Return an order.

        Raises:
            OrderNotFoundError: there is none, or the viewer may not see it.
        """
        return self.check_visible(await order_crud.get_with_lines(db, order_id), viewer)

    async def pay_order(self, db: DbSession, order_id: UUID, viewer: User) -> Order:
        """Mark an order as paid; paying it again changes nothing.

        Raises:
            OrderNotFoundError: there is none, or the viewer may not see it.
            OrderStatusError: it was cancelled.
        """
        order = self.check_visible(await order_crud.lock_with_lines(db, order_id), viewer)
        return await self.move(db, order, OrderStatus.PAID)

    async def cancel_order(self, db: DbSession, order_id: UUID, viewer: User) -> Order:
        """Cancel an order and put its pieces back; cancelling it again changes nothing.

        Raises:
            OrderNotFoundError: there is none, or the viewer may not see it.
        """
        order = self.check_visible(await order_crud.lock_with_lines(db, order_id), viewer)
        return await self.cancel(db, order)

    async def settle(
        self, db: DbSession, order_id: UUID, amount_cents: int, currency: str
    ) -> Order:
        """Mark an order as paid, on the word of a payment service; twice changes nothing.

        Raises:
            OrderNotFoundError: there is none.
            PaymentMismatchError: it costs something else.
            OrderStatusError: it was cancelled.
        """
        order = await self.lock_at_price(db, order_id, amount_cents, currency)
        return await self.move(db, order, OrderStatus.PAID)

    async def refund(
        self, db: DbSession, order_id: UUID, amount_cents: int, currency: str
    ) -> Order:
        """Cancel an order whose money was paid back, on the word of a payment service.

        Raises:
            OrderNotFoundError: there is none.
            PaymentMismatchError: it costs something else.
        """
        return await self.cancel(db, await self.lock_at_price(db, order_id, amount_cents, currency))

    async def lock_at_price(
        self, db: DbSession, order_id: UUID, amount_cents: int, currency: str
    ) -> Order:
        """Return an order that costs this, and lock it until the transaction ends."""
        order = await order_crud.lock_with_lines(db, order_id)
        if order is None:
            raise OrderNotFoundError
        if (order.total_cents, order.currency) != (amount_cents, currency.upper()):
            raise PaymentMismatchError
        return order

    async def cancel(self, db: DbSession, order: Order) -> Order:
        """Cancel an order that is locked, and put its pieces back, once."""
        if order.status != OrderStatus.CANCELLED:
            for line in sorted(order.lines, key=lambda line: line.product_id):
                await product_crud.return_stock(db, line.product_id, line.quantity)
        return await self.move(db, order, OrderStatus.CANCELLED)

    async def move(self, db: DbSession, order: Order, status: OrderStatus) -> Order:
        """Take an allowed step; standing still is always allowed."""
        if order.status == status:
            return order
        if status not in ALLOWED_STEPS[order.status]:
            raise OrderStatusError
        return await order_crud.update(db, order, {"status": status})

    def check_visible(self, order: Order | None, viewer: User) -> Order:
        """Return the order if it exists and the viewer may see it."""
        if order is None or (viewer.role not in STAFF and order.user_id != viewer.id):
            raise OrderNotFoundError
        return order


order_service = OrderService()
