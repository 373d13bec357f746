"""Pages of other sites can make a browser send requests; none of these does anything here."""

import json

import pytest
from httpx2 import AsyncClient

from tests.contract import DOCUMENT, OPERATIONS
from tests.integration.hostile_requests import FORM, JSON, check, headers_of, operations, path_of
from tests.integration.world import World

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")


# The types that a browser sends to another site without asking it first (CORS).
@pytest.mark.parametrize("media_type", ["text/plain", FORM, "multipart/form-data; boundary=x"])
async def test_valid_body_under_a_type_that_needs_no_preflight_is_refused(
    client: AsyncClient, world: World, media_type: str
) -> None:
    for operation in operations(lambda operation: operation.body(JSON)):
        response = await client.request(
            operation.method,
            path_of(operation, world),
            headers=headers_of(world, media_type),
            content=json.dumps(world.bodies[operation.name]),
        )

        check(response, refused=True)


async def test_no_answer_sets_a_cookie_and_no_operation_reads_one(
    client: AsyncClient, world: World
) -> None:
    form = world.forms["POST /auth/token"]
    answers = [await client.post("/auth/token", data=form)]
    answers += [
        await client.get(path_of(operation, world), headers=headers_of(world))
        for operation in operations(lambda operation: operation.method == "GET")
    ]

    schemes = DOCUMENT["components"]["securitySchemes"].values()
    assert {answer.status_code for answer in answers} == {200}
    assert [answer for answer in answers if "Set-Cookie" in answer.headers] == []
    assert [operation for operation in OPERATIONS if operation.parameters("cookie")] == []
    assert "cookie" not in {scheme.get("in") for scheme in schemes}
