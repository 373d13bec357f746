"""The embedded server's folder, its start and its end; `mongodb_process.py` is the server."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from dev.file_lock import exclusive, join, leave

PROJECT = Path(__file__).parent.parent
HOST = "127.0.0.1"
USER = DATABASE = "app"
# Files in the server's folder. This one is locked by the server for as long as it lives.
ALIVE = "alive.lock"
# The numbers of the server's process and of its port.
RUNNING = "running"
PASSWORD = "password"  # noqa: S105 - the name of a file
LOG = "server.log"
GRACE_SECONDS = 5


class EmbeddedServerError(Exception):
    """The server does not start; the message ends with its own words."""


def connection_url(folder: Path, port: int) -> str:
    """Return the address of the database, with its password.

    The connection is direct, so that it can be led through a proxy.
    """
    password = (folder / PASSWORD).read_text(encoding="ascii")
    login = f"{USER}:{password}@{HOST}:{port}"
    return f"mongodb://{login}/{DATABASE}?authSource=admin&directConnection=true"


def live_port(folder: Path) -> int | None:
    """Return the port of the running server, or None after clearing away what a killed one left.

    A server that is still starting gets some seconds.
    """
    deadline = time.monotonic() + GRACE_SECONDS
    while is_alive(folder) and time.monotonic() < deadline:
        if (folder / RUNNING).exists():
            return process_and_port(folder)[1]
        time.sleep(0.02)
    (folder / RUNNING).unlink(missing_ok=True)
    return None


def is_alive(folder: Path) -> bool:
    """Tell whether there is a server; a number of a process could belong to another by now."""
    if not folder.exists():
        return False
    with (folder / ALIVE).open("w") as alive:
        return not leave(alive)


def process_and_port(folder: Path) -> tuple[int, int]:
    """Read the numbers that the server has written down."""
    process, port = (folder / RUNNING).read_text(encoding="ascii").split()
    return int(process), int(port)


def start(folder: Path, *, durable: bool) -> int:
    """Start the server on a free port of the loopback interface; return the port when ready."""
    if not durable and folder.exists():
        discard(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    if not (folder / PASSWORD).exists():
        write_password(folder)
    launch = [sys.executable, "-m", "dev.mongodb_process", str(folder), str(int(durable))]
    with (folder / ALIVE).open("w") as alive, (folder / LOG).open("w") as log:
        join(alive)
        started = subprocess.run(
            launch,
            cwd=PROJECT,
            env={name: value for name, value in os.environ.items() if "SECANTUS" not in name},
            # What the server inherits stays locked until it ends.
            stdin=alive,
            stdout=log,
            stderr=log,
            # Ctrl-C in a terminal must not reach it: other processes may be using it.
            start_new_session=True,
            check=False,
        )
    if started.returncode != 0:
        complaint = (folder / LOG).read_text(encoding="utf-8", errors="replace")
        raise EmbeddedServerError(f"The server for MongoDB does not start:\n{complaint}")
    return process_and_port(folder)[1]


def write_password(folder: Path) -> None:
    """Write a new password into a file that only its owner may read."""
    # Written beside its place and then moved, so that an interrupted start leaves no half of it.
    draft = folder / f"{PASSWORD}.new"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(secrets.token_urlsafe(24), encoding="ascii")
    draft.replace(folder / PASSWORD)


def stop(folder: Path) -> None:
    """End all connections and stop the server, unless it has died; return when it is gone."""
    if live_port(folder):
        os.kill(process_and_port(folder)[0], signal.SIGTERM)
        with exclusive(folder / ALIVE):
            (folder / RUNNING).unlink()


def discard(folder: Path) -> None:
    """Delete the server's folder, with everything in it."""
    shutil.rmtree(folder)
