"""Bring the database to this release: run Beanie's migrations, then make the indexes.

python -m migrations             run what has not run, make the indexes that are lacking
python -m migrations --check     change nothing; exit 1 when something is lacking
python -m migrations --backward  take the newest migration back
"""

import argparse
import asyncio
import sys

from migrations.run import check, go_backward, go_forward


def main() -> int:
    """Do what the command line asks for; 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m migrations")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", dest="run", action="store_const", const=check)
    action.add_argument("--backward", dest="run", action="store_const", const=go_backward)
    parser.set_defaults(run=go_forward)
    status: int = asyncio.run(parser.parse_args().run())
    return status


if __name__ == "__main__":
    sys.exit(main())
