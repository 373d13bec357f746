"""Problem documents of errors, made by a small application of the test's own."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, HTTPException
from httpx2 import ASGITransport, AsyncClient

from app.core.exceptions import InvalidCredentialsError, UnavailableError
from app.core.middleware import RequestIdMiddleware
from app.core.problems import install_problem_handlers, title_of

SECRET = "the-reason-itself"

small_app = FastAPI(openapi_url=None)
small_app.add_middleware(RequestIdMiddleware)
install_problem_handlers(small_app)


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
    [("GET", "/nowhere", 404, "not_found"), ("POST", "/teapot", 405, "method_not_allowed")],
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
    ("status", "title"),
    [(413, "Content Too Large"), (422, "Unprocessable Content"), (404, "Not Found")],
)
def test_titles_are_those_of_rfc_9110_on_every_python(status: int, title: str) -> None:
    assert title_of(status) == title
