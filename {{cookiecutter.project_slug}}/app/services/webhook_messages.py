"""Reading what senders post, in either scheme: the signature first, then the body."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from pydantic import SecretStr
from pydantic_core import from_json

from app.config import settings
from app.core.clock import utc_now
from app.core.integration_errors import WebhookRefusedError, WebhookUnreadableError
from app.core.webhook_signatures import (
    TOLERANCE_SECONDS,
    SignatureRefusedError,
    new_secret,
    verify,
    verify_stripe,
)
from app.schemas.webhook import Message, StandardMessage, StripeMessage
from app.webhook_keys import WebhookScheme, WebhookSource

Parsed = TypeVar("Parsed", bound=Message)
Headers = Mapping[str, str]

# In the place of a source that there is none of: what is sent to it takes the same way, and the
# refusal tells nobody which names are known.
NOBODY = WebhookSource(secrets=(SecretStr(new_secret()),))


class Delivery(NamedTuple):
    """A message as it came: headers by their names in small letters, and the bytes."""

    headers: Headers
    body: bytes


class Event(NamedTuple):
    """What a message says of itself."""

    event_id: str
    type: str
    occurred_at: datetime


def read_event(source_name: str, delivery: Delivery) -> Event:
    """Check who has sent a message, and read what it is.

    Raises:
        WebhookRefusedError: the source is unknown, or has not signed this of late.
        WebhookUnreadableError: it has, and the body is no event, or one of the future.
    """
    source = settings.webhook_secrets.get(source_name, NOBODY)
    try:
        event = READERS[source.scheme](source.keys(), delivery)
    except SignatureRefusedError as error:
        raise WebhookRefusedError from error
    except ValueError:
        # Without its cause, which may quote the body.
        raise WebhookUnreadableError from None
    # It would keep everything else of its subject from taking effect until then.
    if event.occurred_at > utc_now() + timedelta(seconds=TOLERANCE_SECONDS):
        raise WebhookUnreadableError
    return event


def read_standard(keys: Sequence[bytes], delivery: Delivery) -> Event:
    """Read a message of Standard Webhooks; without a time of its own it occurred when sent."""
    event_id = verify(keys, delivery.headers, delivery.body, time.time())
    message = parse(StandardMessage, delivery.body)
    sent_at = datetime.fromtimestamp(int(delivery.headers["webhook-timestamp"]), UTC)
    return Event(event_id, message.type, message.timestamp or sent_at)


def read_stripe(keys: Sequence[bytes], delivery: Delivery) -> Event:
    """Read a message of Stripe."""
    verify_stripe(keys, delivery.headers, delivery.body, time.time())
    message = parse(StripeMessage, delivery.body)
    return Event(message.id, message.type, message.created)


def parse(model: type[Parsed], body: bytes) -> Parsed:
    """Read JSON of the strict kind: UTF-8, no NaN, no lone surrogates, 200 levels at most.

    Raises:
        ValueError: it is none, or lacks what the model asks for.
    """
    return model.model_validate(from_json(body, allow_inf_nan=False))


READERS: Mapping[WebhookScheme, Callable[[Sequence[bytes], Delivery], Event]] = {
    WebhookScheme.STANDARD: read_standard,
    WebhookScheme.STRIPE: read_stripe,
}
