"""A run of a job that does its work."""

from typing import Any
from uuid import uuid4

import pytest
import structlog

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.core.jobs import JOBS
from app.services.job_service import job_service
from app.tasks.registry import FUNCTIONS
from app.tasks.run import NotDoneYetError, Run
from app.tasks.runner import run_job
from tests.factories import make_job, make_product, read_job, unit_of_work
from tests.integration.job_functions import Define, add_piece, run_now, stock_of
from tests.integration.messages import Message

pytestmark = pytest.mark.usefixtures("committed")

RESULT = {"counts": {"pieces": 1}, "files": []}


async def test_a_job_that_succeeds_is_done_with_its_effect_and_its_result(define: Define) -> None:
    product = await make_product(stock=0)

    async def add(run: Run) -> None:
        await run.checkpoint(40, at="half")
        await add_piece(run, product)

    done = await run_now(await define(add))

    assert (done.status, done.progress, done.result) == (JobStatus.DONE, 100, RESULT)
    assert (done.attempt, done.runs, done.checkpoint, done.error) == (1, 1, None, None)
    assert done.publish_at is None
    assert done.started_at is not None
    assert done.finished_at is not None
    assert done.started_at <= done.finished_at
    assert await stock_of(product) == 1


async def test_a_job_that_says_nothing_is_done_when_its_function_returns(define: Define) -> None:
    async def work(_: Run) -> None:
        """Do nothing."""

    done = await run_now(await define(work))

    assert (done.status, done.result) == (JobStatus.DONE, {"counts": {}, "files": []})


async def test_a_function_gets_the_arguments_that_the_job_was_queued_with(
    define: Define, messages: list[Message]
) -> None:
    given: list[dict[str, Any]] = []

    async def work(_: Run, **arguments: Any) -> None:
        given.append(arguments)

    job = await define(work)
    async with unit_of_work() as db:
        queued = await job_service.enqueue(db, job.name, number=1, words=["a", None])

    await run_now(queued)

    assert given == [{"number": 1, "words": ["a", None]}]


async def test_what_has_ended_or_was_deleted_is_not_run(define: Define) -> None:
    runs: list[Run] = []

    async def work(run: Run) -> None:
        runs.append(run)

    job = await define(work)
    for _ in range(3):
        await run_now(job)
    await run_job(uuid4())

    assert len(runs) == 1


async def test_a_job_of_a_newer_release_is_left_to_its_workers_and_loses_no_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = await make_job(name="sync_products")
    for known in (FUNCTIONS, JOBS):
        monkeypatch.delitem(known, job.name)

    for _ in range(7):
        await run_now(job)

    stored = await read_job(job)
    assert (stored.status, stored.attempt, stored.error) == (JobStatus.QUEUED, 0, None)
    assert stored.publish_at is not None
    assert stored.publish_at > utc_now()


async def test_a_job_that_makes_room_for_others_goes_on_where_it_was_and_has_all_its_tries(
    define: Define,
) -> None:
    async def count_to_three(run: Run) -> None:
        state = run.job.checkpoint or {"count": 0}
        await run.checkpoint(30, count=state["count"] + 1)
        if state["count"] < 2:
            raise NotDoneYetError

    job = await define(count_to_three, tries=1)

    first, second, third = [await run_now(job) for _ in range(3)]

    for found, count in ((first, 1), (second, 2)):
        assert (found.status, found.attempt, found.progress) == (JobStatus.QUEUED, 0, 30)
        assert found.checkpoint == {"count": count}
        assert found.publish_at is not None
        assert found.publish_at <= utc_now()
    assert (third.status, third.runs) == (JobStatus.DONE, 3)


async def test_all_lines_of_a_run_name_its_job_and_the_request_that_queued_it(
    define: Define,
) -> None:
    seen: dict[str, Any] = {}

    async def look(_: Run) -> None:
        seen.update(structlog.contextvars.get_contextvars())

    await define(look)
    job = await make_job(name="job_of_a_test", context={"request_id": "trace-me_42"})

    await run_job(job.id)

    assert seen == {"job_id": str(job.id), "job": job.name, "request_id": "trace-me_42"}
    assert "job_id" not in structlog.contextvars.get_contextvars()
