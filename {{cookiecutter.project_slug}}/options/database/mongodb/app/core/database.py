"""MongoDB: the client, the unit of work, and whether the schema is the one we expect."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pymongo
from beanie import init_beanie
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure, PyMongoError

from app.config import settings
from app.core.commits import run_callbacks
from app.core.documents import document_models
from app.core.exceptions import AppError, DatabaseUnavailableError
from app.core.schema import is_current
from app.core.turns import Turns
from app.core.write_conflicts import WriteConflictError, run_again_after_conflicts

Result = TypeVar("Result")
Callback = Callable[[], Awaitable[None]]

# The name under which every layer above knows a unit of work, whatever the database.
DbSession = AsyncClientSession

COMMIT_TRIES = 3
# How long to wait for a primary: the driver looks for a lost one every half second.
SELECTION_SECONDS = 0.6


def make_client(timeout_seconds: float | None) -> AsyncMongoClient[dict[str, Any]]:
    """Make a client whose operations take at most so long, each with all that it waits for."""
    return AsyncMongoClient(
        settings.mongodb_url.get_secret_value(),
        tz_aware=True,
        uuidRepresentation="standard",
        # What was read or confirmed is not lost when another server becomes the primary.
        readConcernLevel="majority",
        w="majority",
        maxPoolSize=settings.database_pool_size,
        connectTimeoutMS=milliseconds(settings.lock_timeout_seconds),
        timeoutMS=None if timeout_seconds is None else milliseconds(timeout_seconds),
    )


def milliseconds(seconds: float) -> int:
    """Convert seconds."""
    return round(seconds * 1000)


turns = Turns(settings.database_pool_size)
# How many places the units of work have that write at this moment.
places: dict[DbSession, int] = {}
# What is to be done when these units of work are committed.
callbacks: dict[DbSession, list[Callback]] = {}


class Connection:
    """The client of this process, opened by the first unit of work."""

    def __init__(self) -> None:
        """Begin without a client."""
        self.opening = asyncio.Lock()
        self.client: AsyncMongoClient[dict[str, Any]] | None = None
        self.models_are_ready = False

    async def open(self) -> AsyncMongoClient[dict[str, Any]]:
        """Return the client; the models know their collections then. Indexes are for migrations."""
        client = self.client = self.client or make_client(settings.statement_timeout_seconds)
        await find_primary(client)
        async with asyncio.timeout(settings.lock_timeout_seconds), self.opening:
            if not self.models_are_ready:
                database = client.get_default_database()
                models = document_models()
                await init_beanie(database, document_models=models, skip_indexes=True)
                self.models_are_ready = True
            return client

    async def close(self) -> None:
        """Close all connections; the next unit of work opens new ones."""
        if self.client is not None:
            await self.client.close()
        self.client, self.models_are_ready = None, False


connection = Connection()


async def find_primary(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """Wait for a primary if none is known, and for less time than an operation may take."""
    if not client.topology_description.has_writable_server():
        with pymongo.timeout(SELECTION_SECONDS):
            await client.admin.command("ping")


async def get_db() -> AsyncIterator[DbSession]:
    """Open the unit of work of one request or task, and commit here alone what it writes.

    Raises:
        DatabaseUnavailableError: the database is away, or did not answer within its limits.
        WriteConflictError: another unit of work was quicker; this one may be tried again.
    """
    try:
        client = await connection.open()
        async with client.start_session() as session:
            try:
                yield session
            except AppError as error:
                if error.keeps_changes:
                    await commit(session)
                raise
            else:
                await commit(session)
                await run_callbacks(callbacks.pop(session, ()))
            finally:
                callbacks.pop(session, None)
                await undo(session)
    except TimeoutError as error:
        raise DatabaseUnavailableError from error
    except PyMongoError as error:
        if is_conflict(error):
            raise WriteConflictError from error
        if is_passing(error):
            raise DatabaseUnavailableError from error
        raise


async def in_transaction(work: Callable[[DbSession], Awaitable[Result]]) -> Result:
    """Do something in a unit of work of its own, outside of a request.

    Raises:
        DatabaseUnavailableError: as `get_db`, or others were quicker each time.
    """

    async def run() -> Result:
        async with asynccontextmanager(get_db)() as db:
            return await work(db)

    try:
        return await run_again_after_conflicts(run)
    except WriteConflictError as error:
        raise DatabaseUnavailableError from error


def after_commit(db: DbSession, callback: Callback) -> None:
    """Have something done when the unit of work is committed, and not if it is undone."""
    callbacks.setdefault(db, []).append(callback)


async def begin(db: DbSession) -> None:
    """Start the transaction, if none is under way: to be called before every write.

    What was read before may be out of date; conditions of the write itself have to hold.
    """
    if not db.in_transaction:
        async with asyncio.timeout(settings.lock_timeout_seconds):
            places[db] = await turns.enter()
        await db.start_transaction()


async def write_or_give_way(db: DbSession, write: Callable[[], Awaitable[Result]]) -> Result | None:
    """Write in a transaction of its own, when none is under way; None when a conflict undid it.

    Outside of a transaction MongoDB would wait for whoever holds the document, were it a dead
    process.
    """
    try:
        await begin(db)
        result = await write()
        await commit(db)
    except PyMongoError as error:
        if not is_conflict(error):
            raise
        return None
    else:
        return result
    finally:
        await undo(db)


async def undo(db: DbSession) -> None:
    """Undo what was not committed, and let others write."""
    try:
        if db.in_transaction:
            await db.abort_transaction()
    finally:
        turns.leave(places.pop(db, 0))


async def commit(db: DbSession) -> None:
    """Commit what was written, if anything was, within the time that one operation has."""
    if not db.in_transaction:
        return
    with pymongo.timeout(settings.statement_timeout_seconds):
        await commit_for_certain(db)
    turns.leave(places.pop(db, 0))


async def commit_for_certain(db: DbSession) -> None:
    """Commit, and ask again when the answer got lost; the same commit counts once."""
    for tries_left in reversed(range(COMMIT_TRIES)):
        try:
            await db.commit_transaction()
        except PyMongoError as error:
            if not tries_left or not error.has_error_label("UnknownTransactionCommitResult"):
                raise
        else:
            return


async def close_database() -> None:
    """Close all connections, when the process ends."""
    await connection.close()


def is_conflict(error: PyMongoError) -> bool:
    """Tell whether the whole transaction may succeed when it is run again at once."""
    is_transient = error.has_error_label("TransientTransactionError")
    return is_transient and isinstance(error, OperationFailure)


def is_passing(error: PyMongoError) -> bool:
    """Tell whether the same operation may succeed a moment later."""
    return error.timeout or isinstance(error, ConnectionFailure | ExecutionTimeout)


async def release(db: DbSession) -> None:
    """Let nothing wait for this unit of work while slow work runs.

    To be called before the first write: it ends the transaction.
    """
    await commit(db)


async def schema_is_current(db: DbSession) -> bool:
    """Tell whether every migration in the code has been applied, and no index is lacking."""
    return await is_current(db.client.get_default_database(), db)
