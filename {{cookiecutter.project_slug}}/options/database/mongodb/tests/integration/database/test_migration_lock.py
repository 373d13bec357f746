"""One process migrates at a time; the lock of a dead one is taken over."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from app.core.clock import utc_now
from app.core.schema import MIGRATIONS_LOG, known_migrations
from migrations import lock
from migrations.run import Database, check
from tests.environment import new_database
from tests.mongodb import run_migrations
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


async def test_four_at_once_all_succeed_and_migrate_once() -> None:
    async with new_database() as url, AsyncMongoClient[dict[str, Any]](url) as client:
        process = run_python("-c", FOUR_AT_ONCE, MONGODB_URL=url)

        assert process.stdout.splitlines()[-1] == "ended 0 0 0 0", process.stderr
        assert process.stdout.count("made index uq_email") == 1
        log = await client.get_default_database()[MIGRATIONS_LOG].find().to_list()
        assert [entry["name"] for entry in log] == sorted(known_migrations())


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
    assert await database.list_collection_names() == ["migrations_lock"]


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
