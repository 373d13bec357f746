"""Unhandled exceptions, behind the real server: what a client sees depends on it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request
from httpx2 import AsyncClient, Limits, RemoteProtocolError
from starlette.responses import StreamingResponse

from app.core.middleware import LastResortMiddleware, RequestIdMiddleware

PASSWORD = "a-password-in-a-local-variable"

broken_app = FastAPI(openapi_url=None)
broken_app.add_middleware(LastResortMiddleware)
broken_app.add_middleware(RequestIdMiddleware)


@broken_app.get("/broken")
async def broken() -> None:
    password = PASSWORD
    raise KeyError(len(password))


@broken_app.get("/broken-in-the-middle")
async def broken_in_the_middle() -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        yield "first,"
        raise KeyError("second")

    return StreamingResponse(parts())


@broken_app.get("/port")
async def port(request: Request) -> int:
    return request.client.port if request.client else 0


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application with uvicorn on a free port, and yield its address."""
    # asyncio sends small packets without delay only when the socket names its protocol.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture
async def connection() -> AsyncIterator[AsyncClient]:
    """Call the broken application, with at most one connection, which is kept alive."""
    async with (
        serving(broken_app) as address,
        AsyncClient(base_url=address, limits=Limits(max_connections=1)) as client,
    ):
        yield client


async def test_an_unhandled_exception_is_a_500_problem_that_tells_nothing_of_it(
    connection: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await connection.get("/broken")

    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "internal_error"
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert "KeyError" not in response.text
    assert "unhandled exception" in caplog.text


async def test_the_connection_lives_on_after_each_of_fifty_unhandled_exceptions(
    connection: AsyncClient, uncovered: None
) -> None:
    first_port = (await connection.get("/port")).json()

    for _ in range(50):
        response = await connection.get("/broken")
        assert response.status_code == 500
        assert (await connection.get("/port")).json() == first_port


async def test_an_exception_after_the_response_began_cuts_the_response_short(
    connection: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RemoteProtocolError):
        await connection.get("/broken-in-the-middle")

    assert "KeyError" in caplog.text
    assert "http.response.start" not in caplog.text
    assert (await connection.get("/port")).status_code == 200
