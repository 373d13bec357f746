"""Request ids and the time limit, around a small application of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import structlog
from fastapi import BackgroundTasks, FastAPI, Request
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


@small_app.get("/id")
async def show_id(request: Request) -> list[str]:
    return [request.state.request_id, structlog.contextvars.get_contextvars()["request_id"]]


@pytest.fixture
async def small_client() -> AsyncIterator[AsyncClient]:
    """Call the small application."""
    endings.clear()
    async with AsyncClient(transport=ASGITransport(small_app), base_url="http://test") as client:
        yield client


async def test_a_harmless_request_id_is_taken_over_and_comes_back(
    small_client: AsyncClient,
) -> None:
    response = await small_client.get("/id", headers={"X-Request-ID": "a-Request_id-7"})

    assert response.headers["x-request-id"] == "a-Request_id-7"
    assert response.json() == ["a-Request_id-7", "a-Request_id-7"]


@pytest.mark.parametrize(
    "given", [None, "", "short", "x" * 65, "with space in it", '{"a":"json"}', "ünsafe-ünsafe"]
)
async def test_a_request_id_that_is_missing_or_unsafe_is_replaced(
    small_client: AsyncClient, given: str | None
) -> None:
    headers = {} if given is None else {b"X-Request-ID": given.encode()}

    response = await small_client.get("/id", headers=headers)

    made = response.headers["x-request-id"]
    assert len(made) == 32
    assert response.json() == [made, made]
    assert not given or given not in str(response.headers)


async def test_each_request_gets_an_id_of_its_own(small_client: AsyncClient) -> None:
    responses = [await small_client.get("/id") for _ in range(3)]

    assert len({response.headers["x-request-id"] for response in responses}) == 3


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


@pytest.mark.parametrize(
    "middleware",
    [RequestIdMiddleware, LastResortMiddleware, lambda app: RequestTimeoutMiddleware(app, 1)],
)
async def test_start_and_stop_of_the_application_pass_through(middleware: type) -> None:
    passed = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        passed.append("start")
        yield

    app = middleware(FastAPI(lifespan=lifespan))
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> dict[str, str]:
        return next(messages)

    async def send(message: dict[str, str]) -> None:
        passed.append(message["type"])

    await app({"type": "lifespan", "app": app, "state": {}}, receive, send)

    assert passed == ["start", "lifespan.startup.complete", "lifespan.shutdown.complete"]
