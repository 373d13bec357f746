"""Requests that queue a job: what leaves for the queue, and when."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.core import queue
from app.core.clock import utc_now
from app.core.database import DbSession, get_db
from app.core.enums import JobStatus, Role
from app.core.jobs import REPUBLISH_SECONDS
from app.main import app
from app.services.job_service import job_service
from tests.factories import Caller, make_caller, make_product, unit_of_work
from tests.integration.calls import PNG, ask_for_report, read_pages
from tests.integration.messages import Message

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
DAYS = {"since": "2026-01-01", "until": "2026-01-31"}
NOTE = {"subject": "Sale", "text": "All teapots are cheaper."}


async def stored_jobs(client: AsyncClient, caller: Caller) -> list[dict[str, Any]]:
    """Return all jobs of a caller."""
    return [job for page in await read_pages(client, "/jobs/", caller) for job in page]


@pytest.fixture
async def failing_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what lets all units of work of requests fail at their end from then on."""

    async def fail_to_commit() -> AsyncIterator[DbSession]:
        async with unit_of_work() as db:
            yield db
            raise RuntimeError

    return lambda: monkeypatch.setitem(app.dependency_overrides, get_db, fail_to_commit)


@pytest.mark.parametrize(
    ("operation", "name", "body"),
    [
        ("POST /notify-all", "send_bulk_emails", {"json": NOTE}),
        ("POST /reports/sales", "generate_report", {"json": DAYS}),
        ("PUT /products/{}/image", "process_image", {"content": PNG}),
    ],
)
async def test_request_is_answered_with_a_job_that_waits_and_leaves_one_message(
    client: AsyncClient,
    admin: Caller,
    messages: list[Message],
    operation: str,
    name: str,
    body: dict[str, Any],
) -> None:
    headers = admin.headers | {"Idempotency-Key": "k1"}
    method, path = operation.format((await make_product()).id).split()

    response = await client.request(method, path, headers=headers, **body)

    job = response.json()
    assert response.status_code == 202
    assert (job["name"], job["status"], job["progress"]) == (name, "queued", 0)
    assert (job["attempt"], job["max_attempts"], job["result"]) == (0, 5, None)
    assert (job["started_at"], job["finished_at"]) == (None, None)
    assert [(message.job, str(message.job_id)) for message in messages] == [(name, job["id"])]
    assert await stored_jobs(client, admin) == [job]


async def test_message_is_in_the_real_queue(client: AsyncClient, manager: Caller) -> None:
    before = await queue.queue_length()

    await ask_for_report(client, manager)

    assert await queue.queue_length() == before + 1


async def test_message_leaves_when_the_job_can_be_seen_by_all(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def enqueue(_: str, job_id: UUID, __: str) -> None:
        async with unit_of_work() as db:
            seen.append((await job_service.find_job(db, job_id)).status)

    monkeypatch.setattr(queue, "enqueue", enqueue)

    await ask_for_report(committing_client, await make_caller(Role.MANAGER))

    assert seen == [JobStatus.QUEUED]


async def test_request_that_cannot_be_committed_queues_nothing(
    client: AsyncClient,
    manager: Caller,
    messages: list[Message],
    failing_commit: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing_commit()
    response = await ask_for_report(client, manager)
    monkeypatch.undo()

    assert response.status_code == 500
    assert messages == []
    assert await stored_jobs(client, manager) == []


async def test_without_the_queue_the_request_succeeds_and_its_job_waits_for_a_relay(
    client: AsyncClient,
    manager: Caller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def enqueue(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(queue, "enqueue", enqueue)
    response = await ask_for_report(client, manager)

    async with unit_of_work() as db:
        job = await job_service.find_job(db, UUID(response.json()["id"]))
    assert response.status_code == 202
    assert job.status == JobStatus.QUEUED
    assert seconds_until(job.publish_at) == pytest.approx(REPUBLISH_SECONDS, abs=10)
    assert "failed after the commit" in caplog.text


def seconds_until(moment: datetime | None) -> float:
    assert moment
    return (moment - utc_now()).total_seconds()


async def test_job_remembers_the_request_that_it_came_from_and_its_trace(
    client: AsyncClient, manager: Caller
) -> None:
    response = await ask_for_report(
        client, manager, **{"X-Request-ID": "trace-me_42", "traceparent": TRACE}
    )

    async with unit_of_work() as db:
        job = await job_service.find_job(db, UUID(response.json()["id"]))
    assert job.context == {"request_id": "trace-me_42", "traceparent": TRACE}


@pytest.mark.parametrize("content", [b"%PDF-1.7", PNG[:20], b"<svg/>"])
async def test_picture_that_is_none_is_refused_at_once(
    client: AsyncClient, manager: Caller, messages: list[Message], content: bytes
) -> None:
    path = f"/products/{(await make_product()).id}/image"

    response = await client.put(path, headers=manager.headers, content=content)

    assert (response.status_code, response.json()["code"]) == (422, "image_refused")
    assert messages == []
    assert await stored_jobs(client, manager) == []


async def test_picture_of_no_product_is_404(
    client: AsyncClient, manager: Caller, messages: list[Message]
) -> None:
    path = f"/products/{manager.user.id}/image"

    response = await client.put(path, headers=manager.headers, content=PNG)

    assert (response.status_code, response.json()["code"]) == (404, "product_not_found")
    assert messages == []
