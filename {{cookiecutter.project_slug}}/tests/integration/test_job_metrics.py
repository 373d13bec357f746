"""Metrics of jobs, as whoever watches the service reads them."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.tasks.metrics import measure
from app.tasks.run import NotDoneYetError, Run
from dev.valkey import free_port
from tests.factories import make_job
from tests.integration.job_functions import NAME, Define, PassingError, move, run_now
from tests.metrics import shown
from tests.process import run_python

SHOW = """
from urllib.request import urlopen
from app.core.metrics import serve_metrics
from app.tasks.metrics import RUNS

RUNS.labels("sync_products", "done").inc()
serve_metrics({port})
print(urlopen("http://127.0.0.1:{port}/metrics").read().decode())
"""


def outcomes() -> dict[str, float]:
    """Return how many runs of a test's job ended in which way."""
    words = ("done", "retrying", "failed", "goes_on")
    return {word: shown("jobs_runs_total", job=NAME, outcome=word) for word in words}


async def test_runs_are_counted_by_outcome_and_timed(committed: None, define: Define) -> None:
    async def work(run: Run) -> None:
        match run.job.runs:
            case 1:
                raise PassingError
            case 2:
                raise NotDoneYetError
            case 3:
                await run.finish()
            case 4:
                raise ValueError

    before, timed = outcomes(), shown("jobs_run_seconds_count", job=NAME)

    job = await define(work)
    for _ in range(4):
        await run_now(job)
        await move(job, status=JobStatus.QUEUED)

    counted = {word: count - before[word] for word, count in outcomes().items()}
    assert counted == {"done": 1, "retrying": 1, "failed": 1, "goes_on": 1}
    assert shown("jobs_run_seconds_count", job=NAME) == timed + 4


async def test_jobs_that_wait_run_or_failed_are_counted_with_the_age_of_the_oldest(
    committed: None,
) -> None:
    now = utc_now()
    for seconds, status in [(-90, JobStatus.QUEUED), (-30, JobStatus.RETRYING), (60, "queued")]:
        await make_job(due_at=now + timedelta(seconds=seconds), status=status)
    for status in (JobStatus.RUNNING, JobStatus.FAILED, JobStatus.FAILED, JobStatus.DONE):
        await make_job(status=status)

    await measure()

    counts = {
        status: shown("jobs_unfinished", job="sync_products", status=status)
        for status in ("queued", "retrying", "running")
    }
    assert counts == {"queued": 2, "retrying": 1, "running": 1}
    assert shown("jobs_dead_letters", job="sync_products") == 2
    assert shown("jobs_oldest_waiting_seconds", job="sync_products") == pytest.approx(90, abs=20)
    assert shown("jobs_oldest_waiting_seconds", job="process_image") == 0


async def test_what_is_over_is_not_shown_any_longer(committed: None) -> None:
    job = await make_job(name="process_image", due_at=utc_now() - timedelta(minutes=5))
    await measure()
    before = waiting("process_image")

    await move(job, status=JobStatus.DONE)
    await measure()

    assert before[0] == 1
    assert before[1] == pytest.approx(300, abs=20)
    assert waiting("process_image") == (0, 0)


def waiting(job: str) -> tuple[float, float]:
    """Return how many jobs wait, and the age of the oldest."""
    count = shown("jobs_unfinished", job=job, status="queued")
    return count, shown("jobs_oldest_waiting_seconds", job=job)


def test_metrics_are_shown_at_a_port(tmp_path: Path) -> None:
    show = SHOW.format(port=free_port())

    done = run_python("-c", show, PROMETHEUS_MULTIPROC_DIR=str(tmp_path))

    assert 'jobs_runs_total{job="sync_products",outcome="done"} 1.0' in done.stdout, done.stderr
