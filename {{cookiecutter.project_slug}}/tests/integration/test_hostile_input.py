"""Hostile input whose answer is to be just so; `tests/hostile_cases.py` has all the rest."""

from urllib.parse import urlencode

import pytest
from httpx2 import AsyncClient

from tests.hostile import ANY_HEADER, ANY_TEXT, CANARY, NEVER_VALID_TEXT
from tests.hostile_cases import UNUSED
from tests.integration.hostile_requests import FORM, JSON, check, encoded, headers_of, operations
from tests.integration.world import World

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")


def test_login_is_the_only_form_and_its_fields_are_known_here() -> None:
    schemas = [operation.body(FORM) for operation in operations(lambda found: found.body(FORM))]

    fields = [set(schema["properties"]) for schema in schemas if schema]

    assert fields == [{"grant_type", "username", "password", *UNUSED}]


async def test_unused_fields_of_the_login_form_take_any_text_that_can_be_printed(
    client: AsyncClient, world: World
) -> None:
    right = urlencode(world.forms["POST /auth/token"])

    for text in ("", "%E2%80%AE", "%FF%FE", "%zz", "%"):
        body = f"{right}&{encoded(text, *UNUSED)}"
        response = await client.post("/auth/token", headers=headers_of(world, FORM), content=body)

        assert response.status_code == 200


async def test_last_of_two_equal_fields_counts(client: AsyncClient, world: World) -> None:
    body = b'{"name": "\\u0000", "name": "Cup", "price_cents": 5, "currency": "EUR"}'

    response = await client.post("/products/", headers=headers_of(world, JSON), content=body)

    assert response.status_code == 201
    assert response.json()["name"] == "Cup"


async def test_hostile_search_finds_nothing_or_is_refused(client: AsyncClient) -> None:
    for name, text in ANY_TEXT.items():
        response = await client.get(f"/products/?{encoded(text, 'search')}")

        check(response, refused=name in NEVER_VALID_TEXT)
        assert response.json().get("items", []) == []


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
