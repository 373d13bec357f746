"""Nobody sets a field by sending it: what a call does not declare is refused."""

import json
from urllib.parse import urlencode

import pytest
from httpx2 import AsyncClient, Response

from tests.contract import Operation, resolve
from tests.hostile import CANARY
from tests.integration.hostile_requests import (
    FORM,
    JSON,
    Place,
    headers_of,
    operations,
    path_of,
    places,
    put,
)
from tests.integration.world import World

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

PROTECTED = {
    "id": "0190b6a2-0000-7000-8000-00000000000a",
    "role": "admin",
    "is_active": True,
    "email_verified": True,
    "hashed_password": "x",
    "password_hash": "x",
    "user_id": "0190b6a2-0000-7000-8000-00000000000a",
    "owner_id": "0190b6a2-0000-7000-8000-00000000000a",
    "session_id": "0190b6a2-0000-7000-8000-00000000000a",
    "status": "paid",
    "total_cents": 1,
    "price_cents": 1,
    "unit_price_cents": 1,
    "scopes": ["orders:write"],
    "created_at": "2000-01-01T00:00:00Z",
    "updated_at": "2000-01-01T00:00:00Z",
    "last_used_at": "2000-01-01T00:00:00Z",
    "__class__": "x",
    "unknown": "x",
}
# The calls that are there to set some of these, and the roles that may make them.
MEANT = {
    "POST /users/": {"role"},
    "PATCH /users/{user_id}": {"role", "is_active"},
    "POST /products/": {"price_cents"},
    "PATCH /products/{product_id}": {"price_cents"},
    "POST /api-keys/": {"scopes"},
}


def objects(operation: Operation) -> list[Place]:
    """Return the way to each object in the JSON that an operation takes."""
    schema = operation.body(JSON)
    assert schema
    return [place[:-1] for place in places(schema) if place[-1] == CANARY]


def refusals(response: Response) -> int:
    """Count the fields that are refused because nobody may send them."""
    assert response.status_code == 422, response.text
    return [error["code"] for error in response.json()["errors"]].count("extra_forbidden")


async def test_each_protected_field_is_refused_in_every_object_of_every_body(
    client: AsyncClient, world: World
) -> None:
    for operation in operations(lambda operation: operation.body(JSON)):
        for place in objects(operation):
            meant = set() if place else MEANT.get(operation.name, set())
            sent = PROTECTED.keys() - meant
            body = world.bodies[operation.name]
            for name in sent:
                body = json.loads(put(body, json.dumps(PROTECTED[name]), (*place, name)))
            path, headers = path_of(operation, world), headers_of(world, JSON)

            response = await client.request(operation.method, path, headers=headers, json=body)

            assert refusals(response) == len(sent), (operation.name, place, response.text)


async def test_each_protected_field_is_refused_in_every_form(
    client: AsyncClient, world: World
) -> None:
    for operation in operations(lambda operation: operation.body(FORM)):
        fields = {name: str(value) for name, value in PROTECTED.items()}
        form = urlencode(world.forms[operation.name] | fields)
        path, headers = path_of(operation, world), headers_of(world, FORM)

        response = await client.post(path, headers=headers, content=form)

        assert refusals(response) == len(PROTECTED), (operation.name, response.text)


def test_no_body_declares_a_protected_field_but_those_that_are_meant_to() -> None:
    declared = {
        operation.name: set(resolve(operation.body(JSON) or {}).get("properties", {}))
        & set(PROTECTED)
        for operation in operations(lambda operation: operation.body(JSON))
    }

    assert {name: fields for name, fields in declared.items() if fields} == MEANT
