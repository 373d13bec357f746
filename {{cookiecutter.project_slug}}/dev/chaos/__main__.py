"""Play scenarios in a database of their own, which is gone afterwards."""

import os
import sys
import tempfile
from pathlib import Path

from dev.database import MIGRATE_COMMAND, URL_VARIABLE, running_database
from dev.environment import run_module
from dev.valkey import HOST, free_port


def main() -> int:
    """Make a database, migrate it, and play what the command line names."""
    with tempfile.TemporaryDirectory() as folder:
        # The database's server may run as another account.
        Path(folder).chmod(0o755)
        with running_database(Path(folder) / "database", durable=False) as url:
            redis_url = f"redis://{HOST}:{free_port()}/0"
            os.environ |= {URL_VARIABLE: url, "REDIS_URL": redis_url, "ENVIRONMENT": "test"}
            return run_module(MIGRATE_COMMAND, dict(os.environ)) or play()


def play() -> int:
    """Play; what is imported here reads the environment."""
    from dev.chaos import run  # noqa: PLC0415

    return run.main()


if __name__ == "__main__":
    sys.exit(main())
