"""A database for the tests: made by them, used by nothing else, gone when they end."""

import asyncio
import atexit
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.safe_start import check_password
from dev.database import URL_VARIABLE, running_database

__all__ = ["URL_VARIABLE", "database_url", "make_database", "new_database"]

SERVER_DIRECTORY = Path(__file__).parent.parent / ".local" / "tests"

owned = ExitStack()
atexit.register(owned.close)


def make_database() -> dict[str, str]:
    """Make an empty database in the server of DATABASE_URL, or in one of our own; name it."""
    server = os.environ.get(URL_VARIABLE)
    if not server:
        server = owned.enter_context(running_database(SERVER_DIRECTORY, durable=False))
    name = f"test_{secrets.token_hex(8)}"
    login = login_for_production(server, name)
    asyncio.run(execute(server, f"CREATE DATABASE {name} OWNER {login.username}"))
    owned.callback(lambda: asyncio.run(execute(server, f"DROP DATABASE {name} WITH (FORCE)")))
    url = login.set(database=name)
    return {URL_VARIABLE: url.render_as_string(hide_password=False)}


def login_for_production(server: str, role: str) -> URL:
    """Return the server's URL; with a role of our own if production would refuse its password.

    A server for tests often has `postgres` as its password, and some tests start the service as
    in production.
    """
    url = make_url(server)
    try:
        check_password(SecretStr(server))
    except ValueError:
        password = secrets.token_hex(16)
        asyncio.run(execute(server, f"CREATE ROLE {role} LOGIN CREATEDB PASSWORD '{password}'"))
        owned.callback(lambda: asyncio.run(execute(server, f"DROP ROLE {role}")))
        return url.set(username=role, password=password)
    return url


def database_url() -> str:
    """Return the address of the database that these tests work in."""
    return os.environ[URL_VARIABLE]


@asynccontextmanager
async def new_database() -> AsyncIterator[str]:
    """Make another empty database, beside the one of the tests; yield its URL, and drop it."""
    url = make_url(database_url())
    name = f"{url.database}_{secrets.token_hex(4)}"
    server = url.render_as_string(hide_password=False)
    await execute(server, f"CREATE DATABASE {name}")
    yield url.set(database=name).render_as_string(hide_password=False)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def execute(server: str, statement: str) -> None:
    """Run a statement that cannot stand in a transaction."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
