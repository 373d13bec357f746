"""What every answer is: of the type that it says, no more than was asked for, and read twice."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from tests.contract import Operation
from tests.factories import Caller
from tests.integration.hostile_requests import headers_of, operations, path_of
from tests.integration.world import World

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

# Signs that mean something to HTML, JavaScript, JSON, SQL, URLs, templates, formats or shells.
TEMPLATE = "{" * 2 + "7*7" + "}" * 2
SIGNS = f'</script><b onload="x">&amp;\'\\u0022`$[7*7]{TEMPLATE}%27%0d%0a;--%s$(id)\u2028]]>\\'
READING = operations(lambda operation: operation.method == "GET")
FILES = {"/jobs/{job_id}/files/{name}", "/products/{product_id}/images/{size}"}
SECRET_FIELD = re.compile(r"hash|passw|secret|refresh|token", re.IGNORECASE)


async def read(client: AsyncClient, world: World, operation: Operation) -> Response:
    """Read what is there, as the admin."""
    return await client.get(path_of(operation, world), headers=headers_of(world))


def fields_in(content: Any) -> Iterator[str]:
    """Yield the name of every field, at any depth."""
    if isinstance(content, list):
        for item in content:
            yield from fields_in(item)
    if isinstance(content, dict):
        yield from content
        yield from fields_in(list(content.values()))


async def test_reading_changes_nothing_that_can_be_read(client: AsyncClient, world: World) -> None:
    first = [(await read(client, world, operation)).content for operation in READING]

    second = [(await read(client, world, operation)).content for operation in READING]

    assert second == first


async def test_answer_is_of_the_type_that_is_declared(client: AsyncClient, world: World) -> None:
    for operation in READING:
        response = await read(client, world, operation)

        assert response.status_code == 200
        kind = response.headers["Content-Type"]
        (declared,) = operation.description["responses"]["200"]["content"]
        assert fnmatch(kind, declared)
        assert (kind == "application/json") == (operation.path not in FILES)
        assert kind != "application/json" or response.json() is not None


@pytest.mark.parametrize("path", ["/livez", "/users/me", "/products/"])
async def test_request_is_not_traced_back(client: AsyncClient, path: str) -> None:
    response = await client.request("TRACE", path, headers={"X-Anything": "a header"})

    assert response.status_code == 405
    assert "a header" not in response.text


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_page_names_its_type_and_its_encoding(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_no_answer_holds_what_is_stored_to_be_compared(
    client: AsyncClient, world: World
) -> None:
    found: set[str] = set()

    for operation in READING:
        if operation.path not in FILES:
            found |= set(fields_in((await read(client, world, operation)).json()))

    assert {"email", "prefix", "user_agent", "lines"} <= found
    assert {name for name in found if SECRET_FIELD.search(name)} == set()


async def test_text_comes_back_as_it_was_sent_and_as_data(
    client: AsyncClient, manager: Caller
) -> None:
    body = {"name": SIGNS, "description": SIGNS, "price_cents": 1, "currency": "EUR"}
    made = await client.post("/products/", headers=manager.headers, json=body)

    response = await client.get(f"/products/{made.json()['id']}")

    assert (response.json()["name"], response.json()["description"]) == (SIGNS, SIGNS)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
