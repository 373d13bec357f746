"""Hostile requests to a real server: no 5xx, no dropped connection, and the next one succeeds."""

import asyncio
from collections.abc import Sequence

import pytest

from app.core.enums import Role
from tests.connection import connected
from tests.contract import OPERATIONS, Operation, check_problem
from tests.hostile_callers import Identity, make_harmless_world
from tests.hostile_http import FORBIDDEN, ODD
from tests.server import Server

# A corpus that has become empty would find nothing, and say so.
LEAST_REQUESTS = 750


async def send_as(
    server: Server, role: Role | None, operations: Sequence[Operation], every: int
) -> int:
    """Send hostile requests on a connection of its own, in a world of its own."""
    world = await make_harmless_world()
    caller = {Role.CUSTOMER: world.owner, Role.ADMIN: world.admin}.get(role) if role else None
    async with connected(server.address) as connection:
        return await Identity(connection, world, caller).send_all(operations, every=every)


@pytest.mark.usefixtures("committed")
async def test_no_hostile_value_breaks_the_service_its_connection_or_the_next_request(
    server: Server,
) -> None:
    sent = await asyncio.gather(
        # A sample, since `make slow` sends it all. Most of these two ends at who they are.
        send_as(server, None, OPERATIONS, every=24),
        send_as(server, Role.CUSTOMER, OPERATIONS, every=24),
        # Three admins share the operations, so that less time is spent waiting.
        *(send_as(server, Role.ADMIN, OPERATIONS[start::3], every=4) for start in range(3)),
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
