"""Processes beside the API: the sign of life that a container's health check looks for."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from app.tasks import process
from app.tasks.process import DEAD_SECONDS, SIGN_SECONDS, alive, is_alive
from tests.process import run_python


@pytest.fixture
def sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that is the sign, which is not there yet."""
    sign = tmp_path / "worker.alive"
    monkeypatch.setattr(process, "SIGN_OF_LIFE", sign)
    return sign


async def test_a_process_is_alive_from_its_start_on_and_says_so_again_and_again(
    sign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SIGN_SECONDS", 0.01)
    before = is_alive()

    async with alive():
        await asyncio.sleep(0.05)
        at_first = is_alive()
        os.utime(sign, (0, 0))
        await asyncio.sleep(0.2)
        later = is_alive()

    os.utime(sign, (0, 0))
    await asyncio.sleep(0.05)
    assert (before, at_first, later, is_alive()) == (False, True, True, False)


@pytest.mark.parametrize(("age", "lives"), [(0, True), (DEAD_SECONDS - 5, True), (60, False)])
def test_a_sign_that_is_old_is_none(sign: Path, age: float, lives: bool) -> None:
    sign.touch()
    moment = time.time() - age
    os.utime(sign, (moment, moment))

    assert is_alive() == lives


def test_a_lost_sign_or_two_are_no_death() -> None:
    assert DEAD_SECONDS >= 3 * SIGN_SECONDS


@pytest.mark.parametrize("lives", [True, False])
def test_the_command_for_containers_tells_by_its_exit_status(tmp_path: Path, lives: bool) -> None:
    if lives:
        (tmp_path / "worker.alive").touch()

    done = run_python("-m", "app.tasks.process", TMPDIR=str(tmp_path))

    assert done.returncode == (0 if lives else 1)
    assert done.stderr == ("" if lives else "no sign of life from the worker\n")
