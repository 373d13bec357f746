"""Orders as they are stored."""

from app.core.enums import OrderStatus
from app.crud.order import order_crud
from app.models.order import Order
from tests.factories import unit_of_work


async def status_of(order: Order) -> OrderStatus:
    """Return where an order stands now."""
    async with unit_of_work() as db:
        found = await order_crud.get_with_lines(db, order.id)
    assert found is not None
    return found.status
