"""Hostile requests to a real server: no 5xx, no dropped connection, and the next one succeeds."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.connection import connected
from tests.contract import check_problem
from tests.hostile_callers import Identity, make_harmless_world
from tests.hostile_http import FORBIDDEN, ODD
from tests.server import Server, running_server

# A corpus that has become empty would find nothing, and say so.
LEAST_REQUESTS = 3_000


@pytest.fixture(scope="module")
async def server(schema: None) -> AsyncIterator[Server]:
    """A server that all tests of this module call."""
    async with running_server(ENVIRONMENT="test") as server:
        yield server


@pytest.mark.usefixtures("committed", "uncovered")
async def test_no_hostile_value_breaks_the_service_its_connection_or_the_next_request(
    server: Server,
) -> None:
    worlds = [await make_harmless_world() for _ in range(3)]
    callers = [None, worlds[1].owner, worlds[2].admin]

    async with (
        connected(server.address) as first,
        connected(server.address) as second,
        connected(server.address) as third,
    ):
        lines = (first, second, third)
        anyone, customer, admin = map(Identity, lines, worlds, callers)
        # Nearly all that the others send ends at who they are; `make slow` sends the rest of it.
        sent = await asyncio.gather(
            anyone.send_all(every=6), customer.send_all(every=6), admin.send_all()
        )

    assert sum(sent) >= LEAST_REQUESTS


@pytest.mark.parametrize("request_bytes", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_what_is_no_request_is_a_400_and_costs_no_more_than_its_own_connection(
    server: Server, request_bytes: bytes
) -> None:
    async with connected(server.address) as other, connected(server.address) as connection:
        response = await connection.send_raw(request_bytes)
        is_closed = await connection.is_closed()
        valid = await other.send("GET", b"/livez", {})

    assert response.status_code == 400
    assert is_closed
    assert valid.status_code == 200


@pytest.mark.parametrize("request_bytes", ODD.values(), ids=ODD)
async def test_odd_request_is_answered_and_the_next_on_its_connection_succeeds(
    server: Server, request_bytes: bytes
) -> None:
    async with connected(server.address) as connection:
        response = await connection.send_raw(request_bytes)
        valid = await connection.send("GET", b"/livez", {})

    assert response.status_code < 500
    if response.status_code >= 400:
        check_problem(response)
    assert valid.status_code == 200
