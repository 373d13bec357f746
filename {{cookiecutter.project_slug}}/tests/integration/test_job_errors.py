"""Errors of jobs: which are followed by another try, and which make a dead letter."""

import os
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import JobStatus
from app.core.exceptions import DatabaseUnavailableError
from app.crud.product import product_crud
from app.tasks.run import LONGEST_ERROR, Run
from app.tasks.runner import run_job
from tests.factories import make_product, read_job
from tests.integration.job_functions import Define, PassingError, run_now, stock_of

pytestmark = pytest.mark.usefixtures("committed")


def raising(error: Exception) -> Callable[[Run], Awaitable[None]]:
    """Make a job's function that raises an error."""

    async def fail(_: Run) -> None:
        raise error

    return fail


async def test_an_error_that_may_pass_is_followed_by_another_try_after_a_pause(
    define: Define,
) -> None:
    job = await define(raising(PassingError("not now")))

    failed = await run_now(job)

    assert (failed.status, failed.attempt) == (JobStatus.RETRYING, 1)
    assert failed.error == "PassingError: not now"
    assert failed.publish_at == failed.due_at
    assert utc_now() - timedelta(seconds=10) < failed.due_at < utc_now() + timedelta(seconds=2)
    assert failed.finished_at is None


async def test_a_try_before_the_pause_is_over_is_none(
    define: Define, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tasks.runner.pause", lambda _: 60)
    job = await define(raising(PassingError("not now")))
    await run_job(job.id)

    await run_job(job.id)

    assert (await read_job(job)).attempt == 1


async def test_the_last_try_makes_a_dead_letter_and_there_is_none_after_it(define: Define) -> None:
    job = await define(raising(PassingError("not now")), tries=3)

    tries = [await run_now(job) for _ in range(4)]

    assert [(found.status, found.attempt) for found in tries] == [
        (JobStatus.RETRYING, 1),
        (JobStatus.RETRYING, 2),
        (JobStatus.FAILED, 3),
        (JobStatus.FAILED, 3),
    ]
    assert tries[-1].publish_at is None
    assert tries[-1].finished_at is not None


async def test_a_job_that_succeeds_at_its_second_try_forgets_the_error_of_the_first(
    define: Define,
) -> None:
    async def fail_first(run: Run) -> None:
        if run.job.attempt == 1:
            raise PassingError

    job = await define(fail_first)

    failed, done = await run_now(job), await run_now(job)

    assert (failed.status, failed.error) == (JobStatus.RETRYING, "PassingError: ")
    assert (done.status, done.attempt, done.error) == (JobStatus.DONE, 2, None)


async def test_any_other_error_makes_a_dead_letter_at_once(define: Define) -> None:
    dead = await run_now(await define(raising(ValueError("poison"))))

    assert (dead.status, dead.attempt, dead.error) == (JobStatus.FAILED, 1, "ValueError: poison")
    assert dead.publish_at is None
    assert dead.finished_at is not None


async def test_a_database_that_is_away_may_come_back(define: Define) -> None:
    failed = await run_now(await define(raising(DatabaseUnavailableError())))

    assert failed.status == JobStatus.RETRYING


async def test_an_error_leaves_undone_what_its_transaction_wrote(define: Define) -> None:
    product = await make_product(stock=0)

    async def add_and_fail(run: Run) -> None:
        async def effect(db: DbSession) -> None:
            await product_crud.return_stock(db, product.id, 1)
            raise PassingError

        await run.finish(effect=effect)

    failed = await run_now(await define(add_and_fail))

    assert failed.status == JobStatus.RETRYING
    assert await stock_of(product) == 0


@pytest.mark.parametrize("text", ["x" * 5_000, "\x00", "\ud800", "ж" * 5_000])
async def test_an_error_of_any_text_is_kept_as_far_as_it_fits(define: Define, text: str) -> None:
    dead = await run_now(await define(raising(ValueError(text))))

    assert dead.status == JobStatus.FAILED
    assert dead.error is not None
    assert dead.error.startswith("ValueError: ")
    assert len(dead.error) <= LONGEST_ERROR


async def test_a_try_that_takes_too_long_is_stopped_and_counted(define: Define) -> None:
    async def compute_for_long(run: Run) -> None:
        await run.compute(time.sleep, 60)

    start = time.monotonic()
    failed = await run_now(await define(compute_for_long, seconds=0.2))

    assert (failed.status, failed.attempt) == (JobStatus.RETRYING, 1)
    assert (failed.error or "").startswith("TimeoutError")
    assert time.monotonic() - start < 30


async def test_a_process_that_leaves_while_it_computes_costs_a_try_and_no_more(
    define: Define,
) -> None:
    async def leave_first(run: Run) -> None:
        if run.job.attempt == 1:
            await run.compute(os._exit, 3)
        assert await run.compute(abs, -1) == 1

    job = await define(leave_first)

    failed, done = await run_now(job), await run_now(job)

    assert failed.status == JobStatus.RETRYING
    assert (failed.error or "").startswith("BrokenWorkerProcess")
    assert (done.status, done.attempt) == (JobStatus.DONE, 2)
