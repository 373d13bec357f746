"""The embedded Valkey: private, shared by the processes of a directory, gone with the last."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_mock import MockerFixture
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from dev.valkey import CONFIG, EmbeddedValkeyError, free_port, running_valkey
from tests.process import run_python

PROGRAM = """
import pathlib, sys
from dev.valkey import running_valkey
with running_valkey(pathlib.Path(sys.argv[1])) as url:
    print(url)
"""


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which something else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_it_answers_with_the_password_of_its_url_and_to_nobody_else(tmp_path: Path) -> None:
    with (
        running_valkey(tmp_path) as url,
        Redis.from_url(url) as client,
        Redis.from_url(url.replace("//:", "//:x")) as stranger,
    ):
        assert client.ping()
        with pytest.raises(AuthenticationError):
            stranger.ping()


def test_the_password_stands_in_a_private_file_and_not_on_the_command_line(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    start = mocker.spy(subprocess, "run")

    with running_valkey(tmp_path) as url:
        mode = (tmp_path / CONFIG).stat().st_mode & 0o777

    assert mode == 0o600
    assert start.call_count == 1
    assert str(urlsplit(url).password) not in str(start.call_args)


def test_another_process_shares_it_and_leaves_it_running(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as url, Redis.from_url(url) as client:
        client.set("left", "here")

        other = run_python("-c", PROGRAM, str(tmp_path))

        assert other.stdout.strip() == url, other.stderr
        assert client.get("left") == b"here"


def test_the_last_one_stops_it_and_the_next_one_starts_empty(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as url, Redis.from_url(url) as client:
        client.set("left", "here")
    with pytest.raises(RedisConnectionError):
        client.ping()

    with running_valkey(tmp_path) as url, Redis.from_url(url) as client:
        assert client.get("left") is None


def test_one_that_was_killed_is_started_anew(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as url, Redis.from_url(url) as client:
        client.shutdown(nosave=True)

        with running_valkey(tmp_path) as new_url, Redis.from_url(new_url) as new_client:
            assert new_client.ping()


def test_a_port_that_somebody_else_took_meanwhile_is_given_up_for_another(
    tmp_path: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = iter([taken_port, free_port()])
    monkeypatch.setattr("dev.valkey.free_port", lambda: next(ports))

    with running_valkey(tmp_path) as url, Redis.from_url(url) as client:
        assert client.ping()


def test_a_server_that_does_not_start_says_why(
    tmp_path: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.valkey.free_port", lambda: taken_port)

    with pytest.raises(EmbeddedValkeyError, match="Address already in use"):
        running_valkey(tmp_path).__enter__()
