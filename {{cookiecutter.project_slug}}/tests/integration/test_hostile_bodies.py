"""Hostile JSON: bad values in every field of every operation, and bodies broken as a whole."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from tests.contract import Operation
from tests.hostile import CANARY, NEVER_VALID_BODIES, NEVER_VALID_JSON, VALID_SOMEWHERE_JSON
from tests.integration.hostile_requests import (
    FORM,
    JSON,
    Place,
    check,
    headers_of,
    is_leaf,
    listed,
    operations,
    path_of,
    places,
    put,
)
from tests.integration.world import World

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

TAKING_JSON = operations(lambda operation: operation.body(JSON))


async def send(
    client: AsyncClient, world: World, operation: Operation, body: bytes, media_type: str = JSON
) -> Response:
    """Call an operation as the admin, with a body as it stands."""
    path, headers = path_of(operation, world), headers_of(world, media_type)
    return await client.request(operation.method, path, headers=headers, content=body)


def schema_of(operation: Operation) -> dict[str, Any]:
    """Return the schema of the JSON that an operation takes."""
    schema = operation.body(JSON)
    assert schema
    return schema


def field_of(place: Place) -> str:
    """Return the name under which a problem lists a place; an unknown field is not named."""
    return ".".join(map(str, ("body", *place))).removesuffix(f".{CANARY}")


async def test_hostile_value_is_refused_in_every_field_and_not_echoed(
    client: AsyncClient, world: World
) -> None:
    for operation in TAKING_JSON:
        schema = schema_of(operation)
        leaves = [place for place in places(schema) if is_leaf(place, schema)]
        for value in NEVER_VALID_JSON.values():
            body = put(world.bodies[operation.name], value, *leaves)

            response = await send(client, world, operation, body)

            check(response, refused=True)
            # What is no JSON, too deep or too long is refused before its fields are read.
            unread = response.status_code in {400, 413}
            assert listed(response) >= set(map(field_of, leaves)) or unread


async def test_hostile_value_alone_is_refused_or_taken_and_not_echoed(
    client: AsyncClient, world: World
) -> None:
    corpus = VALID_SOMEWHERE_JSON | NEVER_VALID_JSON

    for operation in TAKING_JSON:
        schema = schema_of(operation)
        for place in places(schema):
            for name in VALID_SOMEWHERE_JSON if is_leaf(place, schema) else corpus:
                body = put(world.bodies[operation.name], corpus[name], place)

                response = await send(client, world, operation, body)

                check(response, refused=name in NEVER_VALID_JSON or CANARY in place)


async def test_broken_body_is_refused_and_not_echoed(client: AsyncClient, world: World) -> None:
    for operation in TAKING_JSON:
        for body in NEVER_VALID_BODIES.values():
            response = await send(client, world, operation, body)

            check(response, refused=True)


async def test_body_of_another_media_type_is_refused_and_not_echoed(
    client: AsyncClient, world: World
) -> None:
    for operation in TAKING_JSON:
        body = put(world.bodies[operation.name], "1", (CANARY,))
        for media_type in ("", "text/plain", FORM, "multipart/form-data", f"text/{CANARY}"):
            response = await send(client, world, operation, body, media_type)

            check(response, refused=True)


async def test_last_of_two_equal_fields_counts(client: AsyncClient, world: World) -> None:
    body = b'{"name": "\\u0000", "name": "Cup", "price_cents": 5, "currency": "EUR"}'

    response = await client.post("/products/", headers=headers_of(world, JSON), content=body)

    assert response.status_code == 201
    assert response.json()["name"] == "Cup"
