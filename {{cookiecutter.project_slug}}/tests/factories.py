"""Makers of test data: each call makes a new thing, with values that tests can override."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from app.core.client import Client
from app.core.clock import utc_now
from app.core.database import get_db
from app.core.enums import JobStatus, MailTokenPurpose, Role, Scope, WebhookStatus
from app.crud.callback import callback_crud
from app.crud.webhook import webhook_event_crud
from app.models.callback import CallbackDelivery
from app.models.job import Job
from app.models.order import Order
from app.models.product import Product
from app.models.user import User
from app.models.webhook import WebhookEvent
from app.services.api_key_service import NewApiKey, api_key_service
from app.services.auth_service import TokenPair, auth_service
from app.services.callback_secret_service import callback_secret_service
from app.services.file_service import FileContent, file_service
from app.services.job_service import job_service
from app.services.mail_token_service import mail_token_service
from app.services.order_service import Item, order_service
from app.services.product_service import product_service
from app.services.user_service import user_service
from app.services.webhook_service import BODY, webhook_service

PASSWORD = "correct horse battery"
CLIENT = Client(address="127.0.0.1", user_agent="tests")

unit_of_work = asynccontextmanager(get_db)


@dataclass(frozen=True)
class Caller:
    """A user who is logged in."""

    user: User
    tokens: TokenPair

    @property
    def headers(self) -> dict[str, str]:
        """Return what a request of this user carries."""
        return {"Authorization": f"Bearer {self.tokens.access_token}"}


async def make_user(role: Role = Role.CUSTOMER, **fields: Any) -> User:
    """Make an account with the password `PASSWORD`."""
    values = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD} | fields
    async with unit_of_work() as db:
        return await user_service.create_user(db, role=role, **values)


async def make_api_key(owner: User, *scopes: Scope, days: int = 1) -> NewApiKey:
    """Make an API key with these scopes."""
    async with unit_of_work() as db:
        return await api_key_service.create_key(db, owner, "reports", scopes, days)


async def make_mail_token(user: User, purpose: MailTokenPurpose) -> str:
    """Make a token as a mail to the user would hold it."""
    async with unit_of_work() as db:
        return await mail_token_service.issue(db, user, purpose)


async def change_user(user: User, **changes: Any) -> None:
    """Change an account behind the API's back."""
    async with unit_of_work() as db:
        await user_service.update_user_by_id(db, user.id, changes)


async def read_user(user: User) -> User:
    """Return an account as it is stored now."""
    async with unit_of_work() as db:
        return await user_service.get_user(db, user.id)


async def log_in(user: User) -> TokenPair:
    """Log in to an account with the password `PASSWORD`."""
    async with unit_of_work() as db:
        return await auth_service.login(db, CLIENT, user.email, PASSWORD)


async def open_session(user: User) -> TokenPair:
    """Open a session without a login, which would ask for the password and count an attempt."""
    async with unit_of_work() as db:
        return await auth_service.open_session(db, CLIENT, user)


async def make_caller(role: Role = Role.CUSTOMER) -> Caller:
    """Make an account and open a session for it."""
    user = await make_user(role)
    return Caller(user, await open_session(user))


async def make_product(**fields: Any) -> Product:
    """Make a product for 19.99 EUR, ten in stock."""
    values = {"name": "Teapot", "price_cents": 1999, "currency": "EUR", "stock": 10} | fields
    async with unit_of_work() as db:
        return await product_service.add_product(db, values)


async def make_order(user: User, *products: Product, quantity: int = 1) -> Order:
    """Make an order of so many pieces of each product, or of one piece of a new product."""
    items = [Item(product.id, quantity) for product in products or [await make_product()]]
    async with unit_of_work() as db:
        return await order_service.place_order(db, user, uuid4().hex, items)


async def make_job(
    user: User | None = None, name: str = "sync_products", key: str | None = None, **fields: Any
) -> Job:
    """Make a job that is due, in any state; no queue knows of it."""
    values = {"due_at": utc_now(), "publish_at": utc_now()} | fields
    async with unit_of_work() as db:
        # What has a delay is not put into the queue.
        job = await job_service.enqueue(db, name, user=user, key=key, delay=timedelta(days=1))
        return await job_service.move(db, job.id, list(JobStatus), values)


async def make_callback_secret(user: User, keep_hours: int = 24) -> str:
    """Make a secret that signs the user's callbacks, in the place of the one before it."""
    async with unit_of_work() as db:
        return (await callback_secret_service.rotate(db, user, keep_hours)).secret


async def make_delivery(
    job: Job, url: str = "https://receiver.example.com/done", **changes: Any
) -> CallbackDelivery:
    """Make a callback about a job of a user, in any state; no queue knows of it."""
    async with unit_of_work() as db:
        fields = {"user_id": job.user_id, "job_id": job.id, "event_type": "report.done"}
        return await callback_crud.create(db, fields | {"url": url, "body": "{}"} | changes)


async def read_delivery(id: UUID) -> CallbackDelivery:
    """Return a callback as it is stored now."""
    async with unit_of_work() as db:
        delivery = await callback_crud.get(db, id)
    assert delivery is not None
    return delivery


async def make_webhook_event(**fields: Any) -> WebhookEvent:
    """Make an event that somebody sent, in any state; no job waits to handle it."""
    values = {
        "source": "payments",
        "event_id": uuid4().hex,
        "type": "payment.succeeded",
        "occurred_at": utc_now(),
        "status": WebhookStatus.DONE,
    } | fields
    async with unit_of_work() as db:
        event = await webhook_event_crud.create(db, values)
        await file_service.store(db, event.id, {BODY: FileContent("application/json", b"{}")})
    return event


async def read_webhook_event(event: WebhookEvent) -> WebhookEvent:
    """Return an event as it is stored now."""
    async with unit_of_work() as db:
        return await webhook_service.get_event(db, event.id)


async def read_job(job: Job) -> Job:
    """Return a job as it is stored now."""
    async with unit_of_work() as db:
        return await job_service.find_job(db, job.id)
