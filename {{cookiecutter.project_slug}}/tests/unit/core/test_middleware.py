"""Request ids, and what every middleware lets pass."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import structlog
from fastapi import FastAPI, Request
from httpx2 import ASGITransport, AsyncClient
from starlette.types import ASGIApp, Message

from app.core.bare_errors import BareErrorMiddleware
from app.core.bodies import BodySizeMiddleware, JsonDepthMiddleware
from app.core.edges import TrustedHostsMiddleware
from app.core.middleware import LastResortMiddleware, RequestIdMiddleware, RequestTimeoutMiddleware
from app.core.security_headers import SecurityHeadersMiddleware

small_app = FastAPI(openapi_url=None)
small_app.add_middleware(RequestIdMiddleware)


@small_app.get("/id")
async def show_id(request: Request) -> list[str]:
    return [request.state.request_id, structlog.contextvars.get_contextvars()["request_id"]]


@small_app.get("/trace")
async def show_trace() -> str | None:
    trace: str | None = structlog.contextvars.get_contextvars().get("traceparent")
    return trace


@pytest.fixture
async def small_client() -> AsyncIterator[AsyncClient]:
    """Call the small application."""
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


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (TRACE, TRACE),
        (TRACE.upper(), None),
        (TRACE + "-more", None),
        (TRACE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32), None),
        (TRACE.replace("00f067aa0ba902b7", "0" * 16), None),
        ("garbage", None),
        ("", None),
    ],
)
async def test_the_callers_place_in_a_trace_is_kept_if_it_can_be_one(
    small_client: AsyncClient, given: str, kept: str | None
) -> None:
    response = await small_client.get("/trace", headers={"traceparent": given})

    assert response.json() == kept


async def test_each_request_gets_an_id_of_its_own(small_client: AsyncClient) -> None:
    responses = [await small_client.get("/id") for _ in range(3)]

    assert len({response.headers["x-request-id"] for response in responses}) == 3


@pytest.mark.parametrize(
    "middleware",
    [
        RequestIdMiddleware,
        LastResortMiddleware,
        lambda app: RequestTimeoutMiddleware(app, 1),
        lambda app: SecurityHeadersMiddleware(app, production=True, docs=False),
        BareErrorMiddleware,
        lambda app: BodySizeMiddleware(app, 1_024),
        JsonDepthMiddleware,
        lambda app: TrustedHostsMiddleware(app, ["api.example.com"]),
    ],
)
async def test_start_and_stop_of_the_application_pass_through(
    middleware: Callable[[ASGIApp], ASGIApp],
) -> None:
    passed: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        passed.append("start")
        yield

    app = middleware(FastAPI(lifespan=lifespan))
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        passed.append(message["type"])

    await app({"type": "lifespan", "app": app, "state": {}}, receive, send)

    assert passed == ["start", "lifespan.startup.complete", "lifespan.shutdown.complete"]
