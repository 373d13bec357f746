"""A client is called when its report is done: once for certain, and by us for certain."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.core import queue
from app.core.clock import utc_now
from app.core.enums import CallbackStatus, JobStatus, Role
from app.tasks.relay import publish_due
from app.tasks.runner import run_job
from tests.contract import DOCUMENT
from tests.factories import make_callback_secret, make_caller, read_delivery, read_job
from tests.integration.calls import ask_for_report, read_pages
from tests.integration.deliveries import find_job, make_promise, tries_of
from tests.integration.job_functions import move, run_now
from tests.integration.messages import Message
from tests.integration.receiver import Receiver, Writer, answer, say


async def test_receiver_is_told_what_is_done_where_it_is_and_by_whom(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())

    delivery = await promise.send()

    (request,) = receiver.requests
    assert request.line == "POST /done?for=7 HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == str(delivery.id)
    assert abs(int(request.headers["webhook-timestamp"]) - utc_now().timestamp()) < 60
    assert request.is_signed_by(promise.secret)
    event = request.event
    assert set(event) == {"type", "timestamp", "data"}
    assert event["type"] == "report.done"
    assert utc_now() - datetime.fromisoformat(event["timestamp"]) < timedelta(seconds=60)
    job_path = f"/jobs/{promise.report.id}"
    files = [f"{job_path}/files/{name}" for name in ("sales.csv", "sales.xlsx")]
    assert event["data"] == {"job_id": str(promise.report.id), "job": job_path, "files": files}
    for path in (job_path, *files):
        found = await committing_client.get(path, headers=promise.owner.headers)
        assert found.status_code == 200
    assert (delivery.status, tries_of(delivery)) == (CallbackStatus.DELIVERED, [204])
    assert delivery.ended_at is not None
    assert (promise.job.status, promise.job.result) == (
        JobStatus.DONE,
        {"counts": {"delivered": 1}, "files": []},
    )


async def test_nobody_is_called_who_did_not_ask_for_it(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    manager = await make_caller(Role.MANAGER)
    await make_callback_secret(manager.user)

    asked = await ask_for_report(committing_client, manager)
    await run_job(UUID(asked.json()["id"]))

    assert [message.job for message in messages] == ["generate_report"]
    assert await read_pages(committing_client, "/callbacks/", manager) == [[]]


async def test_call_without_a_secret_is_refused_with_what_to_do(
    client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    manager = await make_caller(Role.MANAGER)

    refused = await ask_for_report(client, manager, callback_url=receiver.url())

    assert (refused.status_code, refused.json()["code"]) == (409, "callback_secret_missing")
    assert messages == []


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example.com/",
        "https://127.0.0.1/",
        "https://0x7f.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://user@receiver.example.com/",
        "https://receiver.example.com:22/",
        "https://receiver.example.com/\x00",
        "https://receiver.example.com/#a",
        "",
    ],
)
async def test_address_that_is_not_to_be_called_is_a_422_that_names_the_field_and_no_input(
    client: AsyncClient, messages: list[Message], url: str
) -> None:
    manager = await make_caller(Role.MANAGER)
    await make_callback_secret(manager.user)
    headers = manager.headers | {"Idempotency-Key": "k1"}
    body = {"since": "2026-01-01", "until": "2026-01-31", "callback_url": url}

    refused = await client.post("/reports/sales", headers=headers, json=body)

    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert fault["field"] == "body.callback_url"
    assert "receiver" not in refused.text
    assert messages == []


async def test_same_key_with_another_receiver_is_another_request(
    client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    manager = await make_caller(Role.MANAGER)
    await make_callback_secret(manager.user)
    urls = [receiver.url(), receiver.url(), receiver.url() + "8", None]

    answers = [await ask_for_report(client, manager, key="k1", callback_url=url) for url in urls]

    assert [response.status_code for response in answers] == [202, 202, 422, 422]


async def test_crash_between_the_end_of_a_report_and_its_call_loses_nothing(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manager = await make_caller(Role.MANAGER)
    await make_callback_secret(manager.user)
    asked = await ask_for_report(committing_client, manager, callback_url=receiver.url())
    take = queue.enqueue

    async def crash(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(queue, "enqueue", crash)
    await run_job(UUID(asked.json()["id"]))
    monkeypatch.setattr(queue, "enqueue", take)
    ((listed,),) = await read_pages(committing_client, "/callbacks/", manager)
    before = [message.job for message in messages]
    await let_all_be_published(UUID(listed["id"]), messages)

    delivery = await read_delivery(UUID(listed["id"]))
    assert (before, listed["status"]) == (["generate_report"], "pending")
    assert (delivery.status, len(receiver.requests)) == (CallbackStatus.DELIVERED, 1)


async def let_all_be_published(delivery_id: UUID, messages: list[Message]) -> None:
    """Let an hour pass until a relay looks at what waits, and a worker takes what it published."""
    later = utc_now() + timedelta(hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.crud.job.utc_now", lambda: later)
        await publish_due()
    (job_id,) = {message.job_id for message in messages if message.job == "deliver_callback"}
    assert (await find_job(job_id)).arguments == {"delivery_id": str(delivery_id)}
    await run_job(job_id)


async def test_report_whose_end_is_undone_promises_no_call(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manager = await make_caller(Role.MANAGER)
    await make_callback_secret(manager.user)
    asked = await ask_for_report(committing_client, manager, callback_url=receiver.url())
    report = await find_job(UUID(asked.json()["id"]))

    async def fail(*_: object, **__: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr("app.services.callback_service.job_service.enqueue", fail)
        failed = await run_now(report)
    listed = await read_pages(committing_client, "/callbacks/", manager)
    done = await run_now(report)

    assert (failed.status, listed) == (JobStatus.RETRYING, [[]])
    assert done.status == JobStatus.DONE
    ((delivery,),) = await read_pages(committing_client, "/callbacks/", manager)
    assert delivery["job_id"] == str(report.id)


async def test_delivery_that_was_begun_twice_calls_again_under_the_same_id_and_ends_once(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    await promise.send()

    await move(promise.job, status=JobStatus.QUEUED, attempt=0)
    delivery = await promise.send()

    assert (len(receiver.requests), tries_of(delivery)) == (1, [204])
    assert promise.job.status == JobStatus.DONE


@pytest.mark.parametrize("status", ["204 No Content", "500 Oops"])
async def test_run_that_was_lost_writes_nothing_into_the_log(
    committing_client: AsyncClient, messages: list[Message], receiver: Receiver, status: str
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())

    async def take_over(writer: Writer) -> None:
        await move(promise.job, runs=9)
        await answer(status)(writer)

    receiver.steps = [take_over]
    delivery = await promise.send()

    assert (len(receiver.requests), delivery.attempts) == (1, [])
    assert promise.job.runs == 9


async def test_log_and_errors_do_not_hold_the_receivers_address(
    committing_client: AsyncClient,
    messages: list[Message],
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    promise = await make_promise(committing_client, messages, receiver.url())
    receiver.steps = [answer("500 Oops"), say(b"garbage"), answer()]
    errors = []

    with caplog.at_level("INFO"):
        for _ in range(3):
            await promise.send()
            errors.append((await read_job(promise.job)).error)

    assert errors[:2] == [
        "CallbackNotDeliveredError: 500",
        "CallbackNotDeliveredError: no_answer",
    ]
    assert str(promise.job.id) in caplog.text
    assert "for=7" not in caplog.text
    assert promise.secret not in caplog.text


def test_api_document_says_what_a_receiver_gets_and_may_answer() -> None:
    (callback,) = DOCUMENT["paths"]["/reports/sales"]["post"]["callbacks"].values()

    ((expression, operations),) = callback.items()
    call = operations["post"]
    assert expression == "{$request.body#/callback_url}"
    assert call["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ReportDone"
    }
    headers = {parameter["name"] for parameter in call["parameters"]}
    assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert set(call["responses"]) >= {"2XX", "410", "default"}
    assert "422" not in call["responses"]
