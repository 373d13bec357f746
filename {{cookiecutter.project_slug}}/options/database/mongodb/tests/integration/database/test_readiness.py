"""Readiness follows indexes and migrations, which the service itself never makes."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from httpx2 import AsyncClient

from app.core.schema import MIGRATIONS_LOG, NO_MIGRATION
from migrations.run import Database
from tests.contract import contract_client
from tests.factories import PASSWORD
from tests.mongodb import run_migrations


@pytest.fixture
async def stranger(database: Database) -> AsyncIterator[AsyncClient]:
    """A client of the application on that database."""
    async with contract_client() as client:
        yield client


async def drop_an_index(database: Database) -> None:
    await database.users.drop_index("uq_email")


async def make_an_index_no_longer_unique(database: Database) -> None:
    await database.users.drop_index("uq_email")
    await database.users.create_index("email", name="uq_email")


async def make_an_index_of_another_field(database: Database) -> None:
    await database.users.drop_index("uq_email")
    await database.users.create_index("full_name", name="uq_email", unique=True)


async def let_nothing_expire(database: Database) -> None:
    await database.user_sessions.drop_index("expiry")
    await database.user_sessions.create_index("expires_at", name="expiry")


async def forget_the_migrations(database: Database) -> None:
    await database.drop_collection(MIGRATIONS_LOG)


async def take_the_migrations_back(database: Database) -> None:
    none = {"$set": {"name": NO_MIGRATION}}
    await database[MIGRATIONS_LOG].update_one({"is_current": True}, none)


async def name_no_migration(database: Database) -> None:
    await database[MIGRATIONS_LOG].update_many({}, {"$set": {"is_current": False}})


@pytest.mark.parametrize(
    "spoil",
    [
        drop_an_index,
        make_an_index_no_longer_unique,
        make_an_index_of_another_field,
        let_nothing_expire,
        forget_the_migrations,
        take_the_migrations_back,
        name_no_migration,
    ],
)
async def test_readyz_is_503_while_the_schema_is_not_the_one_of_this_release(
    database: Database, stranger: AsyncClient, spoil: Callable[[Database], Awaitable[None]]
) -> None:
    await run_migrations()
    statuses = [(await stranger.get("/readyz")).status_code]

    await spoil(database)
    spoilt = await stranger.get("/readyz")
    await run_migrations()
    statuses.append((await stranger.get("/readyz")).status_code)

    assert statuses == [200, 200]
    assert spoilt.status_code == 503
    assert spoilt.json()["code"] == "unavailable"
    assert spoilt.headers["Retry-After"] == "2"


async def test_the_service_makes_no_index_and_is_not_ready_in_an_empty_database(
    database: Database, stranger: AsyncClient
) -> None:
    account = {"email": "ann@example.com", "password": PASSWORD}

    ready = await stranger.get("/readyz")
    listed = await stranger.get("/products/")
    registered = await stranger.post("/users/register", json=account)

    assert (ready.status_code, listed.status_code) == (503, 200)
    assert registered.status_code == 202
    collections = await database.list_collection_names()
    indexes = [await database[name].index_information() for name in collections]
    assert {name for found in indexes for name in found} == {"_id_"}
