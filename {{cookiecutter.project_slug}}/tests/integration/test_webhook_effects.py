"""What events cause: once, in the order in which they occurred, or with a reason why not."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from app.core.clock import utc_now
from app.core.enums import JobStatus, OrderStatus, WebhookStatus
from app.models.order import Order
from app.models.product import Product
from app.schemas.webhook import PaymentMessage
from app.services.job_service import job_service
from app.services.webhook_handlers import HANDLERS, Handler, order_paid
from tests.factories import make_order, make_product, make_user, unit_of_work
from tests.integration.job_functions import stock_of
from tests.integration.messages import Message
from tests.integration.orders import status_of
from tests.integration.senders import (
    LATER,
    NOON,
    checkout,
    event,
    handle,
    payment,
    send,
    send_as_stripe,
    stored,
)

pytestmark = pytest.mark.usefixtures("sources")


async def due_again(message: Message) -> JobStatus:
    """Return where a job stands, and let its pause be over."""
    async with unit_of_work() as db:
        status = (await job_service.find_job(db, message.job_id)).status
        await job_service.move(db, message.job_id, list(JobStatus), {"due_at": utc_now()})
    return status


async def make_unpaid_order() -> tuple[Order, Product]:
    """Make an order of one of three pieces."""
    product = await make_product(stock=3)
    return await make_order(await make_user(), product), product


async def test_payment_marks_the_order_as_paid(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, product = await make_unpaid_order()

    await send(committing_client, event(**payment(order)))
    before = await status_of(order)
    outcome = await handle(messages)

    (found,) = await stored()
    assert (before, await status_of(order)) == (OrderStatus.PENDING, OrderStatus.PAID)
    assert outcome == [WebhookStatus.DONE]
    assert found.processed_at is not None
    assert await stock_of(product) == 2


async def test_refund_cancels_the_order_and_puts_its_pieces_back_once(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, product = await make_unpaid_order()

    await send(committing_client, event(**payment(order)))
    await send(committing_client, event("payment.refunded", LATER, **payment(order)))
    await send(committing_client, event("payment.refunded", LATER, **payment(order)))
    outcome = await handle(messages)

    assert outcome == [WebhookStatus.DONE] * 3
    assert await status_of(order) == OrderStatus.CANCELLED
    assert await stock_of(product) == 3


async def test_checkout_at_stripe_marks_the_order_as_paid_when_the_money_is_there(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, _ = await make_unpaid_order()

    await send_as_stripe(committing_client, checkout(order, "unpaid"))
    outcome = await handle(messages)
    before = await status_of(order)
    succeeded = {"type": "checkout.session.async_payment_succeeded"}
    await send_as_stripe(committing_client, checkout(order) | succeeded)
    outcome = await handle(messages)

    assert (before, await status_of(order)) == (OrderStatus.PENDING, OrderStatus.PAID)
    assert outcome == [WebhookStatus.DONE] * 2


async def test_older_event_has_no_effect_after_a_newer_one_of_its_subject(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, product = await make_unpaid_order()

    await send(committing_client, event("payment.refunded", LATER, **payment(order)))
    await send(committing_client, event("payment.succeeded", NOON, **payment(order)))
    outcome = await handle(messages)

    assert outcome == [WebhookStatus.DONE, WebhookStatus.SUPERSEDED]
    assert await status_of(order) == OrderStatus.CANCELLED
    assert await stock_of(product) == 3


async def test_newer_event_of_another_subject_or_source_keeps_nothing_back(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, _ = await make_unpaid_order()
    other, _ = await make_unpaid_order()

    await send(committing_client, event(occurred_at=LATER, **payment(other)))
    later = {"created": int(NOON.timestamp()) + 60}
    await send_as_stripe(committing_client, checkout(order, "unpaid") | later)
    await send(committing_client, event(occurred_at=NOON, **payment(order)))
    outcome = await handle(messages)

    assert outcome == [WebhookStatus.DONE] * 3
    assert await status_of(order) == OrderStatus.PAID


async def test_events_of_the_same_moment_take_effect_as_they_come(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, _ = await make_unpaid_order()

    await send(committing_client, event("payment.succeeded", NOON, **payment(order)))
    await send(committing_client, event("payment.refunded", NOON, **payment(order)))
    outcome = await handle(messages)

    assert outcome == [WebhookStatus.DONE] * 2
    assert await status_of(order) == OrderStatus.CANCELLED


@pytest.mark.parametrize("type", ["payment.succeeded", "payment.refunded"])
@pytest.mark.parametrize(
    "wrong", [{"amount_cents": 1998}, {"amount_cents": -1999}, {"currency": "USD"}]
)
async def test_event_over_another_amount_fails_and_leaves_the_order_as_it_is(
    committing_client: AsyncClient,
    messages: list[Message],
    type: str,
    wrong: dict[str, Any],
) -> None:
    order, _ = await make_unpaid_order()

    await send(committing_client, event(type, **payment(order) | wrong))
    outcome = await handle(messages)

    (found,) = await stored()
    assert outcome == [WebhookStatus.FAILED]
    assert (found.error or "").startswith("PaymentMismatchError: ")
    assert await status_of(order) == OrderStatus.PENDING


async def test_failed_event_has_moved_nothing_so_that_an_older_one_may_still_take_effect(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, _ = await make_unpaid_order()

    await send(committing_client, event(occurred_at=LATER, **payment(order, 1)))
    await send(committing_client, event(occurred_at=NOON, **payment(order)))
    outcome = await handle(messages)

    assert outcome == [WebhookStatus.FAILED, WebhookStatus.DONE]
    assert await status_of(order) == OrderStatus.PAID


async def test_payment_of_a_cancelled_order_fails_for_somebody_to_look_at(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order, _ = await make_unpaid_order()
    await send(committing_client, event("payment.refunded", NOON, **payment(order)))
    await handle(messages)

    await send(committing_client, event("payment.succeeded", LATER, **payment(order)))
    outcome = await handle(messages)

    assert outcome == [WebhookStatus.DONE, WebhookStatus.FAILED]
    assert (await stored())[1].error == (
        "OrderStatusError: The order's status does not allow this step."
    )


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"order_id": "1", "amount_cents": 1, "currency": "EUR"},
        {"order_id": "canary", "amount_cents": "canary", "currency": ["canary"]},
        {"order_id": "019ae000-0000-7000-8000-000000000000", "amount_cents": 1, "currency": "EUR"},
        {"order_id": "019ae000-0000-7000-8000-000000000000\x00", "amount_cents": 10**400},
    ],
)
async def test_event_that_its_handler_cannot_use_fails_with_a_reason_and_without_its_content(
    committing_client: AsyncClient, messages: list[Message], data: dict[str, Any]
) -> None:
    answer = await send(committing_client, event(**data))
    outcome = await handle(messages)

    (found,) = await stored()
    assert answer.status_code == 202
    assert outcome == [WebhookStatus.FAILED]
    assert found.error
    assert "canary" not in found.error


async def test_event_whose_handler_is_gone_by_then_is_marked_as_unknown(
    committing_client: AsyncClient, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    order, _ = await make_unpaid_order()

    await send(committing_client, event(**payment(order)))
    monkeypatch.delitem(HANDLERS, ("payments", "payment.succeeded"))
    outcome = await handle(messages)

    assert outcome == [WebhookStatus.UNKNOWN]
    assert await status_of(order) == OrderStatus.PENDING


async def test_error_that_passes_is_noted_and_tried_again(
    committing_client: AsyncClient, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    order, _ = await make_unpaid_order()

    async def time_out(*_: object) -> None:
        raise TimeoutError("not now")

    await send(committing_client, event(**payment(order)))
    (message,) = messages
    with monkeypatch.context() as patch:
        slow = Handler(PaymentMessage, order_paid, time_out)
        patch.setitem(HANDLERS, ("payments", "payment.succeeded"), slow)
        failed = await handle(messages)
    job = await due_again(message)
    done = await handle([message])

    (found,) = await stored()
    assert (failed, job, done) == (
        [WebhookStatus.FAILED],
        JobStatus.RETRYING,
        [WebhookStatus.DONE],
    )
    assert found.error is None
    assert await status_of(order) == OrderStatus.PAID
