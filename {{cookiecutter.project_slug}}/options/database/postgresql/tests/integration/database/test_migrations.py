"""Migrations: up, down, up again, by many at once, and the same tables as the models."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.database import Base
from app.core.database import engine as migrated_engine
from tests.environment import new_database
from tests.process import run_python

ALEMBIC = """
import sys
from alembic.config import main

for command in sys.argv[1:]:
    main(command.split())
"""

# A fork costs less than a process of its own, so that all four start in the same moment.
FOUR_AT_ONCE = """
import os
from alembic.config import main
import app.models

children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        main(["upgrade", "head"])
        os._exit(0)
    children.append(child)
print(*(os.waitpid(child, 0)[1] for child in children))
"""

# What a schema consists of, each line with everything that matters about one thing.
INVENTORY = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
            column_default, collation_name
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'alembic_version'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
            AND conrelid::regclass::text <> 'alembic_version'""",
    "indexes": """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'""",
    "types": """
        SELECT typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')""",
}


Inventory = dict[str, set[tuple[object, ...]]]


@asynccontextmanager
async def new_engine() -> AsyncIterator[AsyncEngine]:
    """Work in an empty database of the test's own."""
    async with new_database() as url:
        engine = create_async_engine(url)
        yield engine
        await engine.dispose()


def run_alembic(engine: AsyncEngine, *commands: str) -> str:
    """Run commands of Alembic in one process, and return what they print."""
    process = run_python("-c", ALEMBIC, *commands, DATABASE_URL=address(engine))
    assert process.returncode == 0, process.stderr
    return process.stdout


def address(engine: AsyncEngine) -> str:
    return engine.url.render_as_string(hide_password=False)


async def inventory(engine: AsyncEngine) -> Inventory:
    """Return everything that a schema consists of, but for Alembic's own table."""
    async with engine.connect() as connection:
        return {
            kind: {tuple(row) for row in await connection.execute(text(query))}
            for kind, query in INVENTORY.items()
        }


async def test_the_way_up_works_again_after_the_way_down_which_leaves_nothing() -> None:
    async with new_engine() as engine:
        there_and_back = ("upgrade head", "downgrade base")
        output = run_alembic(engine, *there_and_back, "upgrade head", "check", "downgrade base")

        assert "No new upgrade operations detected" in output
        assert await inventory(engine) == {kind: set() for kind in INVENTORY}


async def test_migrations_make_exactly_the_tables_of_the_models(schema: None) -> None:
    async with new_engine() as engine:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        of_the_models = await inventory(engine)

    assert await inventory(migrated_engine) == of_the_models


async def test_four_upgrades_at_once_all_succeed() -> None:
    async with new_engine() as engine:
        process = run_python("-c", FOUR_AT_ONCE, DATABASE_URL=address(engine))

        assert process.stdout.split() == ["0"] * 4, process.stderr
        assert (await inventory(engine))["columns"]
