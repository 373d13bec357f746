"""Play all scenarios in a database of their own, which is gone afterwards."""

import os
import sys
import tempfile
from pathlib import Path

from dev.database import MIGRATE_COMMAND, URL_VARIABLE, running_database
from dev.environment import run_module


def main() -> int:
    """Make a database, migrate it, and play what the command line names."""
    with tempfile.TemporaryDirectory() as folder:
        # The database's server may run as another account.
        Path(folder).chmod(0o755)
        with running_database(Path(folder) / "database", durable=False) as url:
            environment = os.environ | {URL_VARIABLE: url, "ENVIRONMENT": "test"}
            return run_module(MIGRATE_COMMAND, environment) or run_module(
                ["dev.chaos.run", *sys.argv[1:]], environment
            )


if __name__ == "__main__":
    sys.exit(main())
