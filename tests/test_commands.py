"""Commands that tests run: they end, whatever they do."""

import os
import signal
import time
from pathlib import Path

import pytest
from commands import OverdueError, run


def test_what_a_command_said_is_kept(tmp_path: Path) -> None:
    done = run("sh", "-c", "echo $WORD; echo aside >&2; exit 3", cwd=tmp_path, WORD="said")

    assert (done.returncode, done.stdout, done.stderr) == (3, "said\n", "aside\n")


def test_a_command_that_takes_too_long_is_stopped_and_its_last_words_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.LIMIT_SECONDS", 0.5)
    # It may have inherited that it ignores Ctrl-C, and has to be killed then.
    monkeypatch.setattr("commands.GRACE_SECONDS", 2)
    began = time.monotonic()
    with pytest.raises(OverdueError, match="said at last"):
        run("sh", "-c", "echo said at last; sleep 50; echo more", cwd=tmp_path)

    assert time.monotonic() - began < 25


def test_a_process_left_in_the_background_keeps_nobody_waiting(tmp_path: Path) -> None:
    began = time.monotonic()
    done = run("sh", "-c", "sleep 50 & echo $!", cwd=tmp_path)

    os.kill(int(done.stdout), signal.SIGKILL)
    assert time.monotonic() - began < 25
