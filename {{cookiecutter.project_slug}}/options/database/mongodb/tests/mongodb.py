"""Clients that tests choose for the units of work, and a server that fails when it is told to."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from pymongo import AsyncMongoClient, MongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from secantus.server import SecantusDBServer  # type: ignore[import-untyped]

from app.config import settings
from app.core.database import connection
from migrations.run import Database, go_forward
from tests.environment import new_database


class Commands(CommandListener):
    """The names of the commands that a client sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        """Keep the name."""
        self.sent.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Keep nothing."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Keep nothing."""


@asynccontextmanager
async def working_on(url: str | None = None, **limits: float) -> AsyncIterator[Commands]:
    """Have units of work use another client for a while; yield what it sends.

    `limits` are settings, as `statement_timeout_seconds`.
    """
    commands = Commands()
    client = partial(AsyncMongoClient, event_listeners=[commands])
    await connection.close()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.core.database.AsyncMongoClient", client)
            patch.setattr(settings, "mongodb_url", SecretStr(url) if url else settings.mongodb_url)
            for name, seconds in limits.items():
                patch.setattr(settings, name, seconds)
            yield commands
    finally:
        await connection.close()
        # What empties the collections after the test relies on it.
        await connection.open()


@asynccontextmanager
async def new_schema() -> AsyncIterator[Database]:
    """Have units of work use an empty database for a while, beside the one of the tests."""
    async with new_database() as url, working_on(url):
        yield (await connection.open()).get_default_database()


async def run_migrations(action: Callable[[], Awaitable[int]] = go_forward) -> int:
    """Do what the command does, and give the models back to the units of work."""
    try:
        return await action()
    finally:
        connection.models_are_ready = False
        await connection.open()


class FailingServer:
    """A server of the tests' own, whose commands can be made to fail."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.client = MongoClient[dict[str, Any]]("127.0.0.1", port, directConnection=True)
        self.database = self.client["app"]

    @property
    def url(self) -> str:
        """Return the URL of `database`."""
        return f"mongodb://127.0.0.1:{self.port}/{self.database.name}?directConnection=true"

    def new_database(self) -> str:
        """Let `database` be an empty one, and return its URL."""
        self.database = self.client[f"test_{uuid4().hex}"]
        return self.url

    def fail(self, commands: Sequence[str], *, times: int = 1, **how: Any) -> None:
        """Let the next commands of these names fail: with an `errorCode`, or as `how` says."""
        mode = {"times": times}
        data = {"failCommands": commands, **how}
        self.client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)

    def recover(self) -> None:
        """Fail no more, and end what is under way."""
        self.client.admin.command("configureFailPoint", "failCommand", mode="off")
        self.client.admin.command("killAllSessions", [])

    def step_down(self, seconds: int) -> None:
        """Be no primary for a while."""
        self.client.admin.command("replSetStepDown", seconds, force=True)

    async def wait_for_a_primary(self) -> None:
        """Return when the server is one again."""
        while not self.client.admin.command("hello")["isWritablePrimary"]:  # noqa: ASYNC110 - it sets no event
            await asyncio.sleep(0.02)


@contextmanager
def failing_server(folder: Path) -> Iterator[FailingServer]:
    """Start a server that keeps nothing, in threads of this process."""
    server = SecantusDBServer(
        port=0,
        storage_path=str(folder),
        replica_set_name="rs0",
        enable_test_commands=True,
        durable=False,
    )
    server.start()
    failing = FailingServer(server.port)
    try:
        yield failing
    finally:
        failing.client.close()
        stopping = Thread(target=server.stop)
        stopping.start()
        # It notices that it is to stop when one more client comes, or after two seconds.
        socket.create_connection(("127.0.0.1", server.port)).close()
        stopping.join()
