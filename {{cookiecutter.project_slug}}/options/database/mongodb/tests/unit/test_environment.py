"""Tests work in a database of their own, which is gone when they end."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from pymongo import MongoClient
from secantus.server import SecantusDBServer  # type: ignore[import-untyped]

from app.safe_start import check_password
from tests.environment import database_url, new_database, with_database
from tests.process import run_python

USED = """
import os, tests
from pymongo import MongoClient
url = os.environ["MONGODB_URL"]
with MongoClient(url) as client:
    client.get_default_database().left.insert_one({})
print(url)
"""


@pytest.fixture
def client() -> Iterator[MongoClient[dict[str, Any]]]:
    """A client of the tests' server."""
    with MongoClient[dict[str, Any]](database_url()) as client:
        yield client


def database_in(url: str) -> str:
    return urlsplit(url).path.strip("/")


async def test_the_database_that_the_environment_names_is_left_alone(
    client: MongoClient[dict[str, Any]],
) -> None:
    async with new_database() as precious:
        client[database_in(precious)].things.insert_one({})
        process = run_python("-c", USED, MONGODB_URL=precious)

        assert process.returncode == 0, process.stderr
        assert process.stderr == ""
        used = database_in(process.stdout.strip())
        assert used != database_in(precious)
        assert used not in client.list_database_names()
        assert client[database_in(precious)].things.count_documents({}) == 1


def test_these_tests_do_so_too() -> None:
    assert database_in(database_url()).startswith("test_")


async def test_another_database_is_dropped_in_the_end(client: MongoClient[dict[str, Any]]) -> None:
    async with new_database() as url:
        client[database_in(url)].things.insert_one({})
        assert database_in(url) in client.list_database_names()

    assert database_in(url) not in client.list_database_names()


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[str]:
    """The URL of a server that asks nobody for a login, as the official image does by default."""
    with SecantusDBServer(port=0, storage_path=str(tmp_path), durable=False) as server:
        yield f"mongodb://127.0.0.1:{server.port}/?directConnection=true"


def users(client: MongoClient[dict[str, Any]], user: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = client.admin.command("usersInfo", user)["users"]
    return found


def test_where_nobody_has_to_log_in_the_tests_do_so_with_a_user_of_their_own(
    open_server: str,
) -> None:
    process = run_python("-c", USED, MONGODB_URL=open_server)

    assert process.returncode == 0, process.stderr
    used = process.stdout.strip()
    check_password(SecretStr(used))
    with MongoClient[dict[str, Any]](open_server) as client:
        assert users(client, urlsplit(used).username or "") == []
        assert database_in(used) not in client.list_database_names()


def test_a_weak_password_is_replaced_by_that_of_a_user_of_their_own(
    client: MongoClient[dict[str, Any]],
) -> None:
    client.admin.command("createUser", "weak", pwd="weak", roles=["root"])
    hosts = urlsplit(database_url()).netloc.rpartition("@")[2]

    process = run_python("-c", USED, MONGODB_URL=f"mongodb://weak:weak@{hosts}/admin")
    client.admin.command("dropUser", "weak")

    assert process.returncode == 0, process.stderr
    used = process.stdout.strip()
    check_password(SecretStr(used))
    assert users(client, urlsplit(used).username or "") == []


@pytest.mark.parametrize(
    ("url", "same_login"),
    [
        ("mongodb://db/shop", "mongodb://db/test?authSource=shop&directConnection=true"),
        ("mongodb://db", "mongodb://db/test?authSource=admin&directConnection=true"),
        (
            "mongodb://db/shop?authSource=users&directConnection=false",
            "mongodb://db/test?authSource=users&directConnection=false",
        ),
        (
            "mongodb://a:b@one,two/?replicaSet=rs0",
            "mongodb://a:b@one,two/test?authSource=admin&replicaSet=rs0",
        ),
        ("mongodb+srv://a:b@db/shop", "mongodb+srv://a:b@db/test?authSource=shop"),
    ],
)
def test_with_another_database_the_login_stays_where_it_was(url: str, same_login: str) -> None:
    assert with_database(url, "test") == same_login
