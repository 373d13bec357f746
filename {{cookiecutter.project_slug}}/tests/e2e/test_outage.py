"""The database goes away and comes back, while the service runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable

import pytest
from httpx2 import AsyncClient, Response

from tests.environment import URL_VARIABLE, database_url
from tests.proxy import Proxy, proxied
from tests.server import running_server

LIMITS = {
    "LOCK_TIMEOUT_SECONDS": "0.7",
    "STATEMENT_TIMEOUT_SECONDS": "0.8",
    "REQUEST_TIMEOUT_SECONDS": "2.5",
}


@pytest.fixture(scope="module")
async def line_and_client(schema: None) -> AsyncIterator[tuple[Proxy, AsyncClient]]:
    """A line to the database, and a client of a server that depends on it."""
    async with (
        proxied(database_url()) as (line, url),
        running_server(**{URL_VARIABLE: url}, **LIMITS) as server,
        AsyncClient(base_url=server.address) as client,
    ):
        yield line, client


@pytest.fixture
async def line(line_and_client: tuple[Proxy, AsyncClient]) -> AsyncIterator[Proxy]:
    """The line to the database, mended after the test."""
    line, _ = line_and_client
    yield line
    await line.mend()


@pytest.fixture
def client(line_and_client: tuple[Proxy, AsyncClient]) -> AsyncClient:
    """A client of the server."""
    return line_and_client[1]


async def timed(request: Awaitable[Response]) -> tuple[Response, float]:
    start = time.perf_counter()
    response = await request
    return response, time.perf_counter() - start


async def test_without_its_database_the_service_says_so_before_its_time_is_up_and_lives(
    line: Proxy, client: AsyncClient
) -> None:
    line.cut()

    answers = [await timed(client.get(path)) for path in ("/products/", "/readyz", "/products/")]
    alive = await client.get("/livez")

    for response, seconds in answers:
        assert response.status_code == 503
        assert response.json()["code"] == "database_unavailable"
        assert int(response.headers["Retry-After"]) > 0
        assert seconds < float(LIMITS["REQUEST_TIMEOUT_SECONDS"])
    assert alive.status_code == 200


@pytest.mark.parametrize("requests_meanwhile", [0, 3])
async def test_the_first_request_after_an_outage_succeeds(
    line: Proxy, client: AsyncClient, requests_meanwhile: int
) -> None:
    await asyncio.gather(*(client.get("/products/") for _ in range(10)))
    line.cut()
    for _ in range(requests_meanwhile):
        await client.get("/products/")

    await line.mend()

    assert (await client.get("/products/")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200


async def test_behind_a_network_that_went_silent_every_request_ends_within_its_limit(
    line: Proxy, client: AsyncClient
) -> None:
    await asyncio.gather(*(client.get("/products/") for _ in range(10)))
    line.freeze()

    waiting = asyncio.gather(*(timed(client.get("/products/")) for _ in range(20)))
    alive, seconds_alive = await timed(client.get("/livez"))
    answers = await waiting
    connecting, seconds_connecting = await timed(client.get("/products/"))

    assert alive.status_code == 200
    assert seconds_alive < 1
    assert {response.status_code for response, _ in answers} == {503}
    assert all(response.headers["Retry-After"] for response, _ in answers)
    assert max(seconds for _, seconds in answers) < float(LIMITS["REQUEST_TIMEOUT_SECONDS"]) + 1
    assert connecting.status_code == 503
    assert seconds_connecting < float(LIMITS["REQUEST_TIMEOUT_SECONDS"])
    await line.mend()
    assert (await client.get("/products/")).status_code == 200
