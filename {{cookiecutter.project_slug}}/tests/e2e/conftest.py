"""What tests of a whole server share."""

from collections.abc import AsyncIterator

import pytest

from tests.server import Server, running_server


@pytest.fixture(autouse=True)
def unmeasured(uncovered: None) -> None:
    """Measure nothing here: the service runs in another process."""


@pytest.fixture(scope="session")
async def server(schema: None) -> AsyncIterator[Server]:
    """A server for all tests that need no settings of their own."""
    async with running_server("--no-access-log", ENVIRONMENT="test", DOCS_ENABLED="true") as server:
        yield server
