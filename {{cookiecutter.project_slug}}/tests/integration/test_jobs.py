"""Background work, as its owner sees it."""

import pytest
from httpx2 import AsyncClient

from app.core.enums import UNFINISHED, JobStatus
from app.services.file_service import FileContent
from tests.factories import Caller, make_caller, make_job, read_job
from tests.integration.calls import read_pages
from tests.integration.world import store

ENDED = sorted({*JobStatus} - UNFINISHED)


async def test_job_shows_how_far_it_is_and_neither_its_error_nor_its_arguments(
    client: AsyncClient, customer: Caller
) -> None:
    job = await make_job(customer.user, status=JobStatus.RETRYING, progress=40, attempt=2)

    shown = (await client.get(f"/jobs/{job.id}", headers=customer.headers)).json()

    assert set(shown) == {
        *("id", "name", "status", "progress", "attempt", "max_attempts", "result"),
        *("created_at", "updated_at", "due_at", "started_at", "finished_at"),
    }
    assert (shown["status"], shown["progress"], shown["attempt"]) == ("retrying", 40, 2)


async def test_admin_sees_the_jobs_of_others_one_by_one_and_lists_their_own(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    theirs, own, nobodys = [await make_job(user) for user in (customer.user, admin.user, None)]

    shown = [
        await client.get(f"/jobs/{job.id}", headers=admin.headers) for job in (theirs, own, nobodys)
    ]
    (page,) = await read_pages(client, "/jobs/", admin)

    assert [response.status_code for response in shown] == [200, 200, 200]
    assert [job["id"] for job in page] == [str(own.id)]


async def test_jobs_of_others_do_not_exist_for_anybody_but_admins(
    client: AsyncClient, customer: Caller, manager: Caller
) -> None:
    job = await make_job((await make_caller()).user)
    nobodys = await make_job()
    paths = [f"/jobs/{job.id}", f"/jobs/{nobodys.id}", f"/jobs/{customer.user.id}"]

    for caller in (customer, manager):
        for path in paths:
            answers = [
                await client.get(path, headers=caller.headers),
                await client.post(f"{path}/cancel", headers=caller.headers),
                await client.get(f"{path}/files/sales.csv", headers=caller.headers),
            ]
            assert {answer.json()["code"] for answer in answers} == {"job_not_found"}
        assert await read_pages(client, "/jobs/", caller) == [[]]
    assert (await read_job(job)).status == JobStatus.QUEUED


async def test_jobs_are_listed_page_by_page_newest_first(
    client: AsyncClient, customer: Caller
) -> None:
    jobs = [await make_job(customer.user) for _ in range(5)]

    pages = await read_pages(client, "/jobs/", customer, limit=2)

    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [job["id"] for page in pages for job in page]
    assert listed == [str(job.id) for job in reversed(jobs)]


async def test_jobs_are_listed_by_status(client: AsyncClient, customer: Caller) -> None:
    jobs = {status: await make_job(customer.user, status=status) for status in JobStatus}

    for status, job in jobs.items():
        (page,) = await read_pages(client, "/jobs/", customer, status=status)
        assert [(found["id"], found["status"]) for found in page] == [(str(job.id), status)]
    response = await client.get("/jobs/", headers=customer.headers, params={"status": "lost"})
    assert response.status_code == 422


@pytest.mark.parametrize("status", sorted(UNFINISHED))
async def test_job_that_has_not_ended_is_cancelled_for_good(
    client: AsyncClient, customer: Caller, status: JobStatus
) -> None:
    job = await make_job(customer.user, status=status)

    response = await client.post(f"/jobs/{job.id}/cancel", headers=customer.headers)

    stored = await read_job(job)
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert response.json()["finished_at"] is not None
    assert (stored.status, stored.publish_at) == (JobStatus.CANCELLED, None)


@pytest.mark.parametrize("status", ENDED)
async def test_job_that_has_ended_is_not_cancelled(
    client: AsyncClient, customer: Caller, status: JobStatus
) -> None:
    job = await make_job(customer.user, status=status)

    response = await client.post(f"/jobs/{job.id}/cancel", headers=customer.headers)

    assert (response.status_code, response.json()["code"]) == (409, "job_status")
    assert (await read_job(job)).status == status


async def test_file_of_a_job_that_is_done_is_downloaded_and_never_shown_as_a_page(
    client: AsyncClient, customer: Caller
) -> None:
    job = await make_job(customer.user, status=JobStatus.DONE)
    content = b"\xef\xbb\xbfday\r\n<script>"
    await store(job.id, "sales.csv", FileContent("text/csv; charset=utf-8", content))

    response = await client.get(f"/jobs/{job.id}/files/sales.csv", headers=customer.headers)

    assert (response.status_code, response.content) == (200, content)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="sales.csv"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("status", sorted({*JobStatus} - {JobStatus.DONE}))
async def test_file_of_a_job_that_is_not_done_is_not_there(
    client: AsyncClient, customer: Caller, status: JobStatus
) -> None:
    job = await make_job(customer.user, status=status)
    await store(job.id, "sales.csv", FileContent("text/csv", b"day"))

    response = await client.get(f"/jobs/{job.id}/files/sales.csv", headers=customer.headers)

    assert (response.status_code, response.json()["code"]) == (404, "file_not_found")


async def test_file_of_another_name_or_another_job_is_not_there(
    client: AsyncClient, customer: Caller
) -> None:
    mine, other = [await make_job(customer.user, status=JobStatus.DONE) for _ in range(2)]
    await store(mine.id, "sales.csv", FileContent("text/csv", b"day"))

    paths = [f"/jobs/{mine.id}/files/sales.xlsx", f"/jobs/{other.id}/files/sales.csv"]
    answers = [await client.get(path, headers=customer.headers) for path in paths]

    assert [answer.json()["code"] for answer in answers] == ["file_not_found"] * 2


@pytest.mark.parametrize("name", ["original", "..%2Fsales.csv", "a.b.csv", "%22.csv", "SALES.CSV"])
async def test_name_that_no_file_can_have_is_refused(
    client: AsyncClient, customer: Caller, name: str
) -> None:
    job = await make_job(customer.user, status=JobStatus.DONE)

    response = await client.get(f"/jobs/{job.id}/files/{name}", headers=customer.headers)

    assert response.status_code in {404, 422}
