"""`make slow`: each hostile value in each place of each operation, from each of three callers."""

import asyncio

import pytest

from tests.connection import connected
from tests.hostile_callers import Identity, make_harmless_world
from tests.server import running_server

LEAST_REQUESTS = 7_000


async def test_no_hostile_value_of_anybody_breaks_the_service_or_its_connection(
    committed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    worlds = [await make_harmless_world() for _ in range(3)]
    callers = [None, worlds[1].owner, worlds[2].admin]

    async with (
        running_server("--no-access-log", ENVIRONMENT="test") as server,
        connected(server.address) as first,
        connected(server.address) as second,
        connected(server.address) as third,
    ):
        identities = map(Identity, (first, second, third), worlds, callers)
        sent = await asyncio.gather(*(identity.send_all() for identity in identities))

    with capsys.disabled():
        print(f"\n{sum(sent):,} hostile requests")  # noqa: T201 - the result
    assert sum(sent) >= LEAST_REQUESTS
