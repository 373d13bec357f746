"""What tests of a whole server share."""

from collections.abc import AsyncIterator, Iterator
from unittest.mock import patch

import pytest

from app.core.jobs import JOBS
from app.tasks.registry import FUNCTIONS
from dev.chaos.jobs import TRIES, register
from dev.chaos.outcome import SHORT
from dev.chaos.processes import Kept, all_kept
from tests.server import Server, running_server


@pytest.fixture(autouse=True)
def unmeasured(uncovered: None) -> None:
    """Measure nothing here: the service runs in another process."""


@pytest.fixture(scope="session")
async def server(schema: None) -> AsyncIterator[Server]:
    """A server for all tests that need no settings of their own."""
    async with running_server("--no-access-log", ENVIRONMENT="test", DOCS_ENABLED="true") as server:
        yield server


@pytest.fixture(scope="module")
def job_kinds() -> Iterator[None]:
    """Jobs for tests, here and in processes that are started; bad ones are tried less often."""
    with pytest.MonkeyPatch.context() as environment, patch.dict(JOBS), patch.dict(FUNCTIONS):
        environment.setenv(TRIES, str(SHORT.tries))
        register()
        yield


@pytest.fixture(scope="module")
async def workers(schema: None, job_kinds: None) -> AsyncIterator[list[Kept]]:
    """Workers and a scheduler, each of which comes back when it ends."""
    async with all_kept() as workers:
        yield workers
