"""Callbacks as their owners and admins see them, and sending them again."""

import asyncio
from collections.abc import Sequence

import pytest
from httpx2 import AsyncClient

from app.core.clock import utc_now
from app.core.enums import CallbackStatus
from app.crud.callback import callback_crud
from app.models.callback import CallbackDelivery
from app.services.callback_service import MOST_ATTEMPTS
from tests.factories import (
    Caller,
    make_caller,
    make_delivery,
    make_job,
    read_delivery,
    unit_of_work,
)
from tests.integration.calls import read_pages
from tests.integration.deliveries import find_job, make_promise, tries_of
from tests.integration.job_functions import run_now
from tests.integration.messages import Message
from tests.integration.receiver import Receiver, answer

ENDED = [CallbackStatus.DELIVERED, CallbackStatus.FAILED]


async def make_deliveries(
    owner: Caller, statuses: Sequence[CallbackStatus]
) -> list[CallbackDelivery]:
    """Make a callback in each of these states, the newest last."""
    job = await make_job(owner.user)
    return [await make_delivery(job, status=status) for status in statuses]


async def test_user_lists_own_callbacks_newest_first_and_admin_everyones(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    own = await make_deliveries(customer, [*CallbackStatus])
    others = await make_deliveries(await make_caller(), [CallbackStatus.PENDING])

    pages = await read_pages(client, "/callbacks/", customer, limit=2)
    seen_by_admin = await read_pages(client, "/callbacks/", admin, limit=3)

    assert [len(page) for page in pages] == [2, 1]
    listed = [delivery["id"] for page in pages for delivery in page]
    assert listed == [str(delivery.id) for delivery in reversed(own)]
    assert len([delivery for page in seen_by_admin for delivery in page]) == 4
    assert str(others[0].id) not in listed


async def test_list_of_one_status_holds_no_other(client: AsyncClient, customer: Caller) -> None:
    await make_deliveries(customer, [*CallbackStatus] * 2)

    for status in CallbackStatus:
        (page,) = await read_pages(client, "/callbacks/", customer, status=status.value)
        assert [delivery["status"] for delivery in page] == [status.value] * 2


async def test_list_shows_where_a_call_went_and_one_callback_its_tries_and_never_its_body(
    client: AsyncClient, customer: Caller
) -> None:
    attempt = {"at": utc_now().isoformat(), "status": 500, "error": None, "duration_ms": 12}
    job = await make_job(customer.user)
    delivery = await make_delivery(job, attempts=[attempt])

    ((listed,),) = await read_pages(client, "/callbacks/", customer)
    path = f"/callbacks/{delivery.id}"
    shown = (await client.get(path, headers=customer.headers)).json()

    assert set(shown) - set(listed) == {"attempts"}
    assert (listed["url"], listed["job_id"]) == (delivery.url, str(job.id))
    assert [tried["status"] for tried in shown["attempts"]] == [500]
    assert "body" not in shown


@pytest.mark.parametrize("first", ["204 No Content", "410 Gone"])
async def test_callback_that_has_ended_is_sent_again_under_its_id_with_all_its_tries(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver, first: str
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [answer(first), answer("500 Oops"), answer()]
    await promise.send()
    path, headers = f"/callbacks/{promise.delivery_id}/resend", promise.owner.headers

    resent = await committing_client.post(path, headers=headers)
    again = await find_job(messages[-1].job_id)
    for _ in range(2):
        again = await run_now(again)

    delivery = await read_delivery(promise.delivery_id)
    assert (resent.status_code, resent.json()["status"]) == (202, "pending")
    assert resent.json()["ended_at"] is None
    assert tries_of(delivery) == [int(first[:3]), 500, 204]
    assert delivery.status == CallbackStatus.DELIVERED
    assert {request.headers["webhook-id"] for request in receiver.requests} == {str(delivery.id)}
    assert len({request.body for request in receiver.requests}) == 1
    assert all(request.is_signed_by(promise.secret) for request in receiver.requests)


async def test_callback_that_is_still_being_tried_is_not_sent_twice(
    client: AsyncClient, customer: Caller, messages: list[Message]
) -> None:
    (delivery,) = await make_deliveries(customer, [CallbackStatus.PENDING])
    path = f"/callbacks/{delivery.id}/resend"

    refused = await client.post(path, headers=customer.headers)

    assert (refused.status_code, refused.json()["code"]) == (409, "callback_status")
    assert messages == []


@pytest.mark.parametrize("status", ENDED)
async def test_of_many_who_send_a_callback_again_at_once_one_does(
    committing_client: AsyncClient, messages: list[Message], status: CallbackStatus
) -> None:
    owner = await make_caller()
    (delivery,) = await make_deliveries(owner, [status])
    path = f"/callbacks/{delivery.id}/resend"

    answers = await asyncio.gather(
        *(committing_client.post(path, headers=owner.headers) for _ in range(5))
    )

    assert sorted(response.status_code for response in answers) == [202, *[409] * 4]
    assert [message.job for message in messages] == ["deliver_callback"]


async def test_admin_sends_anyones_callback_again_and_a_stranger_none(
    client: AsyncClient, customer: Caller, manager: Caller, admin: Caller, messages: list[Message]
) -> None:
    (delivery,) = await make_deliveries(customer, [CallbackStatus.FAILED])
    path = f"/callbacks/{delivery.id}/resend"

    answers = [await client.post(path, headers=caller.headers) for caller in (manager, admin)]

    assert [response.status_code for response in answers] == [404, 202]
    assert len(messages) == 1


async def test_log_of_a_callback_keeps_its_last_tries(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    old = {"at": utc_now().isoformat(), "status": 500, "error": None, "duration_ms": 1}
    async with unit_of_work() as db:
        delivery = await callback_crud.lock(db, promise.delivery_id)
        assert delivery is not None
        await callback_crud.update(db, delivery, {"attempts": [old] * MOST_ATTEMPTS})

    kept = await promise.send()

    assert tries_of(kept) == [*[500] * (MOST_ATTEMPTS - 1), 204]
