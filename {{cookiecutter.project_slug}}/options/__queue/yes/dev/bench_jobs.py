"""`make bench-jobs`: how many jobs a worker does in a second, and how soon it begins one.

It has a database, which keeps what is committed, and a Redis of its own.
"""

import os
import sys
import tempfile
from pathlib import Path

from dev.chaos.redis_server import RedisServer
from dev.database import MIGRATE_COMMAND, URL_VARIABLE, running_database
from dev.environment import run_module
from dev.valkey import free_port


def main() -> int:
    """Start the servers, measure, and return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        # The database's server may run as another account.
        Path(folder).chmod(0o755)
        redis = RedisServer(Path(folder), free_port())
        with running_database(Path(folder) / "database") as url:
            redis.start()
            servers = {URL_VARIABLE: url, "REDIS_URL": redis.url, "ENVIRONMENT": "test"}
            environment = os.environ | servers | {"LOG_LEVEL": "WARNING"}
            try:
                return run_module(MIGRATE_COMMAND, environment) or run_module(
                    ["dev.bench_run"], environment
                )
            finally:
                redis.stop()


if __name__ == "__main__":
    sys.exit(main())
