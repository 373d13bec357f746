"""`make run`: a database and a Redis, a first admin, and the service, until Ctrl-C."""

import argparse
import signal
import socket
import subprocess
import sys
from types import FrameType

from dev.database import MIGRATE_COMMAND
from dev.environment import PROJECT, development_environment, run_module

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
    server = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        return server.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached the server as well; any other signal has come to this process alone.
        server.terminate()
        server.wait()
        return 0


if __name__ == "__main__":
    sys.exit(main())
