"""Old jobs and webhooks are deleted."""

from datetime import timedelta
from typing import Any

import pytest

from app.config import settings
from app.core.clock import utc_now
from app.core.enums import JobStatus, WebhookStatus
from app.crud.callback import callback_crud
from app.crud.file import file_crud
from app.crud.job import job_crud
from app.crud.webhook import webhook_event_crud
from app.models.job import Job
from app.models.webhook import WebhookEvent
from app.services.file_service import FileContent
from app.services.webhook_service import BODY
from app.tasks import maintenance
from tests.factories import make_delivery, make_job, make_user, make_webhook_event, unit_of_work
from tests.integration.job_functions import run_now
from tests.integration.world import store

pytestmark = pytest.mark.usefixtures("committed")


async def make_ended(days_ago: float, status: JobStatus = JobStatus.DONE) -> Job:
    """Make a job with a file that ended so many days ago."""
    finished_at = utc_now() - timedelta(days=days_ago)
    job = await make_job(status=status, publish_at=None, finished_at=finished_at)
    await store(job.id, "sales.csv", FileContent("text/csv", b"day"))
    return job


async def is_there(job: Job) -> bool:
    """Tell whether a job is there; its file is where it is."""
    async with unit_of_work() as db:
        found = await job_crud.get(db, job.id) is not None
        assert (await file_crud.find(db, job.id, "sales.csv") is not None) == found
    return found


async def test_what_ended_so_many_days_ago_goes_with_its_files_and_what_failed_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "job_days", 3)
    old = [await make_ended(3.1, status) for status in (JobStatus.DONE, JobStatus.CANCELLED)]
    recent, failed = await make_ended(2.9), await make_ended(400, JobStatus.FAILED)

    done = await run_now(await make_job(name="delete_old_jobs"))

    counts = {"jobs": 2, "webhooks": 0}
    assert (done.status, done.result) == (JobStatus.DONE, {"counts": counts, "files": []})
    assert [await is_there(job) for job in (*old, recent, failed)] == [False, False, True, True]


async def test_a_job_that_goes_takes_its_callbacks_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "job_days", 3)
    owner = await make_user()
    finished_at = utc_now() - timedelta(days=4)
    ended: dict[str, Any] = {"status": JobStatus.DONE, "publish_at": None}
    old = await make_job(owner, finished_at=finished_at, **ended)
    recent = await make_job(owner, finished_at=utc_now(), **ended)
    gone, kept = [await make_delivery(job) for job in (old, recent)]

    await run_now(await make_job(name="delete_old_jobs"))

    async with unit_of_work() as db:
        assert await callback_crud.get(db, gone.id) is None
        assert await callback_crud.get(db, kept.id) is not None


async def test_all_go_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "AT_ONCE", 2)
    old = [await make_ended(400) for _ in range(5)]

    done = await run_now(await make_job(name="delete_old_jobs"))

    assert done.result == {"counts": {"jobs": 5, "webhooks": 0}, "files": []}
    assert [await is_there(job) for job in old] == [False] * 5


async def test_webhooks_go_after_their_days_with_their_bodies_but_what_waits_or_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "webhook_days", 3)
    monkeypatch.setattr(maintenance, "AT_ONCE", 2)
    old, recent = (utc_now() - timedelta(days=days) for days in (3.1, 2.9))
    events = {
        status: await make_webhook_event(status=status, created_at=old) for status in WebhookStatus
    }
    newer = await make_webhook_event(created_at=recent)

    done = await run_now(await make_job(name="delete_old_jobs"))

    left = {status for status, event in events.items() if await is_stored(event)}
    assert done.result == {"counts": {"jobs": 0, "webhooks": 3}, "files": []}
    assert left == {WebhookStatus.RECEIVED, WebhookStatus.FAILED}
    assert await is_stored(newer)


async def is_stored(event: WebhookEvent) -> bool:
    """Tell whether an event is there; its body is where it is."""
    async with unit_of_work() as db:
        found = await webhook_event_crud.get(db, event.id) is not None
        assert (await file_crud.find(db, event.id, BODY) is not None) == found
    return found
