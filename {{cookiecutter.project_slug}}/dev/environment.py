"""The environment that commands run in while developing: `.env`, and a database in any case."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dotenv import dotenv_values

from dev.database import running_database
from dev.env_file import write_env_file

PROJECT = Path(__file__).parent.parent


@contextmanager
def development_environment() -> Iterator[dict[str, str]]:
    """Yield environment variables that name a database; start one when none is configured."""
    write_env_file(PROJECT)
    if configured_database_url():
        yield dict(os.environ)
        return
    with running_database(PROJECT / ".local" / "database") as url:
        yield {**os.environ, "DATABASE_URL": url}


def configured_database_url() -> str | None:
    """Return the database that the environment names, or else the settings file."""
    env_file = os.environ.get("ENV_FILE", ".env")
    from_file = dotenv_values(PROJECT / env_file) if env_file else {}
    return os.environ.get("DATABASE_URL") or from_file.get("DATABASE_URL")


def run_module(arguments: list[str], environment: dict[str, str]) -> int:
    """Run `python -m ...` in the project's folder and return its exit status."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode
