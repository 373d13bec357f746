"""One migration at a time, however many instances start it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from app.core.clock import utc_now

# A process that was killed holds the lock for so long; a living one prolongs it.
LIFE = timedelta(seconds=60)
PROLONG_SECONDS = 15
RETRY_SECONDS = 0.2

Locks = AsyncCollection[dict[str, Any]]


@asynccontextmanager
async def exclusive(database: AsyncDatabase[dict[str, Any]]) -> AsyncIterator[None]:
    """Wait until no other process migrates this database, and keep others waiting."""
    locks, owner = database["migrations_lock"], uuid4()
    while not await take(locks, owner.hex):  # noqa: ASYNC110 - other processes set no event
        await asyncio.sleep(RETRY_SECONDS)
    done = asyncio.Event()
    prolonging = asyncio.create_task(keep(locks, owner.hex, done))
    try:
        yield
    finally:
        # Not cancelled: the driver may overlook that when an answer comes in the same moment.
        done.set()
        await prolonging
        await locks.delete_one({"_id": "migrations", "owner": owner.hex})


async def take(locks: Locks, owner: str) -> bool:
    """Take the lock, or prolong it; False while somebody else has it."""
    now: datetime = utc_now()
    free = {"_id": "migrations", "$or": [{"until": {"$lt": now}}, {"owner": owner}]}
    try:
        await locks.update_one(free, {"$set": {"until": now + LIFE, "owner": owner}}, upsert=True)
    except DuplicateKeyError:
        return False
    return True


async def keep(locks: Locks, owner: str, done: asyncio.Event) -> None:
    """Prolong the lock until its owner is done."""
    while not done.is_set():
        await take(locks, owner)
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), PROLONG_SECONDS)
