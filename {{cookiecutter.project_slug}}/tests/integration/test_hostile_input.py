"""Hostile paths, queries and headers of every operation."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient
from starlette.types import Receive, Scope, Send

from app.main import app
from tests.contract import contract_client
from tests.hostile import ANY_HEADER, ANY_ID, ANY_TEXT, CANARY, NEVER_VALID_TEXT
from tests.integration.hostile_requests import (
    check,
    encoded,
    headers_of,
    listed,
    operations,
    path_of,
)
from tests.integration.world import World

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

PRICES = {"min_price_cents", "max_price_cents"}


async def without_escaped_percents(scope: Scope, receive: Receive, send: Send) -> None:
    """Undo what the client does to a percent sign that starts no escape, as others do not."""
    raw = scope["query_string"].replace(b"%25", b"%")
    await app({**scope, "query_string": raw}, receive, send)


@pytest.fixture
async def raw_client(client: AsyncClient) -> AsyncIterator[AsyncClient]:
    """Call the application with queries just as they are written."""
    async with contract_client(without_escaped_percents) as raw_client:
        yield raw_client


async def test_hostile_path_is_refused_and_not_echoed(client: AsyncClient, world: World) -> None:
    headers = headers_of(world)

    for operation in operations(lambda operation: operation.parameters("path")):
        (field,), body = operation.parameters("path"), world.bodies.get(operation.name)
        for text in ANY_ID:
            path = operation.path.format_map(world.ids | {field: text})
            response = await client.request(operation.method, path, headers=headers, json=body)

            check(response, refused=True)


async def test_hostile_texts_are_refused_in_every_field_of_a_query_and_not_echoed(
    raw_client: AsyncClient, world: World
) -> None:
    headers = headers_of(world)

    for operation in operations(lambda operation: operation.parameters("query")):
        fields = set(operation.parameters("query")) - {"cursor", "search"}
        for name, text in ANY_TEXT.items():
            url = f"{path_of(operation, world)}?{encoded(text, *fields, CANARY)}"
            response = await raw_client.request(operation.method, url, headers=headers)

            check(response, refused=True)
            taken = PRICES if name in {"zero", "a million"} else set()
            refused = {f"query.{field}" for field in fields - taken}
            assert listed(response) >= refused | {"query"}


async def test_hostile_cursor_is_refused_and_not_echoed(
    raw_client: AsyncClient, world: World
) -> None:
    headers = headers_of(world)

    for operation in operations(lambda operation: "cursor" in operation.parameters("query")):
        for text in ANY_TEXT.values():
            url = f"{path_of(operation, world)}?{encoded(text, 'cursor')}"
            response = await raw_client.request(operation.method, url, headers=headers)

            check(response, refused=True)


async def test_hostile_search_finds_nothing_or_is_refused(raw_client: AsyncClient) -> None:
    for name, text in ANY_TEXT.items():
        response = await raw_client.get(f"/products/?{encoded(text, 'search')}")

        check(response, refused=name in NEVER_VALID_TEXT)
        assert response.json().get("items", []) == []


async def test_hostile_authorization_is_401_and_not_echoed(
    client: AsyncClient, world: World
) -> None:
    for operation in operations(lambda operation: operation.takes_token):
        path, body = path_of(operation, world), world.bodies.get(operation.name)
        for value in ANY_HEADER.values():
            headers = {b"Idempotency-Key": b"k1", b"Authorization": value}
            response = await client.request(operation.method, path, headers=headers, json=body)

            check(response, refused=True)
            assert response.status_code == 401


async def test_hostile_header_is_refused_and_not_echoed(client: AsyncClient, world: World) -> None:
    token = world.admin.headers["Authorization"].encode()

    for operation in operations(lambda operation: operation.parameters("header")):
        path, body = path_of(operation, world), world.bodies.get(operation.name)
        for field in operation.parameters("header"):
            for value in ANY_HEADER.values():
                headers = {b"Authorization": token, field.encode(): value}
                response = await client.request(operation.method, path, headers=headers, json=body)

                check(response, refused=True)


async def test_hostile_request_id_is_replaced(client: AsyncClient) -> None:
    for value in ANY_HEADER.values():
        response = await client.get("/nowhere", headers={b"X-Request-ID": value})

        check(response, refused=True)
        assert response.headers["X-Request-ID"]


async def test_harmless_request_id_is_kept(client: AsyncClient) -> None:
    response = await client.get("/nowhere", headers={"X-Request-ID": "trace-me_42"})

    assert response.headers["X-Request-ID"] == "trace-me_42"


@pytest.mark.parametrize("url", [f"/{CANARY}", f"/users/1/{CANARY}", f"/docs/{CANARY}%00"])
async def test_unknown_path_is_a_404_that_does_not_echo_it(client: AsyncClient, url: str) -> None:
    response = await client.get(url)

    check(response, refused=True)
    assert response.status_code == 404


async def test_missing_slash_is_a_404_and_no_redirect_to_the_host_header(
    client: AsyncClient,
) -> None:
    response = await client.get("/products", headers={"Host": f"{CANARY}.example"})

    check(response, refused=True)
    assert response.status_code == 404


async def test_method_that_a_path_does_not_know_is_a_405_problem(client: AsyncClient) -> None:
    response = await client.request(CANARY, "/users/me")

    check(response, refused=True)
    assert response.status_code == 405
