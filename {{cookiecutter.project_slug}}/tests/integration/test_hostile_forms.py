"""Hostile forms: bad values in every field of the login form, and forms broken as a whole."""

from urllib.parse import urlencode

import pytest
from httpx2 import AsyncClient

from tests.hostile import ANY_TEXT, CANARY, NEVER_VALID_MULTIPARTS, NEVER_VALID_TEXT
from tests.integration.hostile_requests import (
    FORM,
    JSON,
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

TAKING_FORMS = operations(lambda operation: operation.body(FORM))
UNUSED = ("scope", "client_id", "client_secret")


def test_login_is_the_only_form_and_its_fields_are_known_here() -> None:
    schemas = [operation.body(FORM) for operation in TAKING_FORMS]

    fields = [set(schema["properties"]) for schema in schemas if schema]

    assert fields == [{"grant_type", "username", "password", *UNUSED}]


@pytest.mark.parametrize("field", ["username", "password"])
async def test_hostile_credentials_are_refused_and_not_echoed(
    client: AsyncClient, world: World, field: str
) -> None:
    right = world.forms["POST /auth/token"]
    other = urlencode({name: text for name, text in right.items() if name != field})

    for text in ANY_TEXT.values():
        body = f"{other}&{encoded(text, field)}"
        response = await client.post("/auth/token", headers=headers_of(world, FORM), content=body)

        check(response, refused=True)


async def test_hostile_texts_are_refused_in_every_other_field_and_not_echoed(
    client: AsyncClient, world: World
) -> None:
    right = urlencode(world.forms["POST /auth/token"])
    # What is left empty in a form counts as left out.
    texts = {name: text for name, text in ANY_TEXT.items() if text}

    for name, text in texts.items():
        body = f"{right}&{encoded(text, 'grant_type', *UNUSED, CANARY)}"
        response = await client.post("/auth/token", headers=headers_of(world, FORM), content=body)

        check(response, refused=True)
        refused = {"grant_type", *(UNUSED if name in NEVER_VALID_TEXT else ())}
        assert listed(response) >= {"body", *(f"body.{field}" for field in refused)}


async def test_unused_fields_of_the_login_form_take_any_text_that_can_be_printed(
    client: AsyncClient, world: World
) -> None:
    right = urlencode(world.forms["POST /auth/token"])

    for text in ("", "%E2%80%AE", "%FF%FE", "%zz", "%"):
        body = f"{right}&{encoded(text, *UNUSED)}"
        response = await client.post("/auth/token", headers=headers_of(world, FORM), content=body)

        assert response.status_code == 200


async def test_broken_form_is_refused_and_not_echoed(client: AsyncClient, world: World) -> None:
    for operation in TAKING_FORMS:
        path = path_of(operation, world)
        for media_type in ("multipart/form-data; boundary=x", "multipart/form-data", FORM, JSON):
            for body in NEVER_VALID_MULTIPARTS.values():
                headers = headers_of(world, media_type)
                response = await client.post(path, headers=headers, content=body)

                check(response, refused=True)
