"""Fixtures for the tests of the database: an empty one, and a server that fails when told to."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.core.database import connection, turns
from migrations.run import Database
from tests.mongodb import Commands, FailingServer, failing_server, new_schema, working_on


@pytest.fixture
async def database(schema: None) -> AsyncIterator[Database]:
    """An empty database, which the units of work and the command use."""
    async with new_schema() as database:
        yield database


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FailingServer]:
    """A server whose commands fail when they are to."""
    with failing_server(tmp_path_factory.mktemp("mongodb")) as server:
        yield server


@pytest.fixture
async def commands(committed: None, server: FailingServer) -> AsyncIterator[Commands]:
    """What the units of work send to that server."""
    async with working_on(server.new_database()) as commands:
        await connection.open()
        commands.sent.clear()
        yield commands
    server.recover()
    assert turns.taken == 0
