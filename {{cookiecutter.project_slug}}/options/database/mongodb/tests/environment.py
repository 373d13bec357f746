"""A database for the tests: made by them, used by nothing else, gone when they end."""

import atexit
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import SecretStr
from pymongo import AsyncMongoClient, MongoClient

from app.safe_start import check_password
from dev.database import URL_VARIABLE, running_database

__all__ = ["URL_VARIABLE", "database_url", "make_database", "new_database"]

SERVER_DIRECTORY = Path(__file__).parent.parent / ".local" / "tests"

# A server that hangs must not keep the tests from ending.
TIMEOUT_MS = 60_000

owned = ExitStack()
atexit.register(owned.close)


def make_database() -> dict[str, str]:
    """Name a database in the server of MONGODB_URL, or in one of our own; the first write makes it.

    The client connects at once: when the interpreter ends, it may start no more threads.
    """
    server = os.environ.get(URL_VARIABLE)
    if not server:
        server = owned.enter_context(running_database(SERVER_DIRECTORY, durable=False))
    client = owned.enter_context(MongoClient[dict[str, Any]](server, timeoutMS=TIMEOUT_MS))
    client.admin.command("ping")
    name = f"test_{secrets.token_hex(8)}"
    url = login_for_production(server, client, name)
    owned.callback(client.drop_database, name)
    return {URL_VARIABLE: with_database(url, name)}


def login_for_production(server: str, client: MongoClient[dict[str, Any]], user: str) -> str:
    """Return the server's URL; with a user of our own if production would refuse its password.

    A server for tests often asks for no login, and some tests start the service as in production.
    """
    try:
        check_password(SecretStr(server))
    except ValueError:
        password = secrets.token_hex(16)
        client.admin.command("createUser", user, pwd=password, roles=["root"])
        owned.callback(client.admin.command, "dropUser", user)
        parts = urlsplit(server)
        hosts = parts.netloc.rpartition("@")[2]
        options = dict(parse_qsl(parts.query)) | {"authSource": "admin"}
        parts = parts._replace(netloc=f"{user}:{password}@{hosts}", query=urlencode(options))
        return parts.geturl()
    return server


def with_database(url: str, name: str) -> str:
    """Return the URL with another database, and the login from where it was.

    The connection is direct where it can be: tests lead it through a proxy.
    """
    parts = urlsplit(url)
    options = {"authSource": parts.path.strip("/") or "admin"}
    if parts.scheme == "mongodb" and "," not in parts.netloc:
        options["directConnection"] = "true"
    query = urlencode(options | dict(parse_qsl(parts.query)))
    return parts._replace(path=f"/{name}", query=query).geturl()


def database_url() -> str:
    """Return the address of the database that these tests work in."""
    return os.environ[URL_VARIABLE]


@asynccontextmanager
async def new_database() -> AsyncIterator[str]:
    """Name another database, beside the one of the tests; yield its URL, and drop it."""
    name = f"{urlsplit(database_url()).path.strip('/')}_{secrets.token_hex(4)}"
    yield with_database(database_url(), name)
    async with AsyncMongoClient[dict[str, Any]](database_url()) as client:
        await client.drop_database(name)
