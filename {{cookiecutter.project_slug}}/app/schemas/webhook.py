"""Schemas of webhooks: their bodies as senders write them, and the events as admins see them."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.core.enums import WebhookStatus
from app.schemas.base import EntityRead, PageQuery
from app.webhook_keys import SourceName

EventId = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7E]+$")]
EventType = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7E]+$")]
# Before, a time could be so early that it is none in UTC.
EventTime = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC))]


class Message(BaseModel):
    """Something that another service sends; what else it holds is passed over."""

    # An error is shown to admins and logged; what customers paid is nobody's business there.
    model_config = ConfigDict(hide_input_in_errors=True)


class StandardMessage(Message):
    """What a body has by the recommendation of Standard Webhooks."""

    type: EventType
    timestamp: EventTime | None = None


class StripeMessage(Message):
    """What a body of Stripe has."""

    id: EventId
    type: EventType
    created: EventTime


class Payment(Message):
    """What a payment service says of an order; the amount is in the currency's smallest unit."""

    order_id: UUID
    amount_cents: int
    currency: str


class PaymentMessage(Message):
    """A payment, or money that was paid back."""

    data: Payment


class CheckoutSession(Message):
    """The part of Stripe's checkout session that is read here."""

    client_reference_id: UUID
    amount_total: int
    currency: str
    payment_status: str


class CheckoutData(Message):
    """Where Stripe puts it."""

    object: CheckoutSession


class CheckoutMessage(Message):
    """A checkout session that has changed."""

    data: CheckoutData


class WebhookEventQuery(PageQuery):
    """Which events are wanted, on which page."""

    source: SourceName | None = None
    status: WebhookStatus | None = None


class WebhookEventRead(EntityRead):
    """An event as admins see it; it occurred when its sender says so."""

    source: str
    event_id: str
    type: str
    occurred_at: AwareDatetime
    status: WebhookStatus
    error: str | None
    replays: int
    processed_at: AwareDatetime | None
