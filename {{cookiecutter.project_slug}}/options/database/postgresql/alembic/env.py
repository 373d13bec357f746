"""How migrations run: one at a time, in one transaction, and never for long behind a lock."""

import asyncio
import logging
import time
from logging.config import fileConfig

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.config import settings
from app.models import User

# "alembic" in ASCII. Whoever holds this advisory lock may read and change the schema's version.
MIGRATION_LOCK = 0x616C656D626963
QUEUE_SECONDS = 60
# A statement that waits for a table's lock makes every later query on that table wait too.
LOCK_TIMEOUT = "2s"

# Any table would do: importing the package has registered all of them in the same metadata.
target_metadata = User.metadata
database_url = settings.database_url.get_secret_value()


def run_offline() -> None:
    """Write the migrations as SQL to the standard output."""
    context.configure(url=database_url, target_metadata=target_metadata, literal_binds=True)
    with context.begin_transaction():
        context.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()


async def run_online() -> None:
    """Migrate the database of the settings, over a connection of its own."""
    limits = {"lock_timeout": LOCK_TIMEOUT, "statement_timeout": "0"}
    # The connection holds the lock until it closes, which a pool would put off.
    engine = create_async_engine(
        database_url, poolclass=NullPool, connect_args={"server_settings": limits}
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)


def migrate(connection: Connection) -> None:
    """Wait for the lock before anything is read, then apply what is missing."""
    wait_for_turn(connection)
    context.configure(connection=connection, target_metadata=target_metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def wait_for_turn(connection: Connection) -> None:
    """Wait until no other process migrates this database.

    Raises:
        CommandError: another process took too long.
    """
    deadline = time.monotonic() + QUEUE_SECONDS
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})")):
        # Whoever waits inside a transaction holds up another's CREATE INDEX CONCURRENTLY.
        connection.rollback()
        if time.monotonic() > deadline:
            raise CommandError(f"Another process has migrated for more than {QUEUE_SECONDS} s.")
        time.sleep(0.2)
    connection.commit()


# Whoever migrates from within another program has a log already.
if not logging.getLogger().handlers:
    fileConfig(context.config.config_file_name or "alembic.ini", disable_existing_loggers=False)
if context.is_offline_mode():
    run_offline()
else:
    asyncio.run(run_online())
