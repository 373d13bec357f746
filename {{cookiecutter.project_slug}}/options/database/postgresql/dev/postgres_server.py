"""The embedded PostgreSQL server: its data, its start and its end."""

import os
import secrets
import shutil
import socket
import subprocess
import time

from dev.postgres_site import Site

ROLE = DATABASE = "app"
PORT_TRIES = 5
GRACE_SECONDS = 5
# A test's data need not survive a power failure.
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class EmbeddedServerError(Exception):
    """PostgreSQL could not be started; the message holds its own words."""


def connection_url(site: Site, port: int) -> str:
    """Return the address of the database, with its password."""
    return f"postgresql+asyncpg://{ROLE}:{password_of(site)}@127.0.0.1:{port}/{DATABASE}"


def password_of(site: Site) -> str:
    """Read the password that `create_cluster` made."""
    return site.password_file.read_text()


def live_port(site: Site) -> int | None:
    """Return the port of the running server, or None; then no stale pid file is left either.

    The process of a killed server's pid file may be somebody else's by now, so that only an
    answer counts. A server that is still starting gets some seconds to give one.
    """
    pid_file = site.data / "postmaster.pid"
    deadline = time.monotonic() + GRACE_SECONDS
    while pid_file.exists() and check_status(site) and time.monotonic() < deadline:
        lines = pid_file.read_text().splitlines()
        if len(lines) > 3 and answers(site, int(lines[3])):
            return int(lines[3])
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)
    return None
