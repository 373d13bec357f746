"""`make migrate`: bring the schema of the development database up to date."""

import sys

from dev.database import MIGRATE_COMMAND
from dev.environment import development_environment, run_module


def main() -> int:
    """Apply the missing migrations, and return the exit status."""
    with development_environment() as environment:
        return run_module(MIGRATE_COMMAND, environment)


if __name__ == "__main__":
    sys.exit(main())
