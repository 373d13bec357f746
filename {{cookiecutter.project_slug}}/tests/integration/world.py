"""A small world in which every operation of the API has something to work on."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from app.core.enums import Role
from tests.factories import PASSWORD, Caller, make_caller, make_order, make_product
from tests.integration.calls import order_of


@dataclass(frozen=True)
class World:
    """A customer who owns an order, an admin, and what requests need to name these things."""

    owner: Caller
    admin: Caller
    ids: dict[str, object]
    forms: dict[str, dict[str, str]]
    bodies: dict[str, dict[str, Any]]


async def make_world() -> World:
    """Make the world; forms and bodies stand under the names of the operations that take them."""
    owner, admin, product = await make_caller(), await make_caller(Role.ADMIN), await make_product()
    order = await make_order(owner.user, product)
    account = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    forms = {"POST /auth/token": {"username": owner.user.email, "password": PASSWORD}}
    bodies: dict[str, dict[str, Any]] = {
        "POST /auth/refresh": {"refresh_token": owner.tokens.refresh_token},
        "POST /users/register": account,
        "PATCH /users/me": {"full_name": "Ann Lee"},
        "POST /users/": account,
        "PATCH /users/{user_id}": {"full_name": "Ann Lee"},
        "POST /products/": {"name": "Cup", "price_cents": 500, "currency": "EUR"},
        "PATCH /products/{product_id}": {"stock": 1},
        "POST /orders/": order_of(product),
    }
    ids: dict[str, object] = {
        "user_id": owner.user.id,
        "product_id": product.id,
        "order_id": order.id,
    }
    return World(owner, admin, ids, forms, bodies)
