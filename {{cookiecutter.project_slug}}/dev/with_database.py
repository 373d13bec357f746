"""`python -m dev.with_database MODULE [ARGUMENT...]`: run a module beside a running database."""

import sys

from dev.environment import development_environment, run_module


def main() -> int:
    """Run the module that the command line names, and return its exit status."""
    with development_environment() as environment:
        return run_module(sys.argv[1:], environment)


if __name__ == "__main__":
    sys.exit(main())
