"""Who may do what: one table for all operations, and none may be missing from it."""

from dataclasses import asdict, dataclass
from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response

from app.core.enums import Role
from app.core.security import create_access_token, decode_access_token
from tests.contract import OPERATIONS
from tests.factories import Caller, change_user, make_caller
from tests.integration.world import World, make_world

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")


@dataclass(frozen=True)
class Expected:
    """The status that each caller gets; `owner` is the customer whose things are called.

    An expired token and one of an inactive user are worth no more than none.
    """

    anonymous: int
    stranger: int
    owner: int
    manager: int
    admin: int

    def columns(self) -> dict[str, int]:
        """Return all callers with their statuses."""
        return asdict(self) | dict.fromkeys(("expired", "inactive"), self.anonymous)


def for_anyone(status: int) -> Expected:
    """Expect the same for all callers."""
    return Expected(status, status, status, status, status)


def for_users(status: int) -> Expected:
    """Expect the same for all who are logged in."""
    return Expected(401, status, status, status, status)


ACCESS = {
    "GET /livez": for_anyone(200),
    "GET /readyz": for_anyone(200),
    "GET /.well-known/jwks.json": for_anyone(200),
    "POST /auth/token": for_anyone(200),
    "POST /auth/refresh": for_anyone(200),
    "POST /auth/logout": for_users(204),
    "POST /auth/logout-everywhere": for_users(204),
    "POST /auth/verify-email/request": for_anyone(202),
    "POST /auth/verify-email": for_anyone(204),
    "POST /auth/password-reset/request": for_anyone(202),
    "POST /auth/password-reset": for_anyone(204),
    "GET /users/me": for_users(200),
    "PATCH /users/me": for_users(200),
    "POST /users/me/password": for_users(204),
    "POST /users/me/email": for_users(202),
    # The admin is the last one, and the owner has an order.
    "POST /users/me/deactivate": Expected(401, stranger=204, owner=204, manager=204, admin=409),
    "POST /users/me/delete": Expected(401, stranger=204, owner=409, manager=204, admin=409),
    "GET /users/me/sessions": for_users(200),
    "DELETE /users/me/sessions/{session_id}": Expected(
        401, stranger=404, owner=204, manager=404, admin=404
    ),
    "POST /users/register": for_anyone(202),
    "POST /api-keys/": Expected(401, stranger=403, owner=403, manager=403, admin=201),
    "GET /api-keys/": Expected(401, stranger=403, owner=403, manager=403, admin=200),
    "DELETE /api-keys/{key_id}": Expected(401, stranger=403, owner=403, manager=403, admin=204),
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
    "PUT /products/{product_id}/image": Expected(
        401, stranger=403, owner=403, manager=202, admin=202
    ),
    "GET /products/{product_id}/images/{size}": for_anyone(200),
    "POST /notify-all": Expected(401, stranger=403, owner=403, manager=403, admin=202),
    "POST /reports/sales": Expected(401, stranger=403, owner=403, manager=202, admin=202),
    # Owner and admin have one, each their own.
    "GET /callback-secret": Expected(401, stranger=404, owner=200, manager=404, admin=200),
    "POST /callback-secret": for_users(201),
    "GET /callbacks/": for_users(200),
    "GET /callbacks/{delivery_id}": Expected(401, stranger=404, owner=200, manager=404, admin=200),
    "POST /callbacks/{delivery_id}/resend": Expected(
        401, stranger=404, owner=202, manager=404, admin=202
    ),
    "GET /jobs/": for_users(200),
    "GET /jobs/{job_id}": Expected(401, stranger=404, owner=200, manager=404, admin=200),
    "GET /jobs/{job_id}/files/{name}": Expected(
        401, stranger=404, owner=200, manager=404, admin=200
    ),
    # The job is done: it can neither be stopped, nor is it a dead letter.
    "POST /jobs/{job_id}/cancel": Expected(401, stranger=404, owner=409, manager=404, admin=409),
    "GET /dead-letters/": Expected(401, stranger=403, owner=403, manager=403, admin=200),
    "POST /dead-letters/{job_id}/retry": Expected(
        401, stranger=403, owner=403, manager=403, admin=409
    ),
    "DELETE /dead-letters/{job_id}": Expected(401, stranger=403, owner=403, manager=403, admin=409),
    # Nobody's token signs a webhook.
    "POST /webhooks/{source}": for_anyone(400),
    "GET /webhook-events/": Expected(401, stranger=403, owner=403, manager=403, admin=200),
    "GET /webhook-events/{event_id}": Expected(
        401, stranger=403, owner=403, manager=403, admin=200
    ),
    "GET /webhook-events/{event_id}/body": Expected(
        401, stranger=403, owner=403, manager=403, admin=200
    ),
    "POST /webhook-events/{event_id}/replay": Expected(
        401, stranger=403, owner=403, manager=403, admin=202
    ),
}

WORK_ONCE = {"POST /auth/refresh", "POST /auth/verify-email", "POST /auth/password-reset"}


def uses_up(name: str) -> bool:
    """Tell whether an operation changes a thing of the world, or takes a token that works once."""
    changes_a_thing = "{" in name and not name.startswith("GET")
    return changes_a_thing or name in WORK_ONCE


async def headers_of(world: World, who: str) -> dict[str, str]:
    """Return what the caller of a column sends; strangers and managers own nothing here."""
    match who:
        case "anonymous":
            return {}
        case "expired":
            return bearer(expired_token(world.owner))
        case "inactive":
            gone = await make_caller()
            await change_user(gone.user, is_active=False)
            return gone.headers
        case "owner":
            return world.owner.headers
        case "admin":
            return world.admin.headers
    role = Role.MANAGER if who == "manager" else Role.CUSTOMER
    return (await make_caller(role)).headers


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def expired_token(caller: Caller) -> str:
    """Make a token that was good until a second ago, of a session that still is."""
    claims = decode_access_token(caller.tokens.access_token)
    return create_access_token(claims.user_id, claims.session_id, timedelta(seconds=-1))


async def call(client: AsyncClient, world: World, name: str, who: str) -> Response:
    """Call an operation with a valid request."""
    method, path = name.format_map(world.ids).split()
    headers = world.headers_of(name) | await headers_of(world, who)
    return await client.request(method, path, headers=headers, **world.body_of(name))


@pytest.mark.parametrize("name", ACCESS)
async def test_operation_answers_each_caller_as_the_table_says(
    client: AsyncClient, name: str
) -> None:
    answers, world = {}, None

    for who in ACCESS[name].columns():
        world = world or await make_world()
        response = await call(client, world, name, who)
        answers[who] = response.status_code
        if response.is_success and uses_up(name):
            # What this caller changed must not decide the next answer.
            world = None

    assert answers == ACCESS[name].columns()


def test_table_has_a_row_for_every_operation() -> None:
    assert set(ACCESS) == {operation.name for operation in OPERATIONS}
