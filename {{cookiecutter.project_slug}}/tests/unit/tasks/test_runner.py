"""What a worker decides about a job that failed or that it hands back."""

from datetime import timedelta
from typing import Any

import pytest
from aiosmtplib import SMTPServerDisconnected
from anyio import BrokenWorkerProcess

from app.core.clock import utc_now
from app.core.enums import JobStatus
from app.core.exceptions import DatabaseUnavailableError
from app.core.integration_errors import UpstreamError
from app.core.jobs import CALLBACK_PAUSES_SECONDS, LONGEST_RETRY_SECONDS, RETRY_SECONDS
from app.tasks.callbacks import CallbackNotDeliveredError
from app.tasks.runner import after_error, handed_back, pause, pause_of
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


@pytest.mark.parametrize("attempt", range(1, 8))
def test_a_job_with_pauses_of_its_own_waits_about_so_long(attempt: int) -> None:
    usual = CALLBACK_PAUSES_SECONDS[attempt - 1]

    pauses = [pause_of(job_with(name="deliver_callback", attempt=attempt)) for _ in range(1_000)]

    assert 0.8 * usual <= min(pauses) < 0.85 * usual
    assert 1.15 * usual < max(pauses) <= 1.2 * usual


def test_a_receiver_that_took_nothing_is_called_again_when_the_jobs_own_pause_is_over() -> None:
    changes = after_error(
        job_with(name="deliver_callback", attempt=3, max_attempts=8), CallbackNotDeliveredError()
    )

    seconds = (changes["due_at"] - utc_now()).total_seconds()
    assert changes["status"] == JobStatus.RETRYING
    assert 0.75 * CALLBACK_PAUSES_SECONDS[2] < seconds <= 1.2 * CALLBACK_PAUSES_SECONDS[2]


def test_other_jobs_pause_as_before() -> None:
    pauses = [pause_of(job_with(name="sync_products", attempt=1)) for _ in range(100)]

    assert 0 <= min(pauses) <= max(pauses) <= RETRY_SECONDS * 2


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
