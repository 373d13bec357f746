"""Migrations and indexes: forward, back, forward again, and nothing when one fails."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from app.core.documents import document_models
from app.core.exceptions import UserHasOrdersError
from app.core.schema import MIGRATIONS_LOG, declared_indexes
from app.crud.user import user_crud
from app.models import User
from migrations.run import Database, check, go_backward, go_forward
from tests.environment import new_database
from tests.factories import unit_of_work
from tests.mongodb import run_migrations
from tests.process import run_python

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
    monkeypatch.setattr("app.core.schema.MIGRATIONS", tmp_path)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            await run_migrations()

    products = database.products
    assert await products.find().to_list() == [{"_id": 1, "stock": 5}]
    assert await database[MIGRATIONS_LOG].count_documents({}) == 0
    assert await database.migrations_lock.count_documents({}) == 0


@pytest.mark.parametrize("action", [go_forward, go_backward])
async def test_over_a_migration_of_a_newer_release_nothing_runs_and_one_line_says_why(
    database: Database, action: Callable[[], Awaitable[int]]
) -> None:
    await run_migrations()
    newer = {"$set": {"name": "99990101000000_newer.py"}}
    await database[MIGRATIONS_LOG].update_one({"is_current": True}, newer)
    log = await database[MIGRATIONS_LOG].find().to_list()

    assert await run_migrations(check) == 1
    with pytest.raises(SystemExit, match=r"99990101000000_newer\.py has run.* deploy the release"):
        await run_migrations(action)

    assert await database[MIGRATIONS_LOG].find().to_list() == log
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
    monkeypatch.setattr("app.core.schema.MIGRATIONS", tmp_path)

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
