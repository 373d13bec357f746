"""Metrics of background work, the same whichever queue is behind it."""

from datetime import datetime
from typing import Final

from app.core.clock import utc_now
from app.core.database import in_transaction
from app.core.enums import WAITING, JobStatus
from app.core.jobs import JOBS
from app.core.metrics import Counter, Gauge, Histogram
from app.crud.job import job_crud

SECONDS_OF_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)
LATEST: Final = "livemostrecent"

RUNS = Counter("jobs_runs", "Runs that ended, by how", ["job", "outcome"])
SECONDS = Histogram("jobs_run_seconds", "How long runs took", ["job"], buckets=SECONDS_OF_BUCKETS)
UNFINISHED = Gauge("jobs_unfinished", "Jobs by state", ["job", "status"], multiprocess_mode=LATEST)
OLDEST = Gauge(
    "jobs_oldest_waiting_seconds", "How long one has been due", ["job"], multiprocess_mode=LATEST
)
DEAD = Gauge("jobs_dead_letters", "Jobs that failed for good", ["job"], multiprocess_mode=LATEST)


async def measure() -> None:
    """Count the jobs in the database."""
    rows = await in_transaction(job_crud.depths)
    counts = {(name, status): (count, due_at) for name, status, count, due_at in rows}
    now = utc_now()
    never = (0, now)
    for name in JOBS:
        for status in (*WAITING, JobStatus.RUNNING):
            UNFINISHED.labels(name, status).set(counts.get((name, status), never)[0])
        DEAD.labels(name).set(counts.get((name, JobStatus.FAILED), never)[0])
        OLDEST.labels(name).set(
            max(age(counts.get((name, status), never)[1], now) for status in WAITING)
        )


def age(due_at: datetime, now: datetime) -> float:
    """Return for how many seconds a job has been due; 0 if it is not."""
    return max(0.0, (now - due_at).total_seconds())
