"""Commands for operators: `python -m app.cli --help`."""

import argparse
import asyncio
import sys
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.core.database import close_database, get_db, in_transaction
from app.core.enums import WebhookStatus
from app.core.exceptions import AppError
from app.core.pagination import PageRequest
from app.core.queue import close_queue
from app.integrations.connections import close_connections
from app.integrations.ozon import ozon_client
from app.schemas.fields import Email
from app.services.callback_secret_service import callback_secret_service
from app.services.job_service import job_service
from app.services.product_service import product_service
from app.services.user_service import user_service
from app.services.webhook_service import webhook_service

LINES_AT_ONCE = 100


async def create_admin(email: str, *, if_none: bool) -> None:
    """Create an admin and print the generated password, which nothing can show again."""
    async with asynccontextmanager(get_db)() as db:
        if if_none and await user_service.has_admin(db):
            return
        password = await user_service.create_admin(db, email)
    print(f"Admin {email} made. Password, shown this once: {password}")


async def show_dead_jobs() -> None:
    """Print the jobs that failed for good, the newest first, a line each."""
    cursor = None
    while True:
        async with asynccontextmanager(get_db)() as db:
            page = await job_service.list_dead(db, PageRequest(LINES_AT_ONCE, cursor))
        for job in page.items:
            reason = (job.error or "").partition("\n")[0]
            print(f"{job.id}  {job.finished_at:%Y-%m-%d %H:%M}  {job.name}  {reason}")
        cursor = page.next_cursor
        if cursor is None:
            return


async def run_dead_job_again(job_id: UUID) -> None:
    """Queue a job that failed for good, with all its tries."""
    async with asynccontextmanager(get_db)() as db:
        await job_service.run_again(db, job_id)


async def discard_dead_job(job_id: UUID) -> None:
    """Give up a job that failed for good."""
    async with asynccontextmanager(get_db)() as db:
        await job_service.discard(db, job_id)


async def encrypt_anew() -> None:
    """Encrypt what is stored encrypted by the present SECRET_KEY, so that a former one may go."""
    cursor = None
    while True:
        async with asynccontextmanager(get_db)() as db:
            page = PageRequest(LINES_AT_ONCE, cursor)
            cursor = await callback_secret_service.seal_anew(db, page)
        if cursor is None:
            return


async def show_webhooks(source: str | None, status: WebhookStatus | None) -> None:
    """Print what other services have sent, the newest first, a line each."""
    cursor = None
    while True:
        async with asynccontextmanager(get_db)() as db:
            page = await webhook_service.list_events(
                db, PageRequest(LINES_AT_ONCE, cursor), source, status
            )
        for event in page.items:
            reason = (event.error or "").partition("\n")[0]
            words = (event.source, event.event_id, event.type, event.status, reason)
            print(f"{event.id}  {event.occurred_at:%Y-%m-%d %H:%M}  {'  '.join(words)}".rstrip())
        cursor = page.next_cursor
        if cursor is None:
            return


async def replay_webhook(event_id: UUID) -> None:
    """Have an event handled again."""
    async with asynccontextmanager(get_db)() as db:
        await webhook_service.replay(db, event_id)


async def sync_products() -> None:
    """Do what the job of this name does, now and in this process."""
    products = await ozon_client().get_products()
    await in_transaction(partial(product_service.put_supplied, products=products))
    print(f"{len(products)} products are as the supplier offers them.")


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
    admin.set_defaults(action=lambda given: create_admin(given.email, if_none=given.if_none))
    dead = commands.add_parser("dead-jobs", help="show the jobs that failed for good")
    dead.set_defaults(action=lambda _: show_dead_jobs())
    again = commands.add_parser("retry-job", help="run a job that failed for good again")
    again.add_argument("job_id", type=UUID)
    again.set_defaults(action=lambda given: run_dead_job_again(given.job_id))
    discard = commands.add_parser("discard-job", help="give up a job that failed for good")
    discard.add_argument("job_id", type=UUID)
    discard.set_defaults(action=lambda given: discard_dead_job(given.job_id))
    anew = commands.add_parser("encrypt-anew", help="make a former SECRET_KEY superfluous")
    anew.set_defaults(action=lambda _: encrypt_anew())
    add_webhooks(commands.add_parser("webhooks", help="what other services have sent"))
    sync = commands.add_parser("sync-products", help="bring the catalogue up to date now")
    sync.set_defaults(action=lambda _: sync_products())
    return parser.parse_args()


def add_webhooks(parser: argparse.ArgumentParser) -> None:
    """Declare the commands for webhooks."""
    commands = parser.add_subparsers(dest="webhooks_command", required=True)
    listing = commands.add_parser("list", help="show events, the newest first")
    listing.add_argument("--source")
    listing.add_argument("--status", type=WebhookStatus, choices=list(WebhookStatus))
    listing.set_defaults(action=lambda given: show_webhooks(given.source, given.status))
    replay = commands.add_parser("replay", help="have an event handled again")
    replay.add_argument("event_id", type=UUID)
    replay.set_defaults(action=lambda given: replay_webhook(given.event_id))


async def run(arguments: argparse.Namespace) -> None:
    """Run the command, and close all connections."""
    try:
        await arguments.action(arguments)
    finally:
        await close_connections()
        await close_queue()
        await close_database()


def main() -> None:
    """Run the command line; a domain error is one line on standard error, with exit status 1."""
    try:
        asyncio.run(run(parse_arguments()))
    except AppError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
