"""Fixtures that keep tests apart: all collections are emptied after each."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.database import connection
from app.core.documents import document_models
from migrations.run import go_forward


@pytest.fixture(scope="session")
def schema() -> None:
    """Bring the database to the newest migration, in a thread that runs a loop of its own."""
    with ThreadPoolExecutor() as pool:
        pool.submit(asyncio.run, go_forward()).result()
    # The models have learnt that loop's collections.
    connection.models_are_ready = False


@pytest.fixture
async def committed(schema: None) -> AsyncIterator[None]:
    """Let a test commit, and empty all collections after it."""
    yield
    database = (await connection.open()).get_default_database()
    for model in document_models():
        await database[model.get_collection_name()].delete_many({})


@pytest.fixture
def rolled_back(committed: None) -> None:
    """Do the same: a transaction cannot hold others, of which it would undo the work."""
