"""Who may do what: one table for all operations, and none may be missing from it."""

from dataclasses import asdict, dataclass

import pytest
from httpx2 import AsyncClient, Response

from app.core.enums import Role
from tests.contract import OPERATIONS
from tests.factories import Caller, make_caller
from tests.integration.world import World, make_world

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")


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
    # The owner has an order, so even an admin cannot delete this account.
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

ROLES = {"stranger": Role.CUSTOMER, "manager": Role.MANAGER}


async def caller(world: World, who: str) -> Caller:
    """Return the caller of a column; strangers and managers own nothing here."""
    known = {"owner": world.owner, "admin": world.admin}
    return known.get(who) or await make_caller(ROLES[who])


async def call(client: AsyncClient, world: World, name: str, who: str) -> Response:
    """Call an operation with a valid request."""
    method, path = name.format_map(world.ids).split()
    headers = {"Idempotency-Key": "k1"}
    if who != "anonymous":
        headers |= (await caller(world, who)).headers
    return await client.request(
        method, path, headers=headers, data=world.forms.get(name), json=world.bodies.get(name)
    )


@pytest.mark.parametrize("name", ACCESS)
async def test_operation_answers_each_caller_as_the_table_says(
    client: AsyncClient, name: str
) -> None:
    answers, world = {}, None

    for who in asdict(ACCESS[name]):
        world = world or await make_world()
        response = await call(client, world, name, who)
        answers[who] = response.status_code
        if response.is_success and not name.startswith("GET"):
            # What this caller changed must not decide the next answer.
            world = None

    assert answers == asdict(ACCESS[name])


def test_table_has_a_row_for_every_operation() -> None:
    assert set(ACCESS) == {operation.name for operation in OPERATIONS}
