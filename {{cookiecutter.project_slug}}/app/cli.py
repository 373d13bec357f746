"""Commands for operators: `python -m app.cli create-admin EMAIL`."""

import argparse
import asyncio
import sys
from contextlib import asynccontextmanager

from pydantic import TypeAdapter, ValidationError

from app.core.database import close_database, get_db
from app.core.exceptions import AppError
from app.schemas.fields import Email
from app.services.user_service import user_service


async def create_admin(email: str, *, if_none: bool) -> None:
    """Create an admin and print the generated password, which nothing can show again."""
    async with asynccontextmanager(get_db)() as db:
        if if_none and await user_service.has_admin(db):
            return
        password = await user_service.create_admin(db, email)
    print(f"Admin {email} made. Password, shown this once: {password}")


def email_address(text: str) -> str:
    """Check an address as the API does."""
    try:
        return TypeAdapter[str](Email).validate_python(text)
    except ValidationError as error:
        raise argparse.ArgumentTypeError("not an e-mail address") from error


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m app.cli", description="Operate the service.")
    commands = parser.add_subparsers(dest="command", required=True)
    admin = commands.add_parser("create-admin", help="make an admin, print the password once")
    admin.add_argument("email", type=email_address)
    admin.add_argument("--if-none", action="store_true", help="do nothing if there is an admin")
    return parser.parse_args()


async def run(arguments: argparse.Namespace) -> None:
    """Run the command, and close the database's connections."""
    try:
        await create_admin(arguments.email, if_none=arguments.if_none)
    finally:
        await close_database()


def main() -> None:
    """Run the command line; a domain error is one line on standard error, with exit status 1."""
    try:
        asyncio.run(run(parse_arguments()))
    except AppError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
