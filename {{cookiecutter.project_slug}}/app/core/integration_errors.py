"""Domain errors of integrations: other services that are called, and those that call."""

import math

from app.core.exceptions import AppError, ConflictError, NotFoundError


class UpstreamError(AppError):
    """A service that this one depends on did not answer as it should."""

    status = 502
    code = "upstream"
    detail = "Another service did not answer as expected; try again later."


class UpstreamStatusError(UpstreamError):
    """A service that this one depends on refused what it was asked, or could not do it."""

    code = "upstream_status"

    def __init__(self, upstream_status: int) -> None:
        """Take the status of its answer, for a client that knows better what it means."""
        super().__init__()
        self.upstream_status = upstream_status


class UpstreamTimeoutError(UpstreamError):
    """A service that this one depends on did not answer in time."""

    status = 504
    code = "upstream_timeout"
    detail = "Another service did not answer in time; try again later."


class UpstreamUnavailableError(UpstreamError):
    """A service that this one depends on is down, and is left alone for a while."""

    status = 503
    code = "upstream_unavailable"
    detail = "Another service is not available at the moment; try again later."

    def __init__(self, retry_after_seconds: float) -> None:
        """Take the time after which it is tried again."""
        super().__init__()
        self.headers = {"Retry-After": str(math.ceil(retry_after_seconds))}


class NotConfiguredError(AppError):
    """The settings do not say where the other service is, or who calls it."""

    status = 503
    code = "not_configured"
    detail = "This is not set up on this installation."


class WebhookRefusedError(AppError):
    """Nobody known has signed this of late; what exactly is wrong is for the sender to find."""

    status = 400
    code = "webhook_refused"
    detail = "The webhook is not signed as it should be."


class WebhookUnreadableError(AppError):
    """The sender is known, and the body is no event."""

    status = 422
    code = "webhook_unreadable"
    detail = "The body is not an event in the scheme of its source."


class WebhookEventNotFoundError(NotFoundError):
    """No event with this id was received."""

    code = "webhook_event_not_found"
    detail = "Webhook event not found."


class WebhookUnknownError(ConflictError):
    """Nothing here handles events of this source and type."""

    code = "webhook_unknown"
    detail = "Nothing here handles events of this source and type."


class PaymentMismatchError(ConflictError):
    """What was paid is not what the order costs."""

    code = "payment_mismatch"
    detail = "What was paid or paid back is not what the order costs."


class CallbackNotFoundError(NotFoundError):
    """No callback with this id is visible to the caller."""

    code = "callback_not_found"
    detail = "Callback not found."


class CallbackSecretNotFoundError(NotFoundError):
    """The caller has made no secret for callbacks."""

    code = "callback_secret_not_found"
    detail = "There is no secret for callbacks yet."


class CallbackStatusError(ConflictError):
    """The callback has not ended yet."""

    code = "callback_status"
    detail = "The callback is still being tried."


class CallbackSecretMissingError(ConflictError):
    """Without a secret the receiver could not tell our calls from others'."""

    code = "callback_secret_missing"
    detail = "Make a secret for callbacks first: POST /callback-secret."
