"""The relay: what it publishes, when, and that nothing is lost when it or the queue fails."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.core import queue
from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.core.jobs import JOBS, LONGEST_REPUBLISH_SECONDS, REPUBLISH_SECONDS
from app.models.job import Job
from app.tasks import relay
from app.tasks.relay import WORKER_DIED, publish_due
from app.tasks.runner import run_job
from tests.factories import make_job, make_product, read_job
from tests.integration.job_functions import Define, Gate, move, stock_of
from tests.integration.messages import Message

pytestmark = pytest.mark.usefixtures("committed")


def seconds_left(job: Job) -> float:
    """Return after how many seconds the relay looks at a job again."""
    assert job.publish_at is not None
    return (job.publish_at - utc_now()).total_seconds()


async def let_lapse(job: Job) -> None:
    """Let the time come at which a job is published, or its worker is taken for dead."""
    await move(job, publish_at=utc_now())


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RETRYING])
async def test_a_job_that_waits_and_is_due_is_published_with_its_name(
    messages: list[Message], status: JobStatus
) -> None:
    job = await make_job(status=status)

    more = await publish_due()

    assert [(message.job, message.job_id) for message in messages] == [(job.name, job.id)]
    assert (await read_job(job)).status == status
    assert not more


async def test_a_job_that_was_published_is_so_again_later_and_later_under_other_names(
    messages: list[Message],
) -> None:
    job = await make_job()
    pauses = []

    for _ in range(8):
        await let_lapse(job)
        await publish_due()
        await publish_due()
        pauses.append(seconds_left(await read_job(job)))

    bounds = [min(REPUBLISH_SECONDS * 2**number, LONGEST_REPUBLISH_SECONDS) for number in range(8)]
    assert bounds[-1] == LONGEST_REPUBLISH_SECONDS
    assert pauses == pytest.approx(bounds, abs=10)
    assert len({message.name for message in messages}) == len(messages) == 8


@pytest.mark.parametrize(
    "status", [JobStatus.RUNNING, JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED]
)
async def test_a_job_that_runs_under_its_lease_or_has_ended_is_left_alone(
    messages: list[Message], status: JobStatus
) -> None:
    later = utc_now() + timedelta(seconds=5) if status == JobStatus.RUNNING else None
    job = await make_job(status=status, attempt=1, publish_at=later)

    await publish_due()

    assert messages == []
    assert (await read_job(job)).status == status


async def test_a_job_of_a_newer_release_is_left_to_its_relays_and_comes_no_later(
    messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await make_job()
    with monkeypatch.context() as older:
        older.delitem(JOBS, job.name)
        await publish_due()
    left = await read_job(job)

    await publish_due()

    assert (left.publish_at, left.publications) == (job.publish_at, 0)
    assert [message.job_id for message in messages] == [job.id]


async def test_a_job_of_a_dead_worker_is_tried_again(messages: list[Message]) -> None:
    job = await make_job(status=JobStatus.RUNNING, attempt=1, runs=1)

    await publish_due()

    stored = await read_job(job)
    assert [message.job_id for message in messages] == [job.id]
    assert (stored.status, stored.attempt, stored.error) == (JobStatus.RETRYING, 1, WORKER_DIED)


async def test_a_job_that_took_its_workers_with_it_at_every_try_is_a_dead_letter(
    messages: list[Message], caplog: pytest.LogCaptureFixture
) -> None:
    job = await make_job(status=JobStatus.RUNNING, attempt=5, runs=9)

    await publish_due()

    stored = await read_job(job)
    assert messages == []
    assert (stored.status, stored.error) == (JobStatus.FAILED, WORKER_DIED)
    assert (stored.publish_at, stored.finished_at is None) == (None, False)
    assert str(job.id) in caplog.text


async def test_a_worker_that_was_taken_for_dead_cannot_finish_what_another_has_begun(
    define: Define, silent: None, messages: list[Message]
) -> None:
    gate = Gate(await make_product(stock=0))
    job = await define(gate)
    first = await gate.begin(job)

    await let_lapse(job)
    await publish_due()
    gate.may_go_on.set()
    await first
    stock_after_first = await stock_of(gate.product)
    await run_job(messages[0].job_id)

    assert stock_after_first == 0
    assert await stock_of(gate.product) == 1
    assert (await read_job(job)).status == JobStatus.DONE


async def test_jobs_that_the_queue_does_not_take_are_published_the_next_time(
    messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [await make_job() for _ in range(3)]
    take = queue.enqueue
    failures = 2

    async def enqueue(job: str, job_id: UUID, message: str) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise ConnectionError
        await take(job, job_id, message)

    monkeypatch.setattr(queue, "enqueue", enqueue)

    for _ in range(2):
        with pytest.raises(ConnectionError):
            await publish_due()
        assert messages == []
        for job in jobs:
            await let_lapse(job)
    await publish_due()

    assert sorted(message.job_id for message in messages) == sorted(job.id for job in jobs)


async def test_a_relay_with_more_to_do_than_it_takes_at_a_time_says_so(
    messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "JOBS_AT_ONCE", 2)
    jobs = [await make_job() for _ in range(5)]

    more = [await publish_due() for _ in range(3)]

    assert more == [True, True, False]
    assert sorted(message.job_id for message in messages) == sorted(job.id for job in jobs)
