"""What the events of other services cause: one line for each source and type that counts here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.core.database import DbSession
from app.schemas.webhook import CheckoutMessage, Message, PaymentMessage
from app.services.order_service import order_service

Body = TypeVar("Body", bound=Message)

PAID = "paid"


@dataclass(frozen=True)
class Handler(Generic[Body]):
    """How one type of event is read, what it is about, and what it causes.

    The effect is part of the transaction that marks the event as done. Of the events about one
    subject an older one has no effect after a newer one.
    """

    body: type[Body]
    subject: Callable[[Body], str]
    apply: Callable[[DbSession, Body], Awaitable[object]]


def order_paid(message: PaymentMessage) -> str:
    """Name the order that a payment is for."""
    return f"order {message.data.order_id}"


async def take_payment(db: DbSession, message: PaymentMessage) -> None:
    """Mark the order as paid."""
    payment = message.data
    await order_service.settle(db, payment.order_id, payment.amount_cents, payment.currency)


async def take_refund(db: DbSession, message: PaymentMessage) -> None:
    """Cancel the order, whose money was paid back."""
    payment = message.data
    await order_service.refund(db, payment.order_id, payment.amount_cents, payment.currency)


def order_checked_out(message: CheckoutMessage) -> str:
    """Name the order that a checkout session is for."""
    return f"order {message.data.object.client_reference_id}"


async def take_checkout(db: DbSession, message: CheckoutMessage) -> None:
    """Mark the order as paid, unless the money is still on its way: another event follows then."""
    session = message.data.object
    if session.payment_status == PAID:
        await order_service.settle(
            db, session.client_reference_id, session.amount_total, session.currency
        )


PAYMENT = Handler(PaymentMessage, order_paid, take_payment)
REFUND = Handler(PaymentMessage, order_paid, take_refund)
CHECKOUT = Handler(CheckoutMessage, order_checked_out, take_checkout)

# The source is part of the key: whoever may tell of one thing may not tell of all.
HANDLERS: dict[tuple[str, str], Handler[Any]] = {
    ("payments", "payment.succeeded"): PAYMENT,
    ("payments", "payment.refunded"): REFUND,
    ("stripe", "checkout.session.completed"): CHECKOUT,
    ("stripe", "checkout.session.async_payment_succeeded"): CHECKOUT,
}
