"""The embedded PostgreSQL server: its data, its start and its end."""

import secrets
import shutil
import socket
import time

from dev.postgres_site import Site

ROLE = DATABASE = "app"
PORT_TRIES = 5
GRACE_SECONDS = 5
# The fourth line of PostgreSQL's pid file, which is written line by line.
PORT_LINE = slice(3, 4)
# The same order of texts on every machine, and upper and lower case in every alphabet.
CLUSTER = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    f"--username={ROLE}",
    "--pwfile=password",
)
LOOPBACK_ONLY = "-h 127.0.0.1 -k ''"
# What is thrown away in the end need not survive a power failure.
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class EmbeddedServerError(Exception):
    """PostgreSQL could not do something; the message ends with its own words."""


def connection_url(site: Site, port: int) -> str:
    """Return the address of the database, with its password."""
    password = site.password_file.read_text(encoding="ascii")
    return f"postgresql+asyncpg://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"


def live_port(site: Site) -> int | None:
    """Return the port of the running server, or None after clearing away a stale pid file.

    A killed server leaves its pid file, and the number in it may be another process by now: only
    an answer counts. A server that is still starting gets some seconds to give one.
    """
    pid_file = site.data / "postmaster.pid"
    deadline = time.monotonic() + GRACE_SECONDS
    while pid_file.exists() and is_process_alive(site) and time.monotonic() < deadline:
        port = "".join(pid_file.read_text(encoding="utf-8").splitlines()[PORT_LINE])
        if port and answers(site, port):
            return int(port)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)
    return None


def is_process_alive(site: Site) -> bool:
    """Tell whether there is a process with the number in the pid file."""
    return site.run("pg_ctl", "status", "-D", site.data.name).returncode == 0


def answers(site: Site, port: str) -> bool:
    """Tell whether our own server listens there: no other one would take our password."""
    address = f"host=127.0.0.1 port={port} user={ROLE} dbname={DATABASE}"
    password = site.password_file.read_text(encoding="ascii")
    query = ("--no-psqlrc", "--command=SELECT 1", address)
    return site.run("psql", *query, password=password).returncode == 0


def start(site: Site, *, durable: bool) -> int:
    """Start the server on a free port of the loopback interface, and return the port."""
    if not durable:
        shutil.rmtree(site.data, ignore_errors=True)
    if not site.data.exists():
        create_cluster(site, durable=durable)
    for _ in range(PORT_TRIES):
        port = free_port()
        options = f"{LOOPBACK_ONLY} -p {port} {'' if durable else QUICK}"
        log = site.data / "server.log"
        log.unlink(missing_ok=True)
        place = ("-D", site.data.name, "-l", f"{site.data.name}/{log.name}")
        if site.run("pg_ctl", "start", "--wait", *place, "-o", options).returncode == 0:
            return port
        complaint = log.read_text(encoding="utf-8", errors="replace")
        # Between our look and the server's start somebody else may have taken the port.
        if "could not bind" not in complaint:
            break
    raise EmbeddedServerError(f"PostgreSQL does not start:\n{complaint}")


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def create_cluster(site: Site, *, durable: bool) -> None:
    """Make an empty database with a fresh password; an interrupted attempt leaves nothing."""
    draft = site.folder / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    site.own(draft)
    write_password(site)
    in_a_hurry = () if durable else ("--no-sync",)
    check(site, "initdb", *CLUSTER, *in_a_hurry, "--pgdata", draft.name)
    single_user = ("--single", "-D", draft.name, "postgres")
    check(site, "postgres", *single_user, typed=f"CREATE DATABASE {DATABASE}")
    draft.rename(site.data)


def write_password(site: Site) -> None:
    """Write a new password into a file that only its owner may read."""
    site.password_file.unlink(missing_ok=True)
    site.password_file.touch(mode=0o600, exist_ok=False)
    site.password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
    site.own(site.password_file)


def check(site: Site, program: str, *arguments: str, typed: str = "") -> None:
    """Run one of PostgreSQL's programs, and raise an error with its words when it fails."""
    done = site.run(program, *arguments, typed=typed)
    if done.returncode != 0:
        raise EmbeddedServerError(f"{program} failed:\n{done.stdout}{done.stderr}")


def stop(site: Site) -> None:
    """End all connections and stop the server, unless it has died; return when it is gone."""
    if is_process_alive(site):
        check(site, "pg_ctl", "stop", "--wait", "--mode=fast", "-D", site.data.name)


def discard(site: Site) -> None:
    """Delete the server's folder, with everything in it."""
    shutil.rmtree(site.folder)
