"""Migrations and indexes: forward, back, forward again, by many at once, and over a dead lock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from app.core.clock import utc_now
from app.core.documents import document_models
from app.core.exceptions import UserHasOrdersError
from app.core.schema import MIGRATIONS_LOG, declared_indexes, expected_migration
from app.crud.user import user_crud
from app.models import User
from migrations import lock
from migrations.run import Database, check, go_backward, go_forward
from tests.environment import new_database
from tests.factories import unit_of_work
from tests.mongodb import new_schema, run_migrations
from tests.process import run_python

# A fork costs less than a process of its own, so that all four start in the same moment.
FOUR_AT_ONCE = """
import os, sys
from migrations.__main__ import main

children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        os._exit(main())
    children.append(child)
print("ended", *(os.waitpid(child, 0)[1] for child in children))
"""

# One process instead of three.
CHECKED = """
import sys
from migrations.__main__ import main

for arguments in (["--check"], [], ["--check"]):
    sys.argv[1:] = arguments
    print("status", main())
"""

BROKEN = """
from beanie import free_fall_migration
from app.models import Product

class Forward:
    @free_fall_migration(document_models=[])
    async def spoil(self, session):
        await Product.find_all(session=session).update({"$set": {"stock": 0}}, session=session)
        raise RuntimeError("broken")
"""

WITHOUT_DOUBLES = """
from beanie import free_fall_migration
from app.models import User

class Forward:
    @free_fall_migration(document_models=[])
    async def drop_doubles(self, session):
        first = await User.get_pymongo_collection().find_one({}, session=session)
        others = {"_id": {"$ne": first["_id"]}}
        await User.get_pymongo_collection().delete_many(others, session=session)
"""


@pytest.fixture
async def database(schema: None) -> AsyncIterator[Database]:
    """An empty database, which the units of work and the command use."""
    async with new_schema() as database:
        yield database


async def indexes_of(database: Database) -> dict[str, set[str]]:
    """Return the names of all indexes but those of the ids, by collection."""
    names = [model.get_collection_name() for model in document_models()]
    return {name: {*await database[name].index_information()} - {"_id_"} for name in names}


async def test_the_command_makes_exactly_the_indexes_of_the_models(database: Database) -> None:
    await run_migrations()

    made = await indexes_of(database)
    expected = {
        model.get_collection_name(): {*declared_indexes(model)} for model in document_models()
    }
    assert made == expected
    assert await run_migrations(check) == 0


@pytest.mark.parametrize("name", ["user_sessions", "refresh_tokens", "mail_tokens"])
async def test_what_expires_vanishes_by_itself(database: Database, name: str) -> None:
    await run_migrations()

    expiry = (await database[name].index_information())["expiry"]

    assert expiry["key"] == [("expires_at", 1)]
    assert expiry["expireAfterSeconds"] == 0


async def test_check_says_by_its_status_whether_something_is_lacking() -> None:
    async with new_database() as url:
        process = run_python("-c", CHECKED, MONGODB_URL=url)

    lines = process.stdout.splitlines()
    assert lines[:2] == ["The database is not up to date.", "status 1"], process.stderr
    assert "users: made index uq_email" in lines
    assert lines[-3:] == ["status 0", "The database is up to date.", "status 0"]


async def test_four_at_once_all_succeed_and_migrate_once() -> None:
    async with new_database() as url, AsyncMongoClient[dict[str, Any]](url) as client:
        process = run_python("-c", FOUR_AT_ONCE, MONGODB_URL=url)

        assert process.stdout.splitlines()[-1] == "ended 0 0 0 0", process.stderr
        assert process.stdout.count("made index uq_email") == 1
        log = await client.get_default_database()[MIGRATIONS_LOG].find().to_list()
        assert [entry["name"] for entry in log] == [expected_migration()]


async def make_old_documents(database: Database) -> tuple[Any, Any]:
    """Insert two users as they were before the mark, one of them with an order."""
    buyer, other = uuid4(), uuid4()
    for user_id in (buyer, other):
        user = User(id=user_id, email=f"{user_id}@example.com", hashed_password="$")
        old = user.model_dump(by_alias=True, exclude={"has_orders"})
        await User.get_pymongo_collection().insert_one(old)
    await database.orders.insert_one({"user_id": buyer, "idempotency_key": "k"})
    return buyer, other


async def marks() -> dict[Any, Any]:
    users = await User.get_pymongo_collection().find().to_list()
    return {user["_id"]: user.get("has_orders") for user in users}


async def test_the_example_marks_users_with_orders_and_takes_the_marks_back(
    database: Database,
) -> None:
    buyer, other = await make_old_documents(database)
    seen = []

    for action in (go_forward, go_backward, go_forward):
        await run_migrations(action)
        seen.append(await marks())

    assert seen == [{buyer: True, other: None}, {buyer: None, other: None}, seen[0]]
    user = await User.get(buyer)
    assert user is not None
    with pytest.raises(UserHasOrdersError):
        async with unit_of_work() as db:
            await user_crud.delete(db, user)


async def test_after_the_way_back_something_is_lacking_until_the_way_forward(
    database: Database,
) -> None:
    actions = (go_forward, go_backward, check, go_forward, check)

    statuses = [await run_migrations(action) for action in actions]

    assert statuses == [0, 0, 1, 0, 0]


async def test_a_migration_that_fails_has_changed_nothing_and_runs_again_next_time(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.products.insert_one({"_id": 1, "stock": 5})
    (tmp_path / "20260202000000_broken.py").write_text(BROKEN)
    monkeypatch.setattr("migrations.run.MIGRATIONS", tmp_path)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            await run_migrations()

    products = database.products
    assert await products.find().to_list() == [{"_id": 1, "stock": 5}]
    assert await database[MIGRATIONS_LOG].count_documents({}) == 0
    assert await database.migrations_lock.count_documents({}) == 0


async def test_an_index_that_is_not_as_declared_is_made_anew_also_when_a_migration_has_to_run(
    database: Database,
) -> None:
    await database.users.create_index("email", name="uq_email")

    await run_migrations()

    assert (await database.users.index_information())["uq_email"]["unique"]


async def test_a_migration_comes_before_the_index_that_needs_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.users.insert_many([{"email": "a@example.com"}, {"email": "a@example.com"}])
    (tmp_path / "20260202000000_without_doubles.py").write_text(WITHOUT_DOUBLES)
    monkeypatch.setattr("migrations.run.MIGRATIONS", tmp_path)

    await run_migrations()

    assert await database.users.count_documents({}) == 1
    assert "uq_email" in await database.users.index_information()


async def test_an_index_that_somebody_made_by_hand_stays(database: Database) -> None:
    await database.users.create_index("full_name", name="by_hand")

    await run_migrations()

    assert "by_hand" in await database.users.index_information()
    assert await run_migrations(check) == 0


async def test_documents_that_a_unique_index_cannot_take_are_an_error_and_are_not_hidden(
    database: Database,
) -> None:
    await database.users.insert_many([{"email": "a@example.com"}, {"email": "a@example.com"}])

    with pytest.raises((DuplicateKeyError, OperationFailure, BulkWriteError), match="E11000"):
        await run_migrations()

    assert await run_migrations(check) == 1
    assert await database.migrations_lock.count_documents({}) == 0


async def hold_the_lock(database: Database, seconds: float) -> None:
    until = utc_now() + timedelta(seconds=seconds)
    await database.migrations_lock.insert_one({"_id": "migrations", "owner": "x", "until": until})


async def test_the_lock_of_a_process_that_was_killed_is_taken_over(database: Database) -> None:
    await hold_the_lock(database, seconds=-1)

    await asyncio.wait_for(run_migrations(), 5)

    assert await run_migrations(check) == 0
    assert await database.migrations_lock.count_documents({}) == 0


async def test_the_lock_of_a_living_process_keeps_others_out_and_is_left_alone(
    database: Database,
) -> None:
    await hold_the_lock(database, seconds=60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run_migrations(), 0.25)

    assert await run_migrations(check) == 1
    assert (await database.migrations_lock.find_one() or {})["owner"] == "x"
    assert not any((await indexes_of(database)).values())


async def test_a_living_process_prolongs_its_lock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LIFE", timedelta(seconds=0.1))
    monkeypatch.setattr(lock, "PROLONG_SECONDS", 0.02)
    monkeypatch.setattr(lock, "RETRY_SECONDS", 0.01)
    events: list[str] = []

    async def work(name: str) -> None:
        async with lock.exclusive(database):
            events.append(name)
            await asyncio.sleep(0.25)
            events.append(name)

    await asyncio.gather(work("a"), work("b"))

    assert events in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
    assert await database.migrations_lock.count_documents({}) == 0
