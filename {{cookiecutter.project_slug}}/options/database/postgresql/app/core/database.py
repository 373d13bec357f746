"""PostgreSQL: the engine, the unit of work, and whether the schema is the one we expect."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import TypeVar

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, event, text
from sqlalchemy.engine.interfaces import AdaptedConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from app.config import settings
from app.core.commits import run_callbacks
from app.core.exceptions import AppError, DatabaseUnavailableError

Result = TypeVar("Result")
Callback = Callable[[], Awaitable[None]]

# Errors that pass by themselves, by SQLSTATE: connection lost (08), out of resources (53),
# server stopping (57P), statement too slow (57014), lock not free (55P03), deadlock (40P01).
PASSING = ("08", "53", "57", "55P03", "40P01")

engine = create_async_engine(
    settings.database_url.get_secret_value(),
    pool_size=settings.database_pool_size,
    max_overflow=0,
    hide_parameters=True,
    pool_timeout=settings.lock_timeout_seconds,
    connect_args={
        "timeout": settings.lock_timeout_seconds,
        # The server ends a slow statement; this ends the wait for a server that went silent.
        "command_timeout": settings.statement_timeout_seconds + 1,
        "server_settings": {
            "lock_timeout": f"{settings.lock_timeout_seconds * 1000:.0f}",
            "statement_timeout": f"{settings.statement_timeout_seconds * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{settings.request_timeout_seconds * 1000:.0f}",
            "jit": "off",
        },
    },
)


@event.listens_for(engine.sync_engine, "checkout")
def replace_if_closed(connection: AdaptedConnection, *_: object) -> None:
    """Spare the first requests after a restart of the server: it closed what waits in the pool."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


async_session = async_sessionmaker(engine, expire_on_commit=False)

# The name under which every layer above knows a unit of work, whatever the database.
DbSession = AsyncSession


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


async def get_db() -> AsyncIterator[DbSession]:
    """Open the unit of work of one request or task: one transaction, committed here alone.

    Raises:
        DatabaseUnavailableError: the database is away, or did not answer within its limits.
    """
    try:
        async with async_session() as session:
            try:
                yield session
            except AppError as error:
                if error.keeps_changes:
                    await session.commit()
                raise
            await session.commit()
        await run_callbacks(session.info.get("after_commit", ()))
    # asyncpg lets the operating system's errors through when it cannot connect.
    except (PoolTimeoutError, OSError) as error:
        raise DatabaseUnavailableError from error
    except DBAPIError as error:
        if is_passing(error):
            raise DatabaseUnavailableError from error
        raise


async def in_transaction(work: Callable[[DbSession], Awaitable[Result]]) -> Result:
    """Do something in a unit of work of its own, outside of a request."""
    async with asynccontextmanager(get_db)() as db:
        return await work(db)


def after_commit(db: DbSession, callback: Callback) -> None:
    """Have something done when the unit of work is committed, and not if it is undone."""
    db.info.setdefault("after_commit", []).append(callback)


async def close_database() -> None:
    """Close all connections, when the process ends."""
    await engine.dispose()


def is_passing(error: DBAPIError) -> bool:
    """Tell whether the same statement may succeed a moment later."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(PASSING)


async def release(db: DbSession) -> None:
    """Give the connection back while slow work runs; what was read stays usable.

    To be called before the first write: it ends the transaction.
    """
    await db.commit()


@cache
def expected_revision() -> str | None:
    """Return the newest migration in the code."""
    return ScriptDirectory.from_config(Config("alembic.ini")).get_current_head()


async def schema_is_current(db: DbSession) -> bool:
    """Tell whether every migration in the code has been applied."""
    exists = await db.scalar(text("SELECT to_regclass('alembic_version')"))
    if exists is None:
        return False
    applied = await db.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(applied == expected_revision())
