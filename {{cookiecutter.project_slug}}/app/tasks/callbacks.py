"""Calls to our clients' own services, tried over hours."""

from functools import partial
from uuid import UUID

from app.core.database import in_transaction
from app.core.encryption import KeyLostError
from app.core.enums import CallbackStatus
from app.core.integration_errors import CallbackSecretNotFoundError
from app.core.metrics import Counter
from app.integrations.callbacks import Answer, callback_client
from app.services.callback_service import callback_service
from app.tasks.run import Run

ATTEMPTS = Counter("callbacks_attempts", "Calls to receivers, by what came of them", ["outcome"])
NO_SECRET = Answer(status=None, error="no_secret", duration_ms=0)


class CallbackNotDeliveredError(Exception):
    """The receiver did not take the call, and may the next time."""


async def deliver_callback(run: Run, delivery_id: str) -> None:
    """Call the receiver once, and write down what came of it.

    That it will not be called again is no failure of this job: the delivery's own log tells it.
    """
    named = UUID(delivery_id)
    answer = await call(named)
    if answer is None:
        return
    status = status_after(answer, is_last=run.job.attempt >= run.job.max_attempts)
    ATTEMPTS.labels(answer.error or str(answer.status)).inc()
    note = partial(callback_service.note, delivery_id=named, answer=answer, status=status)
    if status == CallbackStatus.PENDING:
        await run.note(note)
        raise CallbackNotDeliveredError(answer.error or answer.status)
    await run.finish({"delivered": int(answer.is_success)}, effect=note)


async def call(delivery_id: UUID) -> Answer | None:
    """Send what is to be sent now; None when there is nothing any more."""
    try:
        message = await in_transaction(partial(callback_service.prepare, delivery_id=delivery_id))
    except (CallbackSecretNotFoundError, KeyLostError):
        return NO_SECRET
    if message is None:
        return None
    return await callback_client.send(message.url, message.headers, message.body)


def status_after(answer: Answer, *, is_last: bool) -> CallbackStatus:
    """Return how a delivery stands after an answer to its last try, or to one before."""
    if answer.is_success:
        return CallbackStatus.DELIVERED
    return CallbackStatus.FAILED if answer.is_final or is_last else CallbackStatus.PENDING
