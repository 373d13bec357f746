"""`make run`: a database, a Redis, a first admin, the service and its workers, until Ctrl-C."""

import argparse
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dev.database import MIGRATE_COMMAND
from dev.environment import PROJECT, development_environment, run_module
from dev.workers import WORKERS

HOST = "127.0.0.1"
FIRST_ADMIN = "admin@example.com"
# As in the Dockerfile. The service reads X-Forwarded-For itself, and believes less of it.
SERVER = ["uvicorn", "app.main:app", "--no-proxy-headers", "--no-server-header", "--ws", "none"]


def main() -> int:
    """Run the service until it is told to stop, which counts as success."""
    parser = argparse.ArgumentParser(prog="make run", usage="make run [PORT=8000]")
    parser.add_argument("port", type=int)
    port = parser.parse_args().port
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        refuse_taken_port(port)
        with development_environment() as environment:
            return prepare(environment) or serve(port, environment)
    except KeyboardInterrupt:
        return 0


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Treat another stop signal like Ctrl-C, so that everything is stopped in order."""
    raise KeyboardInterrupt


def refuse_taken_port(port: int) -> None:
    """End with one line when something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            sys.exit(f"Port {port}: {error.strerror}. Try another one: make run PORT={port + 1}")


def prepare(environment: dict[str, str]) -> int:
    """Migrate and make the first admin; return the exit status of what failed, or 0."""
    create_admin = ["app.cli", "create-admin", "--if-none", FIRST_ADMIN]
    return run_module(MIGRATE_COMMAND, environment) or run_module(create_admin, environment)


def serve(port: int, environment: dict[str, str]) -> int:
    """Run the server, which restarts itself when a file of the service changes."""
    address = f"http://{HOST}:{port}"
    print(f"\n  Service  {address}\n  API      {address}/docs\n  Stop     Ctrl-C\n", flush=True)
    options = ["--reload", "--reload-dir", "app", "--host", HOST, "--port", str(port)]
    command = [sys.executable, "-m", *SERVER, *options]
    with workers(environment):
        server = subprocess.Popen(command, cwd=PROJECT, env=environment)
        try:
            return server.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached the server as well; any other signal has come to this process alone.
            server.terminate()
            server.wait()
            return 0


@contextmanager
def workers(environment: dict[str, str]) -> Iterator[None]:
    """Run the workers and a scheduler meanwhile, each anew when a file of the service changes."""
    watch = [sys.executable, "-m", "watchfiles", "--filter", "python", "--target-type", "command"]
    modules = [*WORKERS, "app.tasks.scheduler"] if WORKERS else []
    running = [
        # A Ctrl-C in the terminal must reach them through their watchers alone.
        subprocess.Popen(
            [*watch, shlex.join([sys.executable, "-m", module]), "app"],
            cwd=PROJECT,
            env=environment,
            start_new_session=True,
        )
        for module in modules
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
