"""What a worker decides about a job that failed or that it hands back."""

from datetime import timedelta
from typing import Any

import pytest
from aiosmtplib import SMTPServerDisconnected
from anyio import BrokenWorkerProcess

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.core.exceptions import DatabaseUnavailableError, UpstreamError
from app.core.jobs import LONGEST_RETRY_SECONDS, RETRY_SECONDS
from app.tasks.runner import after_error, handed_back, pause
from tests.unit.tasks.jobs import job_with

ALWAYS = [
    DatabaseUnavailableError(),
    TimeoutError(),
    BrokenWorkerProcess(),
    ProcessLookupError(),
]
PASSING = [
    *[(name, error) for name in ("generate_report", "sync_products") for error in ALWAYS],
    ("sync_products", UpstreamError()),
    ("send_bulk_emails", SMTPServerDisconnected("gone")),
]
LASTING = [
    ("generate_report", UpstreamError()),
    ("process_image", SMTPServerDisconnected("gone")),
    ("sync_products", ValueError()),
    ("send_bulk_emails", ConnectionError()),
]


@pytest.mark.parametrize(("name", "error"), PASSING)
def test_an_error_that_may_pass_has_the_job_tried_again_but_for_the_last_time(
    name: str, error: Exception
) -> None:
    tries = [after_error(job_with(name=name, attempt=attempt), error) for attempt in (1, 4, 5)]

    assert [changes["status"] for changes in tries] == ["retrying", "retrying", "failed"]
    assert [changes["publish_at"] is None for changes in tries] == [False, False, True]


@pytest.mark.parametrize(("name", "error"), LASTING)
def test_an_error_of_another_kind_ends_the_job(name: str, error: Exception) -> None:
    changes = after_error(job_with(name=name), error)

    assert (changes["status"], changes["publish_at"]) == (JobStatus.FAILED, None)


@pytest.mark.parametrize("attempt", [1, 2, 3, 5, 6, 30, 2_000])
def test_pauses_are_spread_evenly_below_a_bound_that_doubles_up_to_the_longest(
    attempt: int,
) -> None:
    bound = min(LONGEST_RETRY_SECONDS, RETRY_SECONDS * 2**attempt)

    pauses = [pause(attempt) for _ in range(1_000)]

    assert 0 <= min(pauses) < 0.1 * bound
    assert 0.9 * bound < max(pauses) <= bound
    assert sum(pauses) / len(pauses) == pytest.approx(bound / 2, rel=0.15)


def test_a_retry_is_published_when_its_pause_is_over() -> None:
    changes = after_error(job_with(name="sync_products", attempt=3), UpstreamError())

    assert utc_now() - timedelta(seconds=5) < changes["due_at"]
    assert changes["due_at"] <= utc_now() + timedelta(seconds=RETRY_SECONDS * 2**3)
    assert (changes["publish_at"], changes["publications"]) == (changes["due_at"], 0)


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        (1, {"status": JobStatus.QUEUED, "attempt": 0}),
        (2, {"status": JobStatus.RETRYING, "attempt": 1}),
        (5, {"status": JobStatus.RETRYING, "attempt": 4}),
    ],
)
def test_a_job_that_is_handed_back_is_as_it_was_before_and_due_at_once(
    attempt: int, expected: dict[str, Any]
) -> None:
    changes = dict(handed_back(job_with(attempt=attempt)))

    due_at = changes.pop("due_at")
    assert due_at <= utc_now()
    assert changes == expected | {"publish_at": due_at, "publications": 0}
