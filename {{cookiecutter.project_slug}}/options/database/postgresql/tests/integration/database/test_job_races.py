"""Relays that look for jobs at once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.core.clock import utc_now
from app.crud.job import job_crud
from app.models.job import Job
from tests.factories import make_job, unit_of_work


def step(_: Job) -> Mapping[str, Any]:
    """Have a job looked at later."""
    return {"publish_at": utc_now() + timedelta(hours=1)}


async def test_a_relay_passes_over_what_another_has_locked(committed: None) -> None:
    jobs = [await make_job() for _ in range(3)]

    async with unit_of_work() as one, unit_of_work() as other:
        first = await job_crud.take_due(one, 1, step)
        others = await job_crud.take_due(other, 100, step)

    assert len(first) == 1
    assert sorted(job.id for job in [*first, *others]) == sorted(job.id for job in jobs)
