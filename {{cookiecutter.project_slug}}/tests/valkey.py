"""A Redis for the tests, apart from everybody else's as far as its owner allows."""

import atexit
import os
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from dev.valkey import running_valkey

SERVER_DIRECTORY = Path(__file__).parent.parent / ".local" / "tests" / "valkey"

owned = ExitStack()
atexit.register(owned.close)


def choose_redis() -> dict[str, str]:
    """Take the server of REDIS_URL, or start one; each process of a parallel run has a database.

    A database is a number here, and most servers have sixteen. Tests in more processes than
    that meet in one, so they also choose names of their own, and delete nothing.
    """
    server = os.environ.get("REDIS_URL") or owned.enter_context(running_valkey(SERVER_DIRECTORY))
    # gw0, gw1, ... inherit the variable from the process that started them.
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1")[2:]) + 1
    return {"REDIS_URL": urlsplit(server)._replace(path=f"/{number % 16}").geturl()}
