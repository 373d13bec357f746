"""What every operation answers at its edges: wrong method, no caller, no database, long body."""

import pytest
from httpx2 import AsyncClient, Request

from app.core.database import get_db
from app.main import app
from tests.contract import OPERATIONS, check_problem, contract_client, operation_of
from tests.integration.hostile_requests import FORM, JSON, headers_of, operations, path_of
from tests.integration.test_probes import no_database
from tests.integration.world import World

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def taken_at(path: str, *, similar: bool) -> set[str]:
    """Return the methods of a path of the document; with those of paths that fit it, too."""
    taken = {operation.method for operation in OPERATIONS if operation.path == path}
    requests = [Request(method, f"http://test{path}") for method in METHODS]
    fitting = {request.method for request in requests if operation_of(request)}
    return taken | fitting if similar else taken


async def test_other_method_is_405_and_told_all_that_the_path_takes(
    client: AsyncClient, world: World
) -> None:
    for operation in OPERATIONS:
        taken = taken_at(operation.path, similar=False)
        # `/users/me` fits `/users/{user_id}`, though `me` is no id: it may be told those, too.
        maybe_taken = taken_at(operation.path, similar=True)
        for method in METHODS - maybe_taken:
            path = path_of(operation, world)
            response = await client.request(method, path, headers=headers_of(world))

            assert response.status_code == 405, (method, path)
            allowed = set(response.headers["Allow"].split(", "))
            assert taken <= allowed <= maybe_taken, (method, path)
            check_problem(response)


async def test_operation_without_its_caller_is_401_and_says_how_to_call(
    client: AsyncClient, world: World
) -> None:
    for operation in operations(lambda operation: operation.takes_token):
        headers, body = world.headers_of(operation.name), world.body_of(operation.name)
        path = path_of(operation, world)

        response = await client.request(operation.method, path, headers=headers, **body)

        assert response.status_code == 401, operation.name
        assert response.headers["WWW-Authenticate"]
        check_problem(response)


async def test_operation_without_the_database_is_503_and_says_when_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.dependency_overrides, get_db, no_database)
    unconcerned = {"/livez", "/.well-known/jwks.json"}

    for operation in OPERATIONS:
        async with contract_client() as client:
            response = await client.request(
                operation.method,
                path_of(operation, world),
                headers=headers_of(world),
                **world.body_of(operation.name),
            )

        assert (response.status_code == 503) != (operation.path in unconcerned), operation.name
        if response.status_code == 503:
            assert int(response.headers["Retry-After"]) > 0
            check_problem(response)


async def test_operation_refuses_a_body_that_is_too_long_and_declares_it(
    client: AsyncClient, world: World
) -> None:
    for operation in operations(lambda operation: "requestBody" in operation.description):
        for media_type in (JSON, FORM, "multipart/form-data; boundary=x", "text/plain"):
            response = await client.request(
                operation.method,
                path_of(operation, world),
                headers=headers_of(world, media_type) | {"Content-Length": "1073741824"},
                content=b"{}",
            )

            assert response.status_code == 413, operation.name
            check_problem(response)
