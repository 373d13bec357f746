"""The idempotency key of jobs: a request that is sent twice queues one job, which runs once."""

import asyncio
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.core.enums import JobStatus, Role
from app.integrations.mail import Mail
from app.services.job_service import job_service
from app.tasks.runner import run_job
from tests.factories import Caller, make_caller, make_user, unit_of_work
from tests.integration.calls import ask_for_report, notify_all
from tests.integration.messages import Message


async def test_same_key_gives_the_same_job_and_one_message(
    client: AsyncClient, manager: Caller, messages: list[Message]
) -> None:
    answers = [await ask_for_report(client, manager, key="k1") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert len(messages) == 1


async def test_same_key_with_another_body_is_422(client: AsyncClient, admin: Caller) -> None:
    first = await ask_for_report(client, admin, key="k1")
    await notify_all(client, admin, key="k1")

    answers = [
        await ask_for_report(client, admin, key="k1", until="2026-02-01"),
        await notify_all(client, admin, key="k1", text="Another text."),
    ]

    assert first.status_code == 202
    assert [answer.status_code for answer in answers] == [422, 422]
    assert {answer.json()["code"] for answer in answers} == {"idempotency_key_reused"}


async def test_each_user_and_each_kind_of_job_has_keys_of_its_own(
    client: AsyncClient, admin: Caller
) -> None:
    other = await make_caller(Role.ADMIN)

    answers = [
        await ask_for_report(client, admin, key="k1"),
        await ask_for_report(client, other, key="k1", until="2026-02-01"),
        await notify_all(client, admin, key="k1"),
        await notify_all(client, other, key="k1", text="Another text."),
        await ask_for_report(client, admin, key="k2"),
    ]

    assert [answer.status_code for answer in answers] == [202] * 5
    assert len({answer.json()["id"] for answer in answers}) == 5


async def test_replay_shows_the_job_as_it_is_by_then(
    client: AsyncClient, manager: Caller, messages: list[Message]
) -> None:
    queued = await ask_for_report(client, manager, key="k1")
    await client.post(f"/jobs/{queued.json()['id']}/cancel", headers=manager.headers)

    replay = await ask_for_report(client, manager, key="k1")

    assert (replay.status_code, replay.json()["status"]) == (202, "cancelled")
    assert len(messages) == 1


@pytest.mark.parametrize("path", ["/notify-all", "/reports/sales"])
async def test_request_without_a_key_is_422(client: AsyncClient, admin: Caller, path: str) -> None:
    response = await client.post(path, headers=admin.headers, json={})

    fields = {error["field"] for error in response.json()["errors"]}
    assert response.status_code == 422
    assert "header.Idempotency-Key" in fields


async def test_one_key_a_hundred_times_at_once_makes_one_job_that_runs_once(
    committing_client: AsyncClient, messages: list[Message], outbox: list[Mail], uncovered: None
) -> None:
    admin = await make_caller(Role.ADMIN)
    users = [admin.user, await make_user()]

    answers = await asyncio.gather(
        *(notify_all(committing_client, admin, key="k1") for _ in range(100))
    )
    job_id = UUID(answers[0].json()["id"])
    await asyncio.gather(*(run_job(job_id) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {202}
    assert {answer.json()["id"] for answer in answers} == {str(job_id)}
    assert [message.job_id for message in messages] == [job_id]
    async with unit_of_work() as db:
        job = await job_service.find_job(db, job_id)
    assert (job.status, job.runs) == (JobStatus.DONE, 1)
    assert sorted(mail.to for mail in outbox) == sorted(user.email for user in users)
