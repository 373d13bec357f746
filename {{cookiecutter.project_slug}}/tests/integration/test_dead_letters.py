"""Jobs that failed for good, as admins see them."""

import pytest
from httpx2 import AsyncClient

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.models.job import Job
from tests.factories import Caller, make_job, make_user, read_job
from tests.integration.calls import read_pages
from tests.integration.messages import Message

NOT_FAILED = sorted({*JobStatus} - {JobStatus.FAILED})


async def make_dead_letter(owner: Caller | None = None) -> Job:
    """Make a job that failed at its last try."""
    return await make_job(
        owner.user if owner else None,
        status=JobStatus.FAILED,
        attempt=5,
        runs=7,
        publish_at=None,
        finished_at=utc_now(),
        error="ValueError: no such row in 'orders'",
    )


async def test_admin_lists_what_failed_of_all_users_with_its_error(
    client: AsyncClient, admin: Caller, customer: Caller
) -> None:
    for status in NOT_FAILED:
        await make_job(customer.user, status=status)
    dead = [await make_dead_letter(customer), await make_dead_letter()]

    pages = await read_pages(client, "/dead-letters/", admin, limit=1)

    listed = [job for page in pages for job in page]
    assert [job["id"] for job in listed] == [str(job.id) for job in reversed(dead)]
    assert [job["user_id"] for job in listed] == [None, str(customer.user.id)]
    assert {job["error"] for job in listed} == {"ValueError: no such row in 'orders'"}


async def test_owner_learns_that_the_job_failed_and_not_why(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    job = await make_dead_letter(customer)

    answers = [
        await client.get(f"/jobs/{job.id}", headers=customer.headers),
        await client.get("/jobs/", headers=customer.headers),
    ]
    retried = await client.post(f"/dead-letters/{job.id}/retry", headers=admin.headers)

    assert answers[0].json()["status"] == "failed"
    assert not any("orders" in answer.text for answer in answers)
    assert "orders" in retried.text


async def test_admin_runs_a_failed_job_again_with_all_its_tries(
    client: AsyncClient, admin: Caller, messages: list[Message]
) -> None:
    job = await make_dead_letter()

    response = await client.post(f"/dead-letters/{job.id}/retry", headers=admin.headers)

    stored = await read_job(job)
    assert (response.status_code, response.json()["status"]) == (202, "queued")
    assert (stored.status, stored.attempt, stored.finished_at) == (JobStatus.QUEUED, 0, None)
    assert stored.runs == job.runs
    assert stored.publish_at is not None
    assert [message.job_id for message in messages] == [job.id]
    assert await read_pages(client, "/dead-letters/", admin) == [[]]


async def test_admin_gives_a_failed_job_up(
    client: AsyncClient, admin: Caller, messages: list[Message]
) -> None:
    job = await make_dead_letter()

    response = await client.delete(f"/dead-letters/{job.id}", headers=admin.headers)

    assert response.status_code == 204
    assert (await read_job(job)).status == JobStatus.CANCELLED
    assert messages == []
    assert await read_pages(client, "/dead-letters/", admin) == [[]]


@pytest.mark.parametrize("status", NOT_FAILED)
async def test_job_that_has_not_failed_is_no_dead_letter(
    client: AsyncClient, admin: Caller, messages: list[Message], status: JobStatus
) -> None:
    job = await make_job(status=status)

    answers = [
        await client.post(f"/dead-letters/{job.id}/retry", headers=admin.headers),
        await client.delete(f"/dead-letters/{job.id}", headers=admin.headers),
    ]

    assert [answer.json()["code"] for answer in answers] == ["job_status"] * 2
    assert (await read_job(job)).status == status
    assert messages == []


async def test_what_is_no_job_is_404(client: AsyncClient, admin: Caller) -> None:
    path = f"/dead-letters/{(await make_user()).id}"

    answers = [
        await client.post(f"{path}/retry", headers=admin.headers),
        await client.delete(path, headers=admin.headers),
    ]

    assert [answer.json()["code"] for answer in answers] == ["job_not_found"] * 2


async def test_second_retry_of_a_job_is_409(
    client: AsyncClient, admin: Caller, messages: list[Message]
) -> None:
    job = await make_dead_letter()
    path = f"/dead-letters/{job.id}/retry"

    answers = [await client.post(path, headers=admin.headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 409]
    assert len(messages) == 1
