"""Who may do what: one table for all operations, and none may be missing from it."""

from dataclasses import dataclass, fields
from typing import Any

import pytest
from httpx2 import AsyncClient

from app.core.enums import Role
from tests.contract import OPERATIONS
from tests.factories import PASSWORD, Caller, make_caller, make_order, make_product
from tests.integration.calls import order_of


@dataclass(frozen=True)
class Expected:
    """The status that each caller gets; `owner` is the customer whose things are called."""

    anonymous: int
    stranger: int
    owner: int
    manager: int
    admin: int


def for_anyone(status: int) -> Expected:
    """Expect the same for all callers."""
    return Expected(status, status, status, status, status)


def for_users(status: int) -> Expected:
    """Expect the same for all who are logged in."""
    return Expected(401, status, status, status, status)


ACCESS = {
    "GET /livez": for_anyone(200),
    "GET /readyz": for_anyone(200),
    "POST /auth/token": for_anyone(200),
    "POST /auth/refresh": for_anyone(200),
    "POST /auth/logout": for_users(204),
    "POST /users/register": for_anyone(201),
    "GET /users/me": for_users(200),
    "PATCH /users/me": for_users(200),
    "POST /users/": Expected(401, stranger=403, owner=403, manager=403, admin=201),
    "GET /users/": Expected(401, stranger=403, owner=403, manager=403, admin=200),
    "GET /users/{user_id}": Expected(401, stranger=404, owner=200, manager=404, admin=200),
    "PATCH /users/{user_id}": Expected(401, stranger=403, owner=403, manager=403, admin=200),
    "DELETE /users/{user_id}": Expected(401, stranger=403, owner=403, manager=403, admin=409),
    "GET /products/": for_anyone(200),
    "GET /products/{product_id}": for_anyone(200),
    "POST /products/": Expected(401, stranger=403, owner=403, manager=201, admin=201),
    "PATCH /products/{product_id}": Expected(401, stranger=403, owner=403, manager=200, admin=200),
    "DELETE /products/{product_id}": Expected(401, stranger=403, owner=403, manager=204, admin=204),
    "POST /orders/": for_users(201),
    "GET /orders/": for_users(200),
    "GET /orders/{order_id}": Expected(401, stranger=404, owner=200, manager=200, admin=200),
    "POST /orders/{order_id}/pay": Expected(401, stranger=404, owner=200, manager=200, admin=200),
    "POST /orders/{order_id}/cancel": Expected(
        401, stranger=404, owner=200, manager=200, admin=200
    ),
}

ROLES = {"stranger": Role.CUSTOMER, "manager": Role.MANAGER, "admin": Role.ADMIN}
CASES = [
    pytest.param(name, who.name, getattr(row, who.name), id=f"{name} by {who.name}")
    for name, row in ACCESS.items()
    for who in fields(row)
]


@dataclass(frozen=True)
class World:
    """A customer who owns an order, and what a request needs to name them."""

    owner: Caller
    ids: dict[str, object]
    inputs: dict[str, dict[str, Any]]


@pytest.fixture
async def world(client: AsyncClient) -> World:
    """Make everything that the table's requests name."""
    owner, product = await make_caller(), await make_product()
    order = await make_order(owner.user, product)
    account = {"email": "new@example.com", "password": PASSWORD}
    inputs = {
        "POST /auth/token": {"data": {"username": owner.user.email, "password": PASSWORD}},
        "POST /auth/refresh": {"json": {"refresh_token": owner.tokens.refresh_token}},
        "POST /users/register": {"json": account},
        "POST /users/": {"json": account},
        "PATCH /users/me": {"json": {"full_name": "Ann Lee"}},
        "PATCH /users/{user_id}": {"json": {"full_name": "Ann Lee"}},
        "POST /products/": {"json": {"name": "Cup", "price_cents": 5, "currency": "EUR"}},
        "PATCH /products/{product_id}": {"json": {"stock": 1}},
        "POST /orders/": {"json": order_of(product)},
    }
    ids = {"user_id": owner.user.id, "product_id": product.id, "order_id": order.id}
    return World(owner, ids, inputs)


@pytest.mark.parametrize(("name", "who", "status"), CASES)
async def test_operation_answers_each_caller_as_the_table_says(
    client: AsyncClient, world: World, name: str, who: str, status: int
) -> None:
    method, path = name.format_map(world.ids).split()
    headers = {"Idempotency-Key": "k1"}
    if who != "anonymous":
        caller = world.owner if who == "owner" else await make_caller(ROLES[who])
        headers |= caller.headers

    response = await client.request(method, path, headers=headers, **world.inputs.get(name, {}))

    assert response.status_code == status, response.text


def test_table_has_a_row_for_every_operation() -> None:
    assert set(ACCESS) == {operation.name for operation in OPERATIONS}
