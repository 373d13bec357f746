"""What the relay changes about a job whose time has come."""

from datetime import datetime
from typing import Any

import pytest

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.tasks.relay import WORKER_DIED, step
from tests.unit.tasks.jobs import job_with

RETRYING = {"status": JobStatus.RETRYING, "error": WORKER_DIED}


@pytest.mark.parametrize(
    ("fields", "pause", "changes"),
    [
        ({"status": JobStatus.QUEUED}, 20, {"publications": 1}),
        ({"status": JobStatus.QUEUED, "publications": 1}, 40, {"publications": 2}),
        ({"status": JobStatus.RETRYING, "publications": 3}, 160, {"publications": 4}),
        ({"status": JobStatus.RETRYING, "publications": 4}, 300, {"publications": 5}),
        ({"status": JobStatus.QUEUED, "publications": 900}, 300, {"publications": 901}),
        ({"status": JobStatus.RETRYING, "attempt": 5}, 20, {"publications": 1}),
        ({"attempt": 1}, 20, {"publications": 1} | RETRYING),
    ],
)
def test_what_waits_or_lost_its_worker_is_published_and_looked_at_again_later(
    fields: dict[str, Any], pause: float, changes: dict[str, Any]
) -> None:
    found = dict(step(job_with(**fields)))

    publish_at: datetime = found.pop("publish_at")
    assert (publish_at - utc_now()).total_seconds() == pytest.approx(pause, abs=5)
    assert found == changes


@pytest.mark.parametrize(("attempt", "longest"), [(2, 16), (3, 60), (4, 60)])
def test_what_lost_its_worker_again_begins_at_a_time_chosen_by_chance(
    attempt: int, longest: float
) -> None:
    job = job_with(attempt=attempt)

    pauses = {(step(job)["due_at"] - utc_now()).total_seconds() for _ in range(200)}

    assert len(pauses) > 190
    assert -1 < min(pauses) < longest / 4
    assert longest * 3 / 4 < max(pauses) <= longest
    found = dict(step(job))
    assert found.pop("due_at") == found.pop("publish_at")
    assert found == {"publications": 0} | RETRYING


@pytest.mark.parametrize(("attempt", "tries"), [(5, 5), (6, 5), (1, 1)])
def test_what_lost_its_worker_at_the_last_try_has_failed(attempt: int, tries: int) -> None:
    found = dict(step(job_with(attempt=attempt, max_attempts=tries)))

    assert (utc_now() - found.pop("finished_at")).total_seconds() < 5
    assert found == {"status": JobStatus.FAILED, "error": WORKER_DIED, "publish_at": None}
