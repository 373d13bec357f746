"""What receivers may do, and what comes of it: one table, and how a delivery goes on."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from app.core.clock import utc_now
from app.core.enums import CallbackStatus, JobStatus, Role
from app.core.jobs import CALLBACK_PAUSES_SECONDS, JOBS
from app.integrations import callbacks
from tests.factories import make_caller
from tests.integration.calls import read_pages
from tests.integration.deliveries import make_promise, tries_of
from tests.integration.messages import Message
from tests.integration.receiver import (
    Receiver,
    Step,
    answer,
    redirect,
    reset,
    say,
    wait_for_ever,
)

ELSEWHERE = "https://elsewhere.example.com/"
ENDLESS = say(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65_536] * 1_000)
TAKEN: dict[str, tuple[Step, int]] = {
    "200": (answer("200 OK", body=b"thanks"), 200),
    "201": (answer("201 Created"), 201),
    "202": (answer("202 Accepted"), 202),
    "204": (answer("204 No Content"), 204),
    "299": (answer("299 Odd"), 299),
    "body without end": (ENDLESS, 200),
    "body that is no gzip": (answer("200 OK", "Content-Encoding: gzip", body=b"plain"), 200),
    "after 100": (say(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), 200),
}
HEAD = b"HTTP/1.1 200 OK\r\n"
DRIP = [HEAD[index : index + 1] for index in range(len(HEAD))]
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TRIED_AGAIN: dict[str, tuple[Step, object]] = {
    "301": (redirect("301 Moved", ELSEWHERE), 301),
    "302": (redirect("302 Found", ELSEWHERE), 302),
    "307": (redirect("307 Same", ELSEWHERE), 307),
    "304": (answer("304 Not Modified"), 304),
    "400": (answer("400 Bad"), 400),
    "401": (answer("401 Who"), 401),
    "403": (answer("403 No"), 403),
    "404": (answer("404 Not Found"), 404),
    "409": (answer("409 Conflict"), 409),
    "429": (answer("429 Slow", "Retry-After: 1"), 429),
    "500": (answer("500 Oops"), 500),
    "503": (answer("503 Busy"), 503),
    "reset": (reset, "no_answer"),
    "closed": (say(), "no_answer"),
    "half a head": (say(b"HTTP/1.1 200 OK\r\nContent-"), "no_answer"),
    "garbage": (say(b"\x16\x03\x01\x00\x00garbage\r\n\r\n"), "no_answer"),
    "silence": (wait_for_ever, "timeout"),
    "drip": (say(*DRIP, pause_seconds=0.1), "timeout"),
    "only 100": (say(*[CONTINUE] * 40, pause_seconds=0.05), "timeout"),
    "head without end": (say(HEAD, *[b"A: " + b"b" * 60_000 + b"\r\n"] * 20), "no_answer"),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no receiver longer than a moment."""
    monkeypatch.setattr(callbacks, "READ_SECONDS", 0.5)
    monkeypatch.setattr(callbacks, "TOTAL_SECONDS", 0.8)


@pytest.mark.parametrize(("step", "status"), TAKEN.values(), ids=TAKEN)
async def test_answer_of_success_ends_a_delivery_whatever_comes_with_it(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    step: Step,
    status: int,
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [step]

    delivery = await promise.send()

    assert (delivery.status, tries_of(delivery)) == (CallbackStatus.DELIVERED, [status])
    assert promise.job.status == JobStatus.DONE


@pytest.mark.parametrize(("step", "told"), TRIED_AGAIN.values(), ids=TRIED_AGAIN)
async def test_any_other_answer_and_none_is_noted_and_tried_again_with_a_new_signature(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    step: Step,
    told: object,
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [step, answer()]

    after_first = await promise.send()
    status_after_first = promise.job.status
    after_second = await promise.send()

    first, second = receiver.requests
    assert (after_first.status, tries_of(after_first)) == (CallbackStatus.PENDING, [told])
    assert (status_after_first, after_first.ended_at) == (JobStatus.RETRYING, None)
    assert tries_of(after_second) == [told, 204]
    assert (after_second.status, promise.job.attempt) == (CallbackStatus.DELIVERED, 2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.is_signed_by(promise.secret)
    assert second.is_signed_by(promise.secret)


async def test_receiver_that_is_gone_is_left_alone_at_once(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [answer("410 Gone")]

    delivery = await promise.send()

    assert (delivery.status, tries_of(delivery)) == (CallbackStatus.FAILED, [410])
    assert promise.job.status == JobStatus.DONE
    assert promise.job.result == {"counts": {"delivered": 0}, "files": []}


async def test_last_try_that_fails_ends_the_delivery_and_is_no_dead_letter(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    admin = await make_caller(Role.ADMIN)
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [answer("500 Oops")]
    await promise.send()

    delivery = await promise.send_for_the_last_time()

    assert (delivery.status, tries_of(delivery)) == (CallbackStatus.FAILED, [500, 500])
    assert (promise.job.status, promise.job.attempt) == (JobStatus.DONE, 8)
    assert delivery.ended_at is not None
    assert await read_pages(committing_client, "/dead-letters/", admin) == [[]]


async def test_each_try_tells_when_it_was_and_how_long_it_took(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [say(pause_seconds=0), wait_for_ever, answer()]
    for _ in range(3):
        await promise.send()

    path = f"/callbacks/{promise.delivery_id}"
    shown = (await committing_client.get(path, headers=promise.owner.headers)).json()

    attempts = shown["attempts"]
    assert [attempt["error"] for attempt in attempts] == ["no_answer", "timeout", None]
    assert [attempt["status"] for attempt in attempts] == [None, None, 204]
    assert attempts[1]["duration_ms"] >= 400
    assert sorted(attempt["at"] for attempt in attempts) == [attempt["at"] for attempt in attempts]


async def test_time_of_a_try_is_its_own(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [answer("500 Oops"), answer()]
    await promise.send()
    later = utc_now() + timedelta(hours=5)
    monkeypatch.setattr("app.services.callback_service.utc_now", lambda: later)

    await promise.send()

    first, second = (int(request.headers["webhook-timestamp"]) for request in receiver.requests)
    assert second == int(later.timestamp())
    assert first < second
    assert receiver.requests[1].is_signed_by(promise.secret)


def test_a_try_ends_before_its_job_is_stopped_and_tries_go_on_for_most_of_a_day() -> None:
    spec = JOBS["deliver_callback"]

    assert spec.time_limit_seconds > callbacks.TOTAL_SECONDS
    assert spec.max_attempts == len(CALLBACK_PAUSES_SECONDS) + 1 == 8
    assert 20 * 3_600 < sum(CALLBACK_PAUSES_SECONDS) < 24 * 3_600
    assert sorted(CALLBACK_PAUSES_SECONDS) == list(CALLBACK_PAUSES_SECONDS)
