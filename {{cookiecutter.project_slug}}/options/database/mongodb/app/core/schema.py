"""Whether the database has the indexes and the migrations that this release expects."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from app.core.documents import Base, document_models

Index = Mapping[str, Any]

MIGRATIONS = Path("migrations/versions")
# The collection in which Beanie writes down what it ran.
MIGRATIONS_LOG = "migrations_log"


def declared_indexes(model: type[Base]) -> dict[str, Index]:
    """Return the indexes that a collection is to have, by name, as MongoDB would list them."""
    return {field.name: comparable(field.index.document) for field in model.get_settings().indexes}


def comparable(index: Index) -> Index:
    """Return what matters of an index: its keys, and whether it is unique or lets things expire."""
    keys = index["key"]
    return {
        "key": list(keys.items()) if isinstance(keys, Mapping) else [tuple(key) for key in keys],
        "unique": index.get("unique", False),
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


def expected_migration() -> str | None:
    """Return the newest migration in the code."""
    return max((path.name for path in MIGRATIONS.glob("[!_]*.py")), default=None)


async def is_current(database: AsyncDatabase[dict[str, Any]], session: AsyncClientSession) -> bool:
    """Tell whether every migration in the code has run and no index is lacking."""
    log = database[MIGRATIONS_LOG]
    last = await log.find_one({"is_current": True}, session=session)
    if (last["name"] if last else None) != expected_migration():
        return False
    for model in document_models():
        if await lacking_indexes(database, model, session):
            return False
    return True
