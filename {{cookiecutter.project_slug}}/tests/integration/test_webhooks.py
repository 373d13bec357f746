"""Webhooks are taken: stored once, before they are answered, and queued with the same commit."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.config import settings
from app.core.enums import OrderStatus
from app.core.webhook_signatures import new_secret
from app.services.webhook_service import webhook_service
from app.tasks.runner import run_job
from app.webhook_keys import WebhookSource
from tests.factories import make_order, make_user, unit_of_work
from tests.integration.calls import read_pages
from tests.integration.messages import Message
from tests.integration.orders import status_of
from tests.integration.senders import (
    SECRET,
    STRIPE_SECRET,
    checkout,
    event,
    payment,
    post,
    send,
    send_as_stripe,
    signed,
    signed_for_stripe,
    stored,
    written,
)

pytestmark = pytest.mark.usefixtures("sources")


async def test_event_is_stored_as_it_came_and_queued(
    client: AsyncClient, messages: list[Message]
) -> None:
    body = b'{ "timestamp":"2026-01-02T03:04:05.678901+01:00" ,\n"type":"payment.succeeded"}'

    response = await post(client, "payments", signed(body, "evt_7"), body)

    (found,) = await stored()
    async with unit_of_work() as db:
        file = await webhook_service.get_body(db, found.id)
    assert (response.status_code, response.content) == (202, b"")
    assert (found.source, found.event_id, found.type) == ("payments", "evt_7", "payment.succeeded")
    assert (found.status, found.replays, found.processed_at) == ("received", 0, None)
    assert found.occurred_at.isoformat() == "2026-01-02T02:04:05.678000+00:00"
    assert file.content == body
    assert [message.job for message in messages] == ["process_webhook"]


async def test_event_that_comes_again_is_taken_and_changes_nothing(
    client: AsyncClient, messages: list[Message]
) -> None:
    first = await send(client, event(amount=1), "evt_1")

    again = [await send(client, event(amount=amount), "evt_1") for amount in (1, 2)]

    (found,) = await stored()
    async with unit_of_work() as db:
        file = await webhook_service.get_body(db, found.id)
    assert [response.status_code for response in (first, *again)] == [202] * 3
    assert file.content == written(event(amount=1))
    assert len(messages) == 1


async def test_each_source_has_ids_of_its_own(client: AsyncClient) -> None:
    order = await make_order(await make_user())
    at_stripe = checkout(order)

    await send(client, event(), at_stripe["id"])
    await send_as_stripe(client, at_stripe)

    assert [(found.source, found.event_id) for found in await stored()] == [
        ("payments", at_stripe["id"]),
        ("stripe", at_stripe["id"]),
    ]


async def test_event_of_a_type_that_nothing_handles_is_stored_and_marked(
    client: AsyncClient, messages: list[Message]
) -> None:
    # What one source may tell of, another may not.
    answers = [
        await send(client, event("payment.disputed")),
        await send(client, event("checkout.session.completed")),
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert [found.status for found in await stored()] == ["unknown", "unknown"]
    assert messages == []


async def test_event_without_a_time_occurred_when_it_was_sent(client: AsyncClient) -> None:
    body = written({"type": "payment.succeeded"})
    headers = signed(body, age_seconds=120)

    await post(client, "payments", headers, body)

    (found,) = await stored()
    assert int(found.occurred_at.timestamp()) == int(headers["webhook-timestamp"])


async def test_one_event_fifty_times_at_once_is_one_event_one_job_and_one_effect(
    committing_client: AsyncClient, messages: list[Message], uncovered: None
) -> None:
    order = await make_order(await make_user())
    body = event(**payment(order))

    responses = await asyncio.gather(*(send(committing_client, body, "evt_1") for _ in range(50)))
    await asyncio.gather(*(run_job(message.job_id) for message in messages * 5))

    assert Counter(response.status_code for response in responses) == {202: 50}
    assert [(found.status, found.replays) for found in await stored()] == [("done", 0)]
    assert len(messages) == 1
    assert await status_of(order) == OrderStatus.PAID


async def test_while_secrets_are_replaced_old_and_new_ones_sign(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    body = written(event())
    both = WebhookSource(secrets=(SecretStr(new), SecretStr(old)))

    async def statuses(source: WebhookSource) -> list[int]:
        monkeypatch.setattr(settings, "webhook_secrets", {"payments": source})
        answers = [
            await post(client, "payments", signed(body, secret=secret), body)
            for secret in (old, new, other)
        ]
        return [answer.status_code for answer in answers]

    assert await statuses(both) == [202, 202, 400]
    assert await statuses(WebhookSource(secrets=(SecretStr(new),))) == [400, 202, 400]


async def test_sender_of_several_signatures_needs_one_that_fits(client: AsyncClient) -> None:
    body = written(event())
    headers = signed(body)
    foreign = signed(body, secret=new_secret())["webhook-signature"]

    headers["webhook-signature"] = f"{foreign} v1a,AAAA {headers['webhook-signature']}"
    response = await post(client, "payments", headers, body)

    assert response.status_code == 202


async def test_secrets_of_one_scheme_open_no_source_of_the_other(client: AsyncClient) -> None:
    body = written(checkout(await make_order(await make_user())))

    answers = [
        await post(client, "payments", signed_for_stripe(body, SECRET), body),
        await post(client, "stripe", signed(body, secret=STRIPE_SECRET), body),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


async def test_admins_see_what_came_page_by_page(
    client: AsyncClient, admin: Any, messages: list[Message]
) -> None:
    for number in range(5):
        await send(client, event(), f"evt_{number}")

    pages = await read_pages(client, "/webhook-events/", admin, limit=2)

    ids = [[found["event_id"] for found in page] for page in pages]
    assert ids == [["evt_4", "evt_3"], ["evt_2", "evt_1"], ["evt_0"]]
