"""Jobs in the database: made once, listed, moved, counted, and deleted with their files."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.clock import utc_now
from app.core.database import in_transaction
from app.core.enums import JobStatus
from app.core.exceptions import UnauthorizedError
from app.core.pagination import PageRequest
from app.crud.file import file_crud
from app.crud.job import job_crud
from app.crud.user import user_crud
from app.models.job import Job
from tests.factories import make_job, make_user, read_job, unit_of_work

NOW = utc_now()
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
FIRST_PAGE = PageRequest(limit=100)


def fields(user_id: UUID | None = None, **others: Any) -> dict[str, Any]:
    """Return the fields of a new job."""
    values: dict[str, Any] = {"id": uuid4(), "user_id": user_id, "name": "sync_products"}
    values |= {"arguments": {}, "context": {}, "max_attempts": 5}
    return values | {"due_at": NOW, "publish_at": LATER} | others


async def create_once(values: dict[str, Any]) -> Job | None:
    return await in_transaction(partial(job_crud.create_once, obj_in=values))


async def listed(**wanted: Any) -> set[UUID]:
    async with unit_of_work() as db:
        return {job.id for job in (await job_crud.list_jobs(db, FIRST_PAGE, **wanted)).items}


async def put_file(owner_id: UUID) -> None:
    async with unit_of_work() as db:
        await file_crud.put(db, owner_id, "sales.csv", "text/csv", b"day\r\n")


async def owners_of_files(owner_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the owners who have a file."""
    async with unit_of_work() as db:
        return {owner for owner in owner_ids if await file_crud.find(db, owner, "sales.csv")}


async def test_a_new_job_is_stored_with_all_that_was_given_and_has_not_begun(
    rolled_back: None,
) -> None:
    arguments = {"since": "2026-01-01", "text": "$where: a.b = '1'", "list": [1, None, {"x": 0.5}]}
    values = fields(arguments=arguments, context={"request_id": "r1"})

    created = await create_once(values)

    assert created is not None
    stored = await read_job(created)
    for job in (created, stored):
        assert {name: getattr(job, name) for name in values} == values
        assert (job.status, job.progress, job.attempt, job.runs) == (JobStatus.QUEUED, 0, 0, 0)
        assert (job.checkpoint, job.result, job.error) == (None, None, None)
        assert (job.started_at, job.finished_at, job.publications) == (None, None, 0)
        assert job.created_at.utcoffset() == timedelta()


async def test_the_second_with_an_id_is_told_that_there_is_one(rolled_back: None) -> None:
    values = fields()
    first = await create_once(values)

    second = await create_once(values | {"name": "delete_old_jobs"})

    assert first is not None
    assert second is None
    assert (await read_job(first)).name == "sync_products"


async def test_a_hundred_with_one_id_at_once_make_one_job(committed: None, uncovered: None) -> None:
    values = fields((await make_user()).id)

    created = await asyncio.gather(*(create_once(values) for _ in range(100)))

    assert len([job for job in created if job is not None]) == 1
    assert await listed() == {values["id"]}


async def test_nobody_who_is_deleted_gets_a_job(rolled_back: None) -> None:
    with pytest.raises(UnauthorizedError):
        async with unit_of_work() as db:
            await job_crud.create_once(db, fields(user_id=uuid4()))

    assert await listed() == set()


async def test_jobs_are_listed_by_user_and_by_status(rolled_back: None) -> None:
    ann, bob = await make_user(), await make_user()
    queued = await make_job(ann)
    failed = await make_job(ann, status=JobStatus.FAILED)
    other = await make_job(bob)
    nobodys = await make_job(status=JobStatus.FAILED)

    assert await listed() == {queued.id, failed.id, other.id, nobodys.id}
    assert await listed(user_id=ann.id) == {queued.id, failed.id}
    assert await listed(status=JobStatus.FAILED) == {failed.id, nobodys.id}
    assert await listed(user_id=ann.id, status=JobStatus.FAILED) == {failed.id}


async def test_a_job_moves_from_the_states_that_are_named_alone(rolled_back: None) -> None:
    job = await make_job(status=JobStatus.FAILED)

    async with unit_of_work() as db:
        moved = await job_crud.move(db, job.id, {JobStatus.FAILED}, {"status": JobStatus.QUEUED})
        again = await job_crud.move(db, job.id, {JobStatus.FAILED}, {"error": "never"})
        unknown = await job_crud.move(db, uuid4(), list(JobStatus), {"error": "never"})

    assert moved is not None
    assert (again, unknown) == (None, None)
    for found in (moved, await read_job(job)):
        assert (found.status, found.error) == (JobStatus.QUEUED, None)


async def test_of_ten_who_move_a_job_at_once_one_does(committed: None) -> None:
    job = await make_job(status=JobStatus.FAILED)
    changes = {"status": JobStatus.QUEUED}
    move = partial(job_crud.move, id=job.id, before={JobStatus.FAILED}, changes=changes)

    moved = await asyncio.gather(*(in_transaction(move) for _ in range(10)))

    assert len([found for found in moved if found is not None]) == 1


async def test_what_waits_runs_or_failed_is_counted_with_the_oldest_time(
    rolled_back: None,
) -> None:
    for due_at in (NOW, EARLIER, LATER):
        await make_job(due_at=due_at)
    await make_job(name="delete_old_jobs", due_at=LATER)
    for status in {*JobStatus} - {JobStatus.QUEUED}:
        await make_job(status=status, due_at=NOW)

    async with unit_of_work() as db:
        depths = await job_crud.depths(db)

    assert sorted(depths) == [
        ("delete_old_jobs", JobStatus.QUEUED, 1, LATER),
        ("sync_products", JobStatus.FAILED, 1, NOW),
        ("sync_products", JobStatus.QUEUED, 3, EARLIER),
        ("sync_products", JobStatus.RETRYING, 1, NOW),
        ("sync_products", JobStatus.RUNNING, 1, NOW),
    ]


async def test_jobs_that_ended_long_ago_go_with_their_files_and_failed_ones_stay(
    rolled_back: None,
) -> None:
    jobs = {
        status: await make_job(status=status, finished_at=NOW - timedelta(days=40))
        for status in JobStatus
    }
    recent = await make_job(status=JobStatus.DONE, finished_at=NOW)
    ids = [job.id for job in (*jobs.values(), recent)]
    for job_id in ids:
        await put_file(job_id)

    async with unit_of_work() as db:
        deleted = await job_crud.delete_finished(db, NOW - timedelta(days=30), limit=100)

    gone = {jobs[JobStatus.DONE].id, jobs[JobStatus.CANCELLED].id}
    assert deleted == 2
    assert await listed() == {*ids} - gone
    assert await owners_of_files(ids) == {*ids} - gone


async def test_no_more_jobs_are_deleted_at_a_time_than_were_asked_for(rolled_back: None) -> None:
    for _ in range(3):
        await make_job(status=JobStatus.DONE, finished_at=EARLIER)

    async with unit_of_work() as db:
        deleted = [await job_crud.delete_finished(db, NOW, limit=2) for _ in range(3)]

    assert deleted == [2, 1, 0]


async def test_with_a_user_go_all_jobs_with_their_files_and_those_of_others_stay(
    rolled_back: None,
) -> None:
    leaver, other = await make_user(), await make_user()
    gone = [await make_job(leaver, status=status) for status in JobStatus]
    left = [await make_job(other), await make_job()]
    ids = [job.id for job in (*gone, *left)]
    for job_id in ids:
        await put_file(job_id)

    async with unit_of_work() as db:
        await user_crud.delete(db, leaver)

    assert await listed() == {job.id for job in left}
    assert await owners_of_files(ids) == {job.id for job in left}
