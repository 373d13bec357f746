"""Jobs that no database knows."""

from types import SimpleNamespace
from typing import Any, cast

from app.core.enums import JobStatus
from app.models.job import Job


def job_with(**fields: Any) -> Job:
    """Return what a running job at its first of five tries shows to those who decide about it."""
    known = {"name": "sync_products", "status": JobStatus.RUNNING, "publications": 0}
    known |= {"attempt": 1, "max_attempts": 5}
    return cast("Job", SimpleNamespace(**(known | fields)))
