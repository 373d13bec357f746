"""Fixtures that keep tests apart: all collections are emptied after each."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from app.core.database import DbSession, begin, connection, in_transaction
from app.core.documents import document_models
from app.core.exceptions import UnavailableError
from migrations.run import go_forward

# A process that was killed may have left a transaction, which the server ends after 20 seconds.
EMPTY_SECONDS = 60


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
    await empty_all_collections()


async def empty_all_collections() -> None:
    """Delete all documents, in a transaction: it gives way to others, and is begun again.

    Without one, the embedded server keeps a collection locked while it waits for a transaction
    that has changed it. That one may wait for the lock: then the server answers nobody any more.
    """
    async with asyncio.timeout(EMPTY_SECONDS):
        while True:
            with suppress(UnavailableError):
                return await in_transaction(delete_all)


async def delete_all(db: DbSession) -> None:
    """Delete all documents of all collections."""
    await begin(db)
    for model in document_models():
        await model.get_pymongo_collection().delete_many({}, session=db)


@pytest.fixture
def rolled_back(committed: None) -> None:
    """Do the same: a transaction cannot hold others, of which it would undo the work."""
