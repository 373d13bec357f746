"""Problem documents, made by a small application of the test's own."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, HTTPException
from httpx2 import ASGITransport, AsyncClient
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.exceptions import InvalidCredentialsError, UnavailableError
from app.core.middleware import RequestIdMiddleware
from app.core.problems import RuleError, install_problem_handlers, title_of

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


@small_app.get("/unauthorized")
async def refuse() -> None:
    raise InvalidCredentialsError


@small_app.get("/drained")
async def drained() -> None:
    raise UnavailableError("A sentence for this one case.") from OSError(SECRET)


@small_app.get("/teapot")
async def teapot() -> None:
    raise HTTPException(418, "Short and stout.", headers={"X-Spout": "here"})


@pytest.fixture
async def small_client() -> AsyncIterator[AsyncClient]:
    """Call the small application."""
    async with AsyncClient(transport=ASGITransport(small_app), base_url="http://test") as client:
        yield client


async def test_a_domain_error_is_answered_with_its_status_code_text_and_headers(
    small_client: AsyncClient,
) -> None:
    response = await small_client.get("/unauthorized", headers={"X-Request-ID": "0123-abcd"})

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Incorrect email or password.",
        "code": "invalid_credentials",
        "request_id": "0123-abcd",
    }


async def test_the_sentence_that_an_error_was_raised_with_replaces_the_general_one(
    small_client: AsyncClient,
) -> None:
    response = await small_client.get("/drained")

    assert response.status_code == 503
    assert response.json()["detail"] == "A sentence for this one case."
    assert response.headers["retry-after"] == "2"


async def test_why_the_service_is_not_available_is_for_the_log_and_not_for_the_caller(
    small_client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await small_client.get("/drained")

    assert SECRET in caplog.text
    assert SECRET not in response.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("GET", "/body", 405, "method_not_allowed")],
)
async def test_a_refusal_of_the_framework_becomes_a_problem_too(
    small_client: AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await small_client.request(method, path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code


async def test_the_headers_of_an_http_exception_are_kept(small_client: AsyncClient) -> None:
    response = await small_client.get("/teapot")

    assert response.json()["detail"] == "Short and stout."
    assert response.headers["x-spout"] == "here"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"number": 0}, ("body.number", "greater_than_equal", "greater than or equal to 1")),
        ({"number": "x"}, ("body.number", "int_parsing", "valid integer")),
        ({"ours": SECRET}, ("body.ours", "value_error", "This is refused in our own words.")),
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


@pytest.mark.parametrize(
    ("status", "title"),
    [(413, "Content Too Large"), (422, "Unprocessable Content"), (404, "Not Found")],
)
def test_titles_are_those_of_rfc_9110_on_every_python(status: int, title: str) -> None:
    assert title_of(status) == title
