"""A server that speaks MongoDB's protocol, for development and tests, from `secantusdb`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.file_lock import exclusive, join, leave
from dev.mongodb_server import connection_url, discard, live_port, start, stop

URL_VARIABLE = "MONGODB_URL"
MIGRATE_COMMAND = ["migrations"]


@contextmanager
def running_database(directory: Path, *, durable: bool = True) -> Iterator[str]:
    """Yield the URL of a server that belongs to the directory; start it when none runs.

    Any number of processes may use one directory: they share a server, and the last to leave
    stops it. Without `durable` the server is quicker, starts empty, and keeps nothing.
    """
    home = directory.resolve() / ("kept" if durable else "scratch")
    home.mkdir(parents=True, exist_ok=True)
    folder = home / "mongodb"
    change = home / "change.lock"
    with (home / "users.lock").open("w") as users:
        with exclusive(change):
            join(users)
            port = live_port(folder) or start(folder, durable=durable)
        try:
            yield connection_url(folder, port)
        finally:
            with exclusive(change):
                if leave(users):
                    stop(folder)
                    if not durable:
                        discard(folder)
