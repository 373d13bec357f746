"""What the command does, with a client of its own that waits as long as it takes."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from beanie import init_beanie
from beanie.migrations.database import DBHandler
from beanie.migrations.models import RunningDirections, RunningMode
from beanie.migrations.runner import MigrationNode
from pymongo.asynchronous.database import AsyncDatabase

import app.models  # noqa: F401 - makes all documents known
from app.core import schema
from app.core.database import make_client
from app.core.documents import Base, document_models
from migrations.lock import exclusive

Database = AsyncDatabase[dict[str, Any]]


@asynccontextmanager
async def connected() -> AsyncIterator[Database]:
    """Yield the database, with the models in it."""
    async with make_client(timeout_seconds=None) as client:
        database = client.get_default_database()
        await init_beanie(database, document_models=document_models(), skip_indexes=True)
        # Beanie's runner finds the database here.
        DBHandler.client, DBHandler.database = client, database  # type: ignore[attr-defined]
        yield database


async def go_forward() -> int:
    """Run the migrations that have not run and make the indexes that are lacking."""
    async with connected() as database, exclusive(database):
        await run_migrations(database, RunningMode(direction=RunningDirections.FORWARD))
        for model in document_models():
            await make_indexes(database, model)
    return 0


async def go_backward() -> int:
    """Take the newest migration back; indexes stay."""
    async with connected() as database, exclusive(database):
        await run_migrations(
            database, RunningMode(direction=RunningDirections.BACKWARD, distance=1)
        )
    return 0


async def check() -> int:
    """Say whether anything is lacking."""
    async with connected() as database, database.client.start_session() as session:
        current = await schema.is_current(database, session)
    print("The database is up to date." if current else "The database is not up to date.")
    return 0 if current else 1


async def run_migrations(database: Database, mode: RunningMode) -> None:
    """Run migrations in their order, each in a transaction.

    Raises:
        SystemExit: a migration ran that is not in the code; Beanie would run all others again.
    """
    newest = await schema.newest_migration(database)
    if newest is not None and newest not in schema.known_migrations():
        sys.exit(
            f"The migration {newest} has run, but is not in migrations/versions/: deploy the "
            "release that has it, or take it back there with: python -m migrations --backward"
        )
    current = await MigrationNode.build(schema.MIGRATIONS)
    await current.run(mode, allow_index_dropping=False, use_transaction=True)


async def make_indexes(database: Database, model: type[Base]) -> None:
    """Make the indexes of a collection that are missing, and those anew that are not as declared.

    An index that is declared nowhere stays: somebody has made it by hand.
    """
    collection = database[model.get_collection_name()]
    lacking = await schema.lacking_indexes(database, model)
    made = await collection.index_information()
    for field in model.get_settings().indexes:
        if field.name in lacking:
            if field.name in made:
                await collection.drop_index(field.name)
            await collection.create_indexes([field.index])
            print(f"{collection.name}: made index {field.name}")
