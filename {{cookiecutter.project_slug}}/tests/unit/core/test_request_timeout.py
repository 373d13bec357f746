"""The time limit of a request, around a small application of the test's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import BackgroundTasks, FastAPI
from httpx2 import ASGITransport, AsyncClient
from starlette.responses import StreamingResponse

from app.core.exceptions import UnavailableError
from app.core.middleware import LastResortMiddleware, RequestIdMiddleware, RequestTimeoutMiddleware
from app.core.problems import install_problem_handlers

LIMIT_SECONDS = 0.05

small_app = FastAPI(openapi_url=None)
small_app.add_middleware(RequestTimeoutMiddleware, seconds=LIMIT_SECONDS)
small_app.add_middleware(LastResortMiddleware)
small_app.add_middleware(RequestIdMiddleware)
install_problem_handlers(small_app)
endings: list[str] = []


async def take_too_long() -> None:
    """Say how it ended."""
    try:
        await asyncio.sleep(LIMIT_SECONDS * 4)
        endings.append("finished")
    except asyncio.CancelledError:
        endings.append("cancelled")
        raise


@small_app.get("/slow")
async def slow() -> None:
    await take_too_long()


@small_app.get("/background")
async def background(tasks: BackgroundTasks) -> None:
    tasks.add_task(take_too_long)


@small_app.get("/stream")
async def stream() -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        yield "first,"
        await take_too_long()
        yield "last"

    return StreamingResponse(parts())


@small_app.get("/own-timeout")
async def own_timeout() -> None:
    raise TimeoutError("of something else")


@small_app.get("/clean-up")
async def clean_up() -> None:
    try:
        await asyncio.sleep(LIMIT_SECONDS * 4)
    except asyncio.CancelledError as error:
        raise UnavailableError from error


@pytest.fixture
async def small_client() -> AsyncIterator[AsyncClient]:
    """Call the small application."""
    endings.clear()
    async with AsyncClient(transport=ASGITransport(small_app), base_url="http://test") as client:
        yield client


async def test_a_request_over_the_time_limit_is_cancelled_and_answered_503(
    small_client: AsyncClient,
) -> None:
    response = await small_client.get("/slow")

    assert response.status_code == 503
    assert response.json()["code"] == "request_timeout"
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert response.headers["retry-after"] == "2"
    assert endings == ["cancelled"]


@pytest.mark.parametrize("path", ["/background", "/stream"])
async def test_what_happens_after_the_response_began_has_no_time_limit(
    small_client: AsyncClient, path: str
) -> None:
    response = await small_client.get(path)

    assert response.status_code == 200
    assert response.text in {"null", "first,last"}
    assert endings == ["finished"]


async def test_a_timeout_of_something_else_is_not_called_a_slow_request(
    small_client: AsyncClient,
) -> None:
    response = await small_client.get("/own-timeout")

    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"


async def test_an_error_raised_while_being_cancelled_is_still_answered(
    small_client: AsyncClient,
) -> None:
    response = await small_client.get("/clean-up")

    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"
