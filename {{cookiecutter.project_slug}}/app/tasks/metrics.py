"""Metrics of background work, the same whichever queue is behind it."""

from datetime import datetime
from functools import partial
from typing import Final

from app.config import settings
from app.core.clock import utc_now
from app.core.database import in_transaction
from app.core.enums import WAITING, JobStatus, WebhookStatus
from app.core.jobs import JOBS
from app.core.metrics import Counter, Gauge, Histogram
from app.crud.job import job_crud
from app.crud.webhook import webhook_event_crud

SECONDS_OF_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)
LATEST: Final = "livemostrecent"

RUNS = Counter("jobs_runs", "Runs that ended, by how", ["job", "outcome"])
SECONDS = Histogram("jobs_run_seconds", "How long runs took", ["job"], buckets=SECONDS_OF_BUCKETS)
UNFINISHED = Gauge("jobs_unfinished", "Jobs by state", ["job", "status"], multiprocess_mode=LATEST)
OLDEST = Gauge(
    "jobs_oldest_waiting_seconds", "How long one has been due", ["job"], multiprocess_mode=LATEST
)
DEAD = Gauge("jobs_dead_letters", "Jobs that failed for good", ["job"], multiprocess_mode=LATEST)
# What is done is no worry of anybody.
WEBHOOK_STATUSES = (WebhookStatus.RECEIVED, WebhookStatus.UNKNOWN, WebhookStatus.FAILED)
WEBHOOKS = Gauge(
    "webhook_events", "Webhooks by state", ["source", "status"], multiprocess_mode=LATEST
)


async def measure() -> None:
    """Count the jobs and the webhooks in the database."""
    await measure_jobs()
    await measure_webhooks()


async def measure_jobs() -> None:
    """Count the jobs."""
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


async def measure_webhooks() -> None:
    """Count the webhooks that wait, failed, or are of a type that nothing handles."""
    counts = await in_transaction(partial(webhook_event_crud.count, statuses=WEBHOOK_STATUSES))
    for source in settings.webhook_secrets:
        for status in WEBHOOK_STATUSES:
            WEBHOOKS.labels(source, status).set(counts.get((source, status), 0))


def age(due_at: datetime, now: datetime) -> float:
    """Return for how many seconds a job has been due; 0 if it is not."""
    return max(0.0, (now - due_at).total_seconds())
