"""A worker does not start when its limits contradict those of the queue."""

import pytest

from app.core.jobs import BEAT_SECONDS, JOBS, LEASE_SECONDS, JobKind, JobSpec
from app.tasks.limits import check_limits
from app.tasks.registry import FUNCTIONS

LONGEST = max(spec.time_limit_seconds for spec in JOBS.values())


def test_limits_that_fit_are_fine() -> None:
    check_limits(LONGEST + 1)


@pytest.mark.parametrize("visible_after", [LONGEST + 0.5, LONGEST, 1])
def test_a_job_that_may_take_longer_than_the_queue_waits_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, visible_after: float
) -> None:
    monkeypatch.setitem(JOBS, "too_long", JobSpec(JobKind.IO, LONGEST + 0.5))

    with pytest.raises(SystemExit, match=r"^too_long: .* app/core/jobs.py$"):
        check_limits(visible_after)


def test_a_lease_that_one_lost_beat_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tasks.limits.LEASE_SECONDS", BEAT_SECONDS * 1.9)

    with pytest.raises(SystemExit, match="LEASE_SECONDS"):
        check_limits(LONGEST + 1)


def test_what_the_service_ships_with_fits() -> None:
    assert LEASE_SECONDS >= 2 * BEAT_SECONDS
    assert set(FUNCTIONS) == set(JOBS)
    usual = [spec for spec in JOBS.values() if not spec.pauses_seconds]
    assert max(spec.max_attempts for spec in usual) <= 5
    assert len(JOBS) - len(usual) == 1
