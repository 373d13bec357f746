"""Services that send webhooks, as tests need them: honest ones, which sign what they send."""

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from httpx2 import AsyncClient, Response
from pydantic import SecretStr

from app.core.clock import utc_now
from app.core.enums import WebhookStatus
from app.core.pagination import PageRequest
from app.core.webhook_signatures import new_secret, sign, sign_for_stripe
from app.models.order import Order
from app.models.webhook import WebhookEvent
from app.services.webhook_service import webhook_service
from app.tasks.runner import run_job
from app.webhook_keys import WebhookScheme, WebhookSource
from tests.factories import unit_of_work
from tests.integration.messages import Message

SECRET, STRIPE_SECRET = new_secret(), new_secret()
SOURCES = {
    "payments": WebhookSource(secrets=(SecretStr(SECRET),)),
    "stripe": WebhookSource(scheme=WebhookScheme.STRIPE, secrets=(SecretStr(STRIPE_SECRET),)),
}
NOON = utc_now().replace(hour=12) - timedelta(days=1)
LATER = NOON + timedelta(milliseconds=1)

Headers = Mapping[str, str]


def signed(
    body: bytes, event_id: str = "evt_1", *, secret: str = SECRET, age_seconds: int = 0
) -> dict[str, str]:
    """Return the headers of Standard Webhooks for a body."""
    sent_at = int(time.time()) - age_seconds
    (key,) = WebhookSource(secrets=(SecretStr(secret),)).keys()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": sign(key, event_id, sent_at, body),
        "content-type": "application/json",
    }


def signed_for_stripe(body: bytes, secret: str = STRIPE_SECRET) -> dict[str, str]:
    """Return the headers of Stripe for a body."""
    sent_at = int(time.time())
    signature = sign_for_stripe(secret.encode(), sent_at, body)
    return {
        "stripe-signature": f"t={sent_at},v1={signature}",
        "content-type": "application/json; charset=utf-8",
    }


def event(
    type: str = "payment.succeeded", occurred_at: datetime = NOON, **data: object
) -> dict[str, Any]:
    """Return the body of an event as Standard Webhooks recommends it."""
    return {"type": type, "timestamp": occurred_at.isoformat(), "data": data}


def written(body: Mapping[str, Any]) -> bytes:
    """Return a body as it is sent."""
    return json.dumps(body).encode()


def payment(order: Order, amount_cents: int | None = None) -> dict[str, Any]:
    """Return what a payment service says of an order."""
    amount = order.total_cents if amount_cents is None else amount_cents
    return {"order_id": str(order.id), "amount_cents": amount, "currency": "EUR"}


def checkout(order: Order, status: str = "paid", **changes: Any) -> dict[str, Any]:
    """Return an event of Stripe's about a checkout session for an order."""
    session = {
        "client_reference_id": str(order.id),
        "amount_total": order.total_cents,
        "currency": "eur",
        "payment_status": status,
    }
    return {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(NOON.timestamp()),
        "data": {"object": session | changes},
    }


async def post(client: AsyncClient, source: str, headers: Headers, body: bytes) -> Response:
    """Post a message."""
    return await client.post(f"/webhooks/{source}", headers=dict(headers), content=body)


async def send(
    client: AsyncClient, body: Mapping[str, Any], event_id: str | None = None
) -> Response:
    """Send an event as the payment service does, under a new id unless one is given."""
    content = written(body)
    headers = signed(content, event_id or f"evt_{uuid4().hex}")
    return await post(client, "payments", headers, content)


async def send_as_stripe(client: AsyncClient, body: Mapping[str, Any]) -> Response:
    """Send an event as Stripe does."""
    content = written(body)
    return await post(client, "stripe", signed_for_stripe(content), content)


async def stored() -> list[WebhookEvent]:
    """Return all events, the oldest first."""
    async with unit_of_work() as db:
        page = await webhook_service.list_events(db, PageRequest(100), None, None)
    return [*reversed(page.items)]


async def handle(messages: list[Message]) -> list[WebhookStatus]:
    """Run the jobs that were queued, and return what became of all events, the oldest first."""
    for message in messages:
        await run_job(message.job_id)
    messages.clear()
    return [event.status for event in await stored()]
