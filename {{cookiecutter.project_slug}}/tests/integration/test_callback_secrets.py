"""The secrets that sign callbacks: shown once, rotated, unreadable where they are stored."""

import asyncio

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.config import settings
from app.core.enums import CallbackStatus, JobStatus, Role
from app.core.exceptions import UnauthorizedError
from app.crud.callback import callback_crud, callback_secret_crud
from app.models.callback import CallbackSecret
from app.models.user import User
from app.services.callback_secret_service import opened, sealed
from app.services.user_service import user_service
from tests.factories import Caller, make_callback_secret, make_caller, make_user, unit_of_work
from tests.integration.deliveries import make_promise, tries_of
from tests.integration.job_functions import run_now
from tests.integration.messages import Message
from tests.integration.receiver import Receiver
from tests.unit.test_cli import type_in

OTHER_KEY = "n3w" * 13


async def read_secret_of(user: User) -> CallbackSecret:
    """Return a user's secret as it is stored."""
    async with unit_of_work() as db:
        found = await callback_secret_crud.find(db, user.id)
    assert found is not None
    return found


async def rotate(client: AsyncClient, caller: Caller, hours: int = 24) -> str:
    """Make a new secret by the API."""
    body = {"keep_previous_hours": hours}
    made = await client.post("/callback-secret", headers=caller.headers, json=body)
    assert made.status_code == 201, made.text
    secret: str = made.json()["secret"]
    return secret


async def test_secret_is_shown_once_and_is_one_of_standard_webhooks(
    client: AsyncClient, customer: Caller
) -> None:
    before = await client.get("/callback-secret", headers=customer.headers)
    secret = await rotate(client, customer)
    after = await client.get("/callback-secret", headers=customer.headers)

    assert before.json()["code"] == "callback_secret_not_found"
    assert secret.startswith("whsec_")
    assert set(after.json()) == {"rotated_at", "previous_until"}
    assert after.json()["previous_until"] is None


@pytest.mark.parametrize("hours", [-1, 169, 1.5, "24", None])
async def test_hours_out_of_a_week_are_refused(
    client: AsyncClient, customer: Caller, hours: object
) -> None:
    body = {"keep_previous_hours": hours}

    refused = await client.post("/callback-secret", headers=customer.headers, json=body)

    assert refused.status_code == 422


async def test_stored_secret_cannot_be_read_without_the_services_key(
    client: AsyncClient, customer: Caller
) -> None:
    secrets = [await rotate(client, customer) for _ in range(2)]

    stored = await read_secret_of(customer.user)

    assert stored.previous is not None
    for secret in secrets:
        for place in (stored.secret, stored.previous):
            assert secret.encode() not in place
            assert secret[6:].encode() not in place


async def test_both_secrets_sign_for_a_while_after_a_rotation(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    newer = await rotate(committing_client, promise.owner)

    await promise.send()

    (request,) = receiver.requests
    assert request.is_signed_by(promise.secret)
    assert request.is_signed_by(newer)
    assert len(request.headers["webhook-signature"].split(" ")) == 2


async def test_secret_that_was_stolen_signs_nothing_more(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    newer = await rotate(committing_client, promise.owner, hours=0)

    await promise.send()

    (request,) = receiver.requests
    assert not request.is_signed_by(promise.secret)
    assert request.is_signed_by(newer)


async def test_one_user_s_secret_signs_no_other_user_s_calls(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    stranger = await make_caller()
    others = await make_callback_secret(stranger.user)
    promise = await make_promise(committing_client, messages, receiver.url())

    await promise.send()

    assert not receiver.requests[0].is_signed_by(others)


async def test_of_many_rotations_at_once_one_is_the_newest_and_another_the_one_before(
    committing_client: AsyncClient,
) -> None:
    caller = await make_caller()

    secrets = await asyncio.gather(*(rotate(committing_client, caller) for _ in range(5)))

    stored = await read_secret_of(caller.user)
    assert stored.previous is not None
    kept = {opened(secret, caller.user.id) for secret in (stored.secret, stored.previous)}
    assert len(kept) == 2
    assert kept < set(secrets)


async def test_rotation_of_a_user_who_was_deleted_is_refused(committed: None) -> None:
    user = await make_user()
    await delete(user)

    with pytest.raises(UnauthorizedError):
        await make_callback_secret(user)


async def test_user_who_is_deleted_takes_secret_and_callbacks_along(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())

    await delete(promise.owner.user)

    async with unit_of_work() as db:
        assert await callback_secret_crud.find(db, promise.owner.user.id) is None
        assert await callback_crud.get(db, promise.delivery_id) is None
    job = await run_now(promise.job)
    assert (job.status, receiver.connections) == (JobStatus.DONE, 0)


async def test_call_waits_for_a_key_that_was_dropped_too_soon(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    with monkeypatch.context() as patch:
        patch.setattr(settings, "secret_key", SecretStr(OTHER_KEY))
        waiting = await promise.send()

    delivery = await promise.send()

    assert (waiting.status, tries_of(waiting)) == (CallbackStatus.PENDING, ["no_secret"])
    assert tries_of(delivery) == ["no_secret", 204]
    assert len(receiver.requests) == 1


async def test_after_encrypt_anew_a_former_key_may_go_and_what_no_key_reads_stays(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.cli.LINES_AT_ONCE", 1)
    promise = await make_promise(committing_client, messages, receiver.url())
    lost = await make_user()
    with monkeypatch.context() as patch:
        patch.setattr(settings, "secret_key", SecretStr("l0st" * 10))
        await make_callback_secret(lost)
    lost_before = await read_secret_of(lost)
    newer = await rotate(committing_client, promise.owner)
    former = settings.secret_key
    monkeypatch.setattr(settings, "secret_key", SecretStr(OTHER_KEY))
    monkeypatch.setattr(settings, "previous_secret_keys", [former])

    await type_in("encrypt-anew")
    monkeypatch.setattr(settings, "previous_secret_keys", [])
    await promise.send()

    (request,) = receiver.requests
    assert request.is_signed_by(promise.secret)
    assert request.is_signed_by(newer)
    assert (await read_secret_of(lost)).secret == lost_before.secret


async def test_secret_that_was_rotated_meanwhile_is_not_overwritten_by_an_older_one(
    committed: None,
) -> None:
    user = await make_user()
    await make_callback_secret(user)
    read_before = await read_secret_of(user)
    await make_callback_secret(user)
    newest = await read_secret_of(user)

    async with unit_of_work() as db:
        changes = {"secret": sealed("older", user.id)}
        await callback_secret_crud.change_unless_rotated(db, read_before, changes)

    assert (await read_secret_of(user)).secret == newest.secret


async def delete(user: User) -> None:
    """Delete an account."""
    await make_caller(Role.ADMIN)
    async with unit_of_work() as db:
        await user_service.delete_user(db, user.id)
