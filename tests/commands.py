"""Commands that tests run: each has an end, and what it said is kept."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

# How long a command may take: the longest is a project's whole suite.
LIMIT_SECONDS = 900
# How long it may take to end when it is asked to.
GRACE_SECONDS = 30
LONGEST_END = 5_000


class OverdueError(Exception):
    """A command took longer than it may; the message ends with its last words."""


def run(
    *command: str | Path | bytes, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal, and keep what it said.

    What it says goes into files: a pipe would be waited for until the last process it started
    has ended, too.

    Raises:
        OverdueError: it took longer than allowed, and was stopped with its children.
    """
    with TemporaryFile() as output, TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - every command is written in a test
            command,
            cwd=cwd,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        try:
            process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            stop(process)
            said = text_in(output)[-LONGEST_END:] + text_in(errors)[-LONGEST_END:]
            message = f"{command} took longer than {LIMIT_SECONDS} s; its last words:\n{said}"
            raise OverdueError(message) from None
        finally:
            stop(process)
        return subprocess.CompletedProcess(
            command, process.returncode, text_in(output), text_in(errors)
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a command that runs, and its children: as Ctrl-C does, then without asking."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)


def text_in(file: IO[bytes]) -> str:
    """Return what was written into a file."""
    file.seek(0)
    return file.read().decode("utf-8", "backslashreplace")
