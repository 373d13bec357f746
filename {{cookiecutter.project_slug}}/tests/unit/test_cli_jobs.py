"""Commands for jobs that failed for good."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app import cli
from app.core.enums import JobStatus
from app.core.exceptions import JobNotFoundError, JobStatusError
from app.models.job import Job
from tests.factories import make_job, read_job
from tests.process import run_python
from tests.unit.test_cli import type_in

pytestmark = pytest.mark.usefixtures("committed")

ENDED = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


async def make_dead_job(error: str = "ValueError: poison") -> Job:
    """Make a job that failed at its last try."""
    return await make_job(
        status=JobStatus.FAILED, attempt=5, error=error, publish_at=None, finished_at=ENDED
    )


async def test_what_failed_for_good_is_shown_a_line_each_the_newest_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "LINES_AT_ONCE", 2)
    await make_job()
    jobs = [await make_dead_job(f"ValueError: {number}\nand more") for number in range(5)]
    capsys.readouterr()

    await type_in("dead-jobs")

    assert capsys.readouterr().out.splitlines() == [
        f"{job.id}  2026-03-01 12:30  sync_products  ValueError: {number}"
        for number, job in reversed([*enumerate(jobs)])
    ]


async def test_a_failed_job_is_queued_again_with_all_its_tries() -> None:
    job = await make_dead_job()

    await type_in("retry-job", str(job.id))

    stored = await read_job(job)
    assert (stored.status, stored.attempt) == (JobStatus.QUEUED, 0)


async def test_a_failed_job_is_given_up() -> None:
    job = await make_dead_job()

    await type_in("discard-job", str(job.id))

    assert (await read_job(job)).status == JobStatus.CANCELLED


@pytest.mark.parametrize("command", ["retry-job", "discard-job"])
async def test_what_has_not_failed_is_refused_and_stays_as_it_is(command: str) -> None:
    job = await make_job(status=JobStatus.DONE)

    with pytest.raises(JobStatusError):
        await type_in(command, str(job.id))
    with pytest.raises(JobNotFoundError):
        await type_in(command, str(uuid4()))

    assert (await read_job(job)).status == JobStatus.DONE


def test_a_refusal_is_one_line_with_exit_status_1() -> None:
    done = run_python("-m", "app.cli", "retry-job", str(uuid4()))

    assert (done.returncode, done.stderr) == (1, "Job not found.\n")
