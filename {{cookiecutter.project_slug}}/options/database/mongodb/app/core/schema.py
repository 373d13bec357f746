"""Whether the database has the indexes and the migrations that this release expects."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from app.core.documents import Base, document_models

Index = Mapping[str, Any]

MIGRATIONS = Path(__file__).parents[2] / "migrations" / "versions"
# The collection in which Beanie writes down what it ran.
MIGRATIONS_LOG = "migrations_log"
# How it calls the state before the first one, after all were taken back.
NO_MIGRATION = "root"


def declared_indexes(model: type[Base]) -> dict[str, Index]:
    """Return the indexes that a collection is to have, by name, as MongoDB would list them."""
    return {field.name: comparable(field.index.document) for field in model.get_settings().indexes}


def comparable(index: Index) -> Index:
    """Return what the models rely on: the keys, and which documents an index takes or refuses.

    Collations are not compared.
    """
    keys = index["key"]
    return {
        "key": list(keys.items()) if isinstance(keys, Mapping) else [tuple(key) for key in keys],
        "unique": index.get("unique", False),
        "sparse": index.get("sparse", False),
        "partialFilterExpression": index.get("partialFilterExpression"),
        "expireAfterSeconds": index.get("expireAfterSeconds"),
    }


async def lacking_indexes(
    database: AsyncDatabase[dict[str, Any]],
    model: type[Base],
    session: AsyncClientSession | None = None,
) -> list[str]:
    """Return the names of the indexes that are missing, or are not as declared."""
    collection = database[model.get_collection_name()]
    made = await collection.index_information(session=session)
    return [
        name
        for name, index in declared_indexes(model).items()
        if name not in made or comparable(made[name]) != index
    ]


def known_migrations() -> list[str]:
    """Return the names of the migrations in the code; they begin with the time of their making."""
    return [path.name for path in MIGRATIONS.glob("[!_]*.py")]


async def newest_migration(
    database: AsyncDatabase[dict[str, Any]], session: AsyncClientSession | None = None
) -> str | None:
    """Return the name of the migration that ran last, or None."""
    newest = {"is_current": True, "name": {"$ne": NO_MIGRATION}}
    last = await database[MIGRATIONS_LOG].find_one(newest, session=session)
    return last["name"] if last else None


async def is_current(database: AsyncDatabase[dict[str, Any]], session: AsyncClientSession) -> bool:
    """Tell whether every migration in the code has run and no index is lacking."""
    if await newest_migration(database, session) != max(known_migrations(), default=None):
        return False
    for model in document_models():
        if await lacking_indexes(database, model, session):
            return False
    return True
