"""The environment that commands run in while developing: `.env`, and servers in any case."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dotenv import dotenv_values

from dev.database import URL_VARIABLE, running_database
from dev.env_file import write_env_file
from dev.valkey import running_valkey

PROJECT = Path(__file__).parent.parent


@contextmanager
def development_environment() -> Iterator[dict[str, str]]:
    """Yield environment variables that name a database and a Redis; start what is not configured.

    What is started stops at the end, unless another process uses it, too.
    """
    write_env_file(PROJECT)
    environment = dict(os.environ)
    local = PROJECT / ".local"
    with ExitStack() as servers:
        if not configured(URL_VARIABLE):
            database = running_database(local / "database")
            environment[URL_VARIABLE] = servers.enter_context(database)
        if not configured("REDIS_URL"):
            environment["REDIS_URL"] = servers.enter_context(running_valkey(local / "valkey"))
        yield environment


def configured(name: str) -> str | None:
    """Return a variable's value in the environment, or else in the settings file."""
    env_file = os.environ.get("ENV_FILE", ".env")
    from_file = dotenv_values(PROJECT / env_file) if env_file else {}
    return os.environ.get(name) or from_file.get(name)


def run_module(arguments: list[str], environment: dict[str, str]) -> int:
    """Run `python -m ...` in the project's folder and return its exit status."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode
