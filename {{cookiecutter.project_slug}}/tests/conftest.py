"""Fixtures for all tests: clients of the application, and callers in each role."""

import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from httpx2 import AsyncClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
from pytest_socket import socket_allow_hosts

import app.cli
import app.tasks.limits
import app.tasks.scheduler  # noqa: F401 - all that the API does not import, before coverage pauses
from app.core import passwords
from app.core.enums import Role
from app.core.queue import close_queue
from tests.contract import contract_client
from tests.database import committed, rolled_back, schema
from tests.environment import database_url
from tests.factories import Caller, make_caller

__all__ = ["committed", "rolled_back", "schema"]

# A line for each request of the test client would bury the service's own log.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: one process runs it, while the other runs all the rest."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


def pytest_runtest_setup() -> None:
    """Block every socket but those to this machine, to the database and to Redis."""
    servers = [urlsplit(url).hostname for url in (database_url(), os.environ["REDIS_URL"])]
    socket_allow_hosts(["127.0.0.1", "::1", *filter(None, servers)], allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
async def closed_queue() -> AsyncIterator[None]:
    """Close the connections to the queue at the end, in the loop that they belong to."""
    yield
    await close_queue()


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at the least cost; `tests/unit/core/test_passwords.py` uses the real one."""
    hasher = Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1)
    monkeypatch.setattr(passwords, "password_hash", PasswordHash((hasher, BcryptHasher())))
    monkeypatch.setattr("app.services.user_service.DUMMY_HASH", hasher.hash("nobody's password"))


@contextmanager
def coverage_paused() -> Iterator[None]:
    """Measure nothing for a while; a debugger traces, too, and stays."""
    tracer = sys.gettrace()
    if not type(tracer).__module__.startswith("coverage"):
        yield
        return
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Import the tests without measuring them: that takes three times as long."""
    with coverage_paused():
        return (yield)


@pytest.fixture
def uncovered() -> Iterator[None]:
    """Run a test without measuring coverage, which triples the time of many requests."""
    with coverage_paused():
        yield


@pytest.fixture
async def client(rolled_back: None) -> AsyncIterator[AsyncClient]:
    """Call the application; what it writes is rolled back after the test."""
    async with contract_client() as client:
        yield client


@pytest.fixture
async def committing_client(committed: None) -> AsyncIterator[AsyncClient]:
    """Call the application, also many times at once; what it writes is committed."""
    async with contract_client() as client:
        yield client


@pytest.fixture
async def customer(client: AsyncClient) -> Caller:
    """A customer who is logged in."""
    return await make_caller(Role.CUSTOMER)


@pytest.fixture
async def manager(client: AsyncClient) -> Caller:
    """A manager who is logged in."""
    return await make_caller(Role.MANAGER)


@pytest.fixture
async def admin(client: AsyncClient) -> Caller:
    """An admin who is logged in."""
    return await make_caller(Role.ADMIN)
