"""Runs that somebody stops: the owner, the worker's end, or another worker that has taken over."""

import asyncio
import time
from datetime import timedelta

import pytest

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.core.exceptions import DatabaseUnavailableError
from app.models.job import Job
from app.services.job_service import ended, job_service
from app.tasks.run import Run, RunLostError
from app.tasks.runner import run_job
from tests.factories import make_product, read_job, unit_of_work
from tests.integration.job_functions import Define, Gate, PassingError, stock_of

pytestmark = pytest.mark.usefixtures("committed")

SOON_SECONDS = 10


@pytest.fixture
def beating(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let workers say so often that they live that nobody waits for it; return how often."""
    monkeypatch.setattr("app.tasks.runner.BEAT_SECONDS", 0.05)
    return 0.05


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers never say that they live."""
    monkeypatch.setattr("app.tasks.runner.BEAT_SECONDS", 3_600)


async def move(job: Job, **changes: object) -> None:
    """Change a job behind its worker's back."""
    async with unit_of_work() as db:
        await job_service.move(db, job.id, list(JobStatus), changes)


async def make_gate() -> Gate:
    """Make a job's function that waits for the test."""
    return Gate(await make_product(stock=0))


async def test_a_job_that_its_owner_cancels_is_stopped_within_a_beat_and_has_no_effect(
    define: Define, beating: float
) -> None:
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)

    await move(job, **ended(JobStatus.CANCELLED))

    await asyncio.wait_for(running, SOON_SECONDS)
    stored = await read_job(job)
    assert gate.was_stopped
    assert (stored.status, stored.error, stored.result) == (JobStatus.CANCELLED, None, None)
    assert await stock_of(gate.product) == 0


async def test_a_process_that_computes_for_a_cancelled_job_is_killed(
    define: Define, beating: float
) -> None:
    begun = asyncio.Event()

    async def compute(run: Run) -> None:
        begun.set()
        await run.compute(time.sleep, 60)

    job = await define(compute)
    start = time.monotonic()
    running = asyncio.create_task(run_job(job.id))
    await begun.wait()

    await move(job, **ended(JobStatus.CANCELLED))

    await asyncio.wait_for(running, SOON_SECONDS)
    assert (await read_job(job)).status == JobStatus.CANCELLED
    assert time.monotonic() - start < 2 * SOON_SECONDS


async def test_what_a_cancelled_job_does_before_its_worker_knows_is_undone(
    define: Define, silent: None
) -> None:
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)
    await move(job, **ended(JobStatus.CANCELLED))

    gate.may_go_on.set()
    await running

    assert (await read_job(job)).status == JobStatus.CANCELLED
    assert await stock_of(gate.product) == 0


@pytest.mark.parametrize("cut", ["checkpoint", "beat"])
async def test_a_lost_run_can_write_nothing(define: Define, silent: None, cut: str) -> None:
    refused: list[str] = []

    async def write(run: Run) -> None:
        await move(run.job, **ended(JobStatus.CANCELLED))
        try:
            await (run.checkpoint(40) if cut == "checkpoint" else run.beat())
        except RunLostError:
            refused.append(cut)
            raise

    job = await define(write)
    await run_job(job.id)

    assert refused == [cut]
    assert (await read_job(job)).status == JobStatus.CANCELLED
    assert (await read_job(job)).progress == 0


async def test_an_error_of_a_cancelled_job_does_not_bring_it_back(
    define: Define, silent: None
) -> None:
    async def fail(run: Run) -> None:
        await move(run.job, **ended(JobStatus.CANCELLED))
        raise PassingError

    job = await define(fail)
    await run_job(job.id)

    stored = await read_job(job)
    assert (stored.status, stored.error, stored.publish_at) == (JobStatus.CANCELLED, None, None)


@pytest.mark.parametrize(
    ("attempt", "status"), [(0, JobStatus.QUEUED), (2, JobStatus.RETRYING)], ids=["first", "third"]
)
async def test_a_job_whose_worker_stops_is_handed_back_and_the_try_does_not_count(
    define: Define, attempt: int, status: JobStatus
) -> None:
    gate = await make_gate()
    job = await define(gate)
    await move(job, attempt=attempt)
    running = await gate.begin(job)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    stored = await read_job(job)
    assert gate.was_stopped
    assert (stored.status, stored.attempt, stored.runs) == (status, attempt, 1)
    assert stored.publish_at is not None
    assert max(stored.due_at, stored.publish_at) <= utc_now()
    assert stored.error is None


async def test_a_job_that_was_handed_back_runs_elsewhere_at_once(define: Define) -> None:
    gate = await make_gate()
    job = await define(gate, tries=1)
    for _ in range(3):
        running = await gate.begin(job)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        gate.begun.clear()

    gate.may_go_on.set()
    await run_job(job.id)

    assert ((await read_job(job)).status, await stock_of(gate.product)) == (JobStatus.DONE, 1)


async def test_a_run_that_was_taken_over_cannot_finish_and_what_it_did_is_undone(
    define: Define, silent: None
) -> None:
    gate = await make_gate()
    job = await define(gate)
    first = await gate.begin(job)
    await move(job, publish_at=utc_now() - timedelta(seconds=1))
    gate.begun.clear()
    second = await gate.begin(job)

    gate.may_go_on.set()
    await asyncio.gather(first, second)

    done = await read_job(job)
    assert (done.status, done.attempt, done.runs) == (JobStatus.DONE, 2, 2)
    assert await stock_of(gate.product) == 1


async def test_a_run_that_was_taken_over_is_stopped_within_a_beat(
    define: Define, beating: float
) -> None:
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)

    await move(job, runs=2)

    await asyncio.wait_for(running, SOON_SECONDS)
    stored = await read_job(job)
    assert gate.was_stopped
    assert (stored.status, stored.runs) == (JobStatus.RUNNING, 2)


async def test_a_worker_that_lives_prolongs_its_lease_and_nobody_takes_over(
    define: Define, beating: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tasks.run.LEASE_SECONDS", 20 * beating)
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)
    first_end = (await read_job(job)).publish_at

    await asyncio.sleep(30 * beating)
    await run_job(job.id)

    gate.may_go_on.set()
    await running
    done = await read_job(job)
    assert first_end is not None
    assert first_end < utc_now()
    assert (done.status, done.runs, await stock_of(gate.product)) == (JobStatus.DONE, 1, 1)


async def test_a_database_that_is_away_for_a_beat_stops_nothing(
    define: Define, beating: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = await make_gate()
    job = await define(gate)
    beats: list[Run] = []

    async def beat(run: Run) -> None:
        beats.append(run)
        if len(beats) > 2:
            gate.may_go_on.set()
        raise DatabaseUnavailableError

    monkeypatch.setattr(Run, "beat", beat)
    await run_job(job.id)

    assert ((await read_job(job)).status, await stock_of(gate.product)) == (JobStatus.DONE, 1)
