"""Operators of queries are refused wherever a caller may put them, and signs are only signs."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import AsyncClient

from app.core.enums import Role
from tests.contract import OPERATIONS, Operation
from tests.factories import PASSWORD, make_caller, make_product, make_user
from tests.integration.hostile_requests import JSON, headers_of, places, put
from tests.integration.world import World

OPERATORS = ('{"$ne": null}', '{"$gt": ""}', '{"$where": "1"}', '{"$regex": ".*"}', '["$ne"]')
# As frameworks of other languages read an object from a form or from a query.
BRACKETS = ("[$ne]", "[$gt]", "[$where]", "[$regex]")

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")


def bodies(operation: Operation, world: World) -> Iterator[bytes]:
    """Yield bodies that are right but for an operator in one place."""
    if schema := operation.body(JSON):
        body = world.bodies[operation.name]
        for place in places(schema):
            for operator in OPERATORS:
                yield put(body, operator, place)


async def test_an_operator_in_any_place_of_a_body_is_refused(
    client: AsyncClient, world: World
) -> None:
    count = 0
    for operation in OPERATIONS:
        path = operation.path.format_map(world.ids)
        for body in bodies(operation, world):
            response = await client.request(
                operation.method, path, headers=headers_of(world, JSON), content=body
            )
            assert response.status_code == 422, (operation.name, body, response.text)
            count += 1

    assert count > 100


@pytest.mark.parametrize("operator", OPERATORS)
async def test_an_operator_in_the_place_of_an_id_or_a_filter_is_refused(
    client: AsyncClient, world: World, operator: str
) -> None:
    for operation in OPERATIONS:
        for name in operation.parameters("path"):
            path = operation.path.format_map(world.ids | {name: quote(operator)})
            response = await client.request(operation.method, path, headers=headers_of(world))
            assert response.status_code in {404, 405, 422}, (operation.name, response.text)
        for name in operation.parameters("query"):
            path = operation.path.format_map(world.ids)
            right = {name: operator} if name != "search" else {"search": "tea", "sort": operator}
            response = await client.get(path, headers=headers_of(world), params=right)
            assert response.status_code == 422, (operation.name, name, response.text)


@pytest.mark.parametrize("brackets", BRACKETS)
async def test_brackets_in_names_of_a_query_or_a_form_are_refused(
    client: AsyncClient, world: World, brackets: str
) -> None:
    for operation in OPERATIONS:
        for name in operation.parameters("query"):
            response = await client.get(
                operation.path.format_map(world.ids),
                headers=headers_of(world),
                params={f"{name}{brackets}": ""},
            )
            assert response.status_code == 422, (operation.name, name, response.text)
    form = {"username": world.owner.user.email, f"password{brackets}": ""}
    response = await client.post("/auth/token", data=form)
    assert response.status_code == 422


@pytest.mark.parametrize("operator", [*OPERATORS, "$ne", ".*", "[$ne]="])
async def test_no_operator_logs_in(client: AsyncClient, operator: str) -> None:
    user = await make_user()
    form = {"username": user.email, "password": PASSWORD}

    right = await client.post("/auth/token", data=form)
    wrong = [
        (await client.post("/auth/token", data=form | {field: operator})).status_code
        for field in form
    ]

    assert right.status_code == 200
    assert set(wrong) <= {401, 422}


@pytest.mark.parametrize("operator", [*OPERATORS, "$ne", ".*"])
@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
async def test_no_operator_in_a_header_is_a_login(
    client: AsyncClient, operator: str, header: str
) -> None:
    value = f"Bearer {operator}" if header == "Authorization" else operator

    response = await client.get("/users/me", headers={header: value})

    assert response.status_code == 401


@pytest.mark.parametrize("token", ["$ne", '{"$ne": null}', ".*", "$where: 1"])
async def test_a_token_that_looks_like_an_operator_is_no_token(
    client: AsyncClient, world: World, token: str
) -> None:
    calls: dict[str, dict[str, Any]] = {
        "/auth/refresh": {"refresh_token": token},
        "/auth/verify-email": {"token": token},
        "/auth/password-reset": {"token": token, "password": "battery staple horse"},
    }

    statuses = [(await client.post(path, json=body)).status_code for path, body in calls.items()]

    assert set(statuses) <= {400, 401, 422}


SIGNS = ["$5.00 off", "$where", "a.b.$[].c", "{$gt: ''}", "$", ".", "$$ROOT", "price.$"]


@pytest.mark.parametrize("name", SIGNS)
async def test_a_text_with_signs_of_operators_is_stored_and_found_as_typed(
    client: AsyncClient, name: str
) -> None:
    manager = await make_caller(Role.MANAGER)
    await make_product(name="something else")
    body = {"name": name, "description": name, "price_cents": 5, "currency": "EUR"}

    added = await client.post("/products/", headers=manager.headers, json=body)
    path = f"/products/{added.json()['id']}"
    changed = await client.patch(path, headers=manager.headers, json={"description": name * 2})
    found = await client.get("/products/", params={"search": name})

    assert added.status_code == 201, added.text
    assert changed.json()["description"] == name * 2
    assert [product["name"] for product in found.json()["items"]] == [name]
    stored = await client.get(path)
    assert (stored.json()["name"], stored.json()["description"]) == (name, name * 2)


@pytest.mark.parametrize("name", SIGNS)
async def test_a_name_with_signs_of_operators_is_kept_as_typed(
    client: AsyncClient, name: str
) -> None:
    caller = await make_caller()

    changed = await client.patch("/users/me", headers=caller.headers, json={"full_name": name})
    stored = await client.get("/users/me", headers=caller.headers)

    assert changed.json()["full_name"] == stored.json()["full_name"] == name


@pytest.mark.parametrize(
    "search", [".*", ".", "^T", "t$", "Tea|Cup", "[Tt]ea", "Te+", "(?i)tea", "\\w", "Tea{1}", "$"]
)
async def test_signs_of_regular_expressions_match_themselves_alone(
    client: AsyncClient, search: str
) -> None:
    await make_product(name="Teapot")
    await make_product(name=f"with {search} in it")

    response = await client.get("/products/", params={"search": search})

    assert [product["name"] for product in response.json()["items"]] == [f"with {search} in it"]
