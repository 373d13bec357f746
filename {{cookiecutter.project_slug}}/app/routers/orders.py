"""Orders."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import Db, IdempotencyKey, OrderReader, OrderWriter
from app.models.order import Order
from app.schemas.base import PageRead
from app.schemas.order import OrderCreate, OrderQuery, OrderRead
from app.services.order_service import Item, order_service

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post(
    "/",
    response_model=OrderRead,
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 404, 409, 422),
)
async def place_order(
    user: OrderWriter, idempotency_key: IdempotencyKey, order_in: OrderCreate, db: Db
) -> Order:
    """Place an order. Users may; the same key and body give the same order again."""
    items = [Item(line.product_id, line.quantity) for line in order_in.lines]
    return await order_service.place_order(db, user, idempotency_key, items)


@router.get("/", response_model=PageRead[OrderRead], responses=problems(400, 401, 403, 422))
async def list_orders(
    viewer: OrderReader, query: Annotated[OrderQuery, Query()], db: Db
) -> Page[Order]:
    """List orders, newest first. Users see their own, managers and admins see all."""
    return await order_service.list_orders(db, viewer, query.page(), query.status)


@router.get("/{order_id}", response_model=OrderRead, responses=problems(401, 403, 404, 422))
async def get_order(order_id: UUID, viewer: OrderReader, db: Db) -> Order:
    """Show an order. Its owner, managers and admins may."""
    return await order_service.get_order(db, order_id, viewer)


@router.post(
    "/{order_id}/pay", response_model=OrderRead, responses=problems(401, 403, 404, 409, 422)
)
async def pay_order(order_id: UUID, viewer: OrderWriter, db: Db) -> Order:
    """Mark an order as paid. Its owner, managers and admins may; a second time changes nothing."""
    return await order_service.pay_order(db, order_id, viewer)


@router.post("/{order_id}/cancel", response_model=OrderRead, responses=problems(401, 403, 404, 422))
async def cancel_order(order_id: UUID, viewer: OrderWriter, db: Db) -> Order:
    """Cancel an order. Its owner, managers and admins may; a second time changes nothing."""
    return await order_service.cancel_order(db, order_id, viewer)
