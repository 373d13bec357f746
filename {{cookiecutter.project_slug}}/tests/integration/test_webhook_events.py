"""Admins look at what other services have sent, and have it handled again."""

from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from app.core.enums import OrderStatus, Role, WebhookStatus
from app.services.webhook_handlers import HANDLERS
from app.tasks.metrics import measure
from app.tasks.runner import run_job
from tests.factories import (
    Caller,
    make_caller,
    make_order,
    make_user,
    make_webhook_event,
)
from tests.integration.calls import read_pages
from tests.integration.messages import Message
from tests.integration.orders import status_of
from tests.integration.senders import (
    LATER,
    NOON,
    event,
    handle,
    payment,
    send,
    stored,
    written,
)
from tests.metrics import shown

pytestmark = pytest.mark.usefixtures("sources")


async def test_list_is_filtered_by_source_and_by_status(client: AsyncClient, admin: Caller) -> None:
    failed = await make_webhook_event(status=WebhookStatus.FAILED)
    done = await make_webhook_event()
    elsewhere = await make_webhook_event(source="stripe", status=WebhookStatus.FAILED)

    async def listed(**query: str) -> list[str]:
        pages = await read_pages(client, "/webhook-events/", admin, **query)
        return [found["id"] for page in pages for found in page]

    assert await listed(source="payments") == [str(done.id), str(failed.id)]
    assert await listed(status="failed") == [str(elsewhere.id), str(failed.id)]
    assert await listed(status="failed", source="stripe") == [str(elsewhere.id)]
    assert await listed(source="nobody") == []


async def test_admin_sees_one_event_and_downloads_its_body(
    client: AsyncClient, admin: Caller
) -> None:
    body = event(x="\u0416")
    await send(client, body, "evt_1")
    (found,) = await stored()

    shown_event = await client.get(f"/webhook-events/{found.id}", headers=admin.headers)
    download = await client.get(f"/webhook-events/{found.id}/body", headers=admin.headers)

    assert shown_event.json()["event_id"] == "evt_1"
    assert shown_event.json()["occurred_at"] == NOON.isoformat().replace("+00:00", "Z")
    assert download.content == written(body)
    assert download.headers["content-disposition"].startswith("attachment")


async def test_event_that_is_not_there_is_404(client: AsyncClient, admin: Caller) -> None:
    path = f"/webhook-events/{uuid4()}"

    answers = [
        await client.get(path, headers=admin.headers),
        await client.get(f"{path}/body", headers=admin.headers),
        await client.post(f"{path}/replay", headers=admin.headers),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


async def replay(client: AsyncClient, admin: Caller) -> int:
    """Have the newest event handled again, and return the status of the answer."""
    newest = (await stored())[-1]
    path = f"/webhook-events/{newest.id}/replay"
    return (await client.post(path, headers=admin.headers)).status_code


async def test_failed_event_is_handled_again(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    admin = await make_admin()
    body = payment(await make_order(await make_user())) | {"order_id": str(uuid4())}
    await send(committing_client, event(**body))
    failed = await handle(messages)

    answer = await replay(committing_client, admin)
    (waiting,) = await stored()
    again = await handle(messages)

    (found,) = await stored()
    assert (failed, answer, again) == ([WebhookStatus.FAILED], 202, [WebhookStatus.FAILED])
    assert (waiting.status, waiting.error) == (WebhookStatus.RECEIVED, None)
    assert (found.replays, found.error) == (1, "OrderNotFoundError: Order not found.")


async def make_admin() -> Caller:
    """Make an admin whose account is committed."""
    return await make_caller(Role.ADMIN)


async def test_event_of_an_unknown_type_is_handled_once_there_is_a_handler(
    committing_client: AsyncClient, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await make_admin()
    order = await make_order(await make_user())
    await send(committing_client, event("payment.captured", **payment(order)))

    refused = await replay(committing_client, admin)
    monkeypatch.setitem(
        HANDLERS, ("payments", "payment.captured"), HANDLERS["payments", "payment.succeeded"]
    )
    taken = await replay(committing_client, admin)
    outcome = await handle(messages)

    assert (refused, taken) == (409, 202)
    assert outcome == [WebhookStatus.DONE]
    assert await status_of(order) == OrderStatus.PAID


async def test_replay_of_an_event_that_a_newer_one_has_overtaken_has_no_effect(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    admin = await make_admin()
    order = await make_order(await make_user())
    await send(committing_client, event("payment.refunded", LATER, **payment(order)))
    await send(committing_client, event("payment.succeeded", NOON, **payment(order)))
    await handle(messages)

    answers = [await replay(committing_client, admin) for _ in range(2)]
    outcome = await handle(messages)

    assert answers == [202, 202]
    assert outcome == [WebhookStatus.DONE, WebhookStatus.SUPERSEDED]
    assert await status_of(order) == OrderStatus.CANCELLED


async def test_of_an_event_and_its_replays_the_last_one_alone_is_handled(
    committing_client: AsyncClient, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await make_admin()
    calls: list[object] = []

    async def apply(_: object, body: object) -> None:
        calls.append(body)

    known = HANDLERS["payments", "payment.succeeded"]
    counted = type(known)(known.body, known.subject, apply)
    monkeypatch.setitem(HANDLERS, ("payments", "payment.succeeded"), counted)
    order = await make_order(await make_user())
    await send(committing_client, event(**payment(order)))
    for _ in range(3):
        await replay(committing_client, admin)
    for message in [*messages, *messages]:
        await run_job(message.job_id)

    (found,) = await stored()
    assert len(messages) == 4
    assert len(calls) == 1
    assert (found.status, found.replays) == (WebhookStatus.DONE, 3)


async def test_replay_of_a_done_event_has_its_handler_called_again(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    admin = await make_admin()
    order = await make_order(await make_user())
    await send(committing_client, event(**payment(order)))
    done = await handle(messages)

    answer = await replay(committing_client, admin)
    outcome = await handle(messages)

    assert (done, answer, outcome) == ([WebhookStatus.DONE], 202, [WebhookStatus.DONE])
    assert await status_of(order) == OrderStatus.PAID


async def test_events_that_wait_failed_or_are_unknown_are_counted_by_source(
    committing_client: AsyncClient,
) -> None:
    for number in range(2):
        await send(committing_client, event(f"payment.unheard_of_{number}"))
    await make_webhook_event(source="stripe", status=WebhookStatus.FAILED)
    await make_webhook_event()

    await measure()

    assert counts("payments") == [0, 2, 0, 0]
    assert counts("stripe") == [0, 0, 1, 0]


async def test_what_is_over_is_not_counted_any_longer(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    order = await make_order(await make_user())
    await send(committing_client, event(**payment(order)))
    await measure()
    before = counts("payments")

    await handle(messages)
    await measure()

    assert before == [1, 0, 0, 0]
    assert counts("payments") == [0, 0, 0, 0]


def counts(source: str) -> list[float]:
    """Return how many events of a source are counted in each state."""
    words = ("received", "unknown", "failed", "done")
    return [shown("webhook_events", source=source, status=word) for word in words]
