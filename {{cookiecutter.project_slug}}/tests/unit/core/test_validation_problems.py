"""Problem documents of requests that do not fit, made by a small application of the test's own."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.middleware import RequestIdMiddleware
from app.core.problems import RuleError, install_problem_handlers

SECRET = "the-input-itself"


def refuse_in_our_words(value: str) -> str:
    raise RuleError("This is refused in our own words.")


def refuse_quoting_the_input(value: str) -> str:
    raise ValueError(f"{value} is refused")


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1)] = 1
    ours: Annotated[str, AfterValidator(refuse_in_our_words)] = ""
    theirs: Annotated[str, AfterValidator(refuse_quoting_the_input)] = ""


small_app = FastAPI(openapi_url=None)
small_app.add_middleware(RequestIdMiddleware)
install_problem_handlers(small_app)


@small_app.post("/body")
async def take(body: Body) -> None:
    """Take what fits."""


@pytest.fixture
async def small_client() -> AsyncIterator[AsyncClient]:
    """Call the small application."""
    async with AsyncClient(transport=ASGITransport(small_app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"number": 0}, ("body.number", "greater_than_equal", "greater than or equal to 1")),
        ({"number": "x"}, ("body.number", "int_parsing", "valid integer")),
        ({"ours": SECRET}, ("body.ours", "broken_rule", "This is refused in our own words.")),
        ({"theirs": SECRET}, ("body.theirs", "value_error", "The value is not valid.")),
        ({SECRET: 1}, ("body", "extra_forbidden", "There is a field that is not known here.")),
        ([SECRET], ("body", "model_attributes_type", "valid dictionary")),
    ],
)
async def test_a_422_names_the_field_and_the_reason_and_never_the_input(
    small_client: AsyncClient, body: Any, expected: tuple[str, str, str]
) -> None:
    response = await small_client.post("/body", json=body)

    field, code, message = expected
    (error,) = response.json()["errors"]
    assert response.status_code == 422
    assert (error["field"], error["code"]) == (field, code)
    assert message in error["message"]
    assert SECRET not in response.text


async def test_a_body_that_is_no_json_is_named_without_its_text(small_client: AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}

    response = await small_client.post("/body", content=f'{{"{SECRET}', headers=headers)

    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"field": "body", "code": "json_invalid", "message": "The value is not valid."}
    ]


async def test_several_faults_are_told_at_once(small_client: AsyncClient) -> None:
    response = await small_client.post("/body", json={"number": 0, "ours": "", "more": 1})

    fields = {error["field"] for error in response.json()["errors"]}
    assert fields == {"body.number", "body.ours", "body"}
