"""Fixtures that keep tests apart: a transaction rolled back after each, or tables emptied."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import greenlet
import pytest
from alembic.command import upgrade
from alembic.config import Config

from app.core.database import Base, async_session, engine
from tests.greenlets import pause_coverage

greenlet.settrace(pause_coverage)


@pytest.fixture(scope="session")
def schema() -> None:
    """Bring the database to the newest migration, in a thread that runs a loop of its own."""
    with ThreadPoolExecutor() as pool:
        pool.submit(upgrade, Config("alembic.ini"), "head").result()


@pytest.fixture
async def rolled_back(schema: None) -> AsyncIterator[None]:
    """Hold all of a test's work in one transaction and roll it back; commits are savepoints."""
    async with engine.connect() as connection, connection.begin() as transaction:
        async_session.configure(bind=connection, join_transaction_mode="create_savepoint")
        yield
        async_session.configure(bind=engine, join_transaction_mode="conditional_savepoint")
        await transaction.rollback()


@pytest.fixture
async def committed(schema: None) -> AsyncIterator[None]:
    """Let a test commit for real, as races need, and empty all tables after it."""
    yield
    # Much quicker than TRUNCATE while the tables are small.
    async with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            await connection.execute(table.delete())
