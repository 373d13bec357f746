"""The embedded server: private, shared by the processes of a directory, gone with the last."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient, timeout
from pymongo.errors import OperationFailure
from pytest_mock import MockerFixture

from dev import mongodb_process
from dev.database import running_database
from dev.mongodb_server import (
    PASSWORD,
    EmbeddedServerError,
    connection_url,
    is_alive,
    process_and_port,
)
from tests.process import run_python

PROGRAM = """
import pathlib, sys
from dev.database import running_database
with running_database(pathlib.Path(sys.argv[1]), durable=False) as url:
    print(url)
"""


def connect(url: str) -> MongoClient[dict[str, Any]]:
    """Make a client that soon gives up."""
    return MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=500)


def wait_for_the_end_of(folder: Path) -> None:
    """Return when the server has ended, which takes a moment."""
    deadline = time.monotonic() + 5
    while is_alive(folder):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a server for several tests."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def client(shared: Path) -> Iterator[MongoClient[dict[str, Any]]]:
    """A client of that server."""
    with running_database(shared, durable=False) as url, connect(url) as client:
        yield client


def scratch_in(directory: Path) -> Path:
    """Return the folder of a server that keeps nothing."""
    return directory / "scratch" / "mongodb"


def kept_in(directory: Path) -> Path:
    """Return the folder of a server that keeps what is written."""
    return directory / "kept" / "mongodb"


def test_a_transaction_that_nobody_goes_on_with_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongodb_process, "ORPHAN_SECONDS", 0.2)
    monkeypatch.setattr(mongodb_process, "LOOK_SECONDS", 0.05)
    (tmp_path / PASSWORD).write_text("secret", encoding="ascii")
    server = mongodb_process.start(tmp_path, durable=False)

    with (
        connect(connection_url(tmp_path, server.port)) as client,
        client.start_session() as session,
        timeout(20),
    ):
        things = client["test"]["things"]
        things.insert_one({"_id": 1})
        session.start_transaction()
        things.update_one({"_id": 1}, {"$set": {"by": "orphan"}}, session=session)
        changed = things.update_one({"_id": 1}, {"$set": {"by": "another"}})

    server.storage.close()
    assert changed.modified_count == 1


@pytest.mark.parametrize("login", ["", "app:x@"])
def test_nobody_gets_in_without_the_password(
    client: MongoClient[dict[str, Any]], shared: Path, login: str
) -> None:
    _, port = process_and_port(scratch_in(shared))

    with (
        connect(f"mongodb://{login}127.0.0.1:{port}/?directConnection=true") as stranger,
        pytest.raises(OperationFailure, match=r"(?i)authentication"),
    ):
        stranger.app.things.find_one()


def test_the_password_stands_in_a_private_file_and_not_on_the_command_line(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    folder = scratch_in(tmp_path)
    start = mocker.spy(subprocess, "run")

    with running_database(tmp_path, durable=False) as url:
        modes = [path.stat().st_mode & 0o777 for path in (folder, folder / PASSWORD)]

    assert modes == [0o700, 0o600]
    assert start.call_count == 1
    assert str(urlsplit(url).password) not in str(start.call_args)


def test_transactions_are_undone_or_kept_as_a_whole(client: MongoClient[dict[str, Any]]) -> None:
    things = client.app.things
    with client.start_session() as session:
        with session.start_transaction():
            things.insert_one({"_id": 1}, session=session)
        session.start_transaction()
        things.insert_one({"_id": 2}, session=session)
        session.abort_transaction()

    assert list(things.find()) == [{"_id": 1}]


def test_another_process_shares_it_and_leaves_it_running(
    client: MongoClient[dict[str, Any]], shared: Path
) -> None:
    _, port = process_and_port(scratch_in(shared))

    other = run_python("-c", PROGRAM, str(shared))

    assert urlsplit(other.stdout.strip()).port == port, other.stderr
    assert client.admin.command("ping")["ok"]
    assert process_and_port(scratch_in(shared))[1] == port


def test_the_last_one_stops_it_and_nothing_is_left_of_what_need_not_be_kept(
    tmp_path: Path,
) -> None:
    folder = scratch_in(tmp_path)
    with running_database(tmp_path, durable=False) as url, connect(url) as client:
        client.app.things.insert_one({})
        _, port = process_and_port(folder)

    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_what_is_to_be_kept_is_there_with_the_same_password_at_the_next_start(
    tmp_path: Path,
) -> None:
    with running_database(tmp_path) as url, connect(url) as client:
        client.app.things.insert_one({"_id": "kept"})

    with running_database(tmp_path) as next_url, connect(next_url) as client:
        assert client.app.things.find_one() == {"_id": "kept"}
        assert urlsplit(next_url).password == urlsplit(url).password


def test_one_that_was_killed_is_started_anew_and_has_lost_nothing(tmp_path: Path) -> None:
    with running_database(tmp_path) as url, connect(url) as client:
        client.app.things.insert_one({"_id": "kept"})
        process, _ = process_and_port(kept_in(tmp_path))
        os.kill(process, signal.SIGKILL)
        wait_for_the_end_of(kept_in(tmp_path))

        with running_database(tmp_path) as new_url, connect(new_url) as new_client:
            assert new_client.app.things.find_one() == {"_id": "kept"}


def test_it_ends_when_it_is_told_to_and_its_users_can_still_leave(tmp_path: Path) -> None:
    folder = scratch_in(tmp_path)
    with running_database(tmp_path, durable=False) as url, connect(url) as client:
        client.admin.command("ping")
        os.kill(process_and_port(folder)[0], signal.SIGTERM)
        wait_for_the_end_of(folder)

    assert not folder.exists()


def test_ctrl_c_in_a_terminal_does_not_reach_it(
    client: MongoClient[dict[str, Any]], shared: Path
) -> None:
    process, _ = process_and_port(scratch_in(shared))

    assert os.getpgid(process) != os.getpgid(0)
    assert os.getsid(process) != os.getsid(0)


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    folder = kept_in(tmp_path)
    folder.mkdir(parents=True)
    (folder / "data").write_text("no folder")

    with pytest.raises(EmbeddedServerError, match="File exists"):
        running_database(tmp_path).__enter__()
    assert not is_alive(folder)
