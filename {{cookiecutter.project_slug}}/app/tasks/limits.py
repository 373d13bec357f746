"""Whether the time limits of the jobs and those of the queue fit together."""

import sys

from app.core.jobs import BEAT_SECONDS, JOBS, LEASE_SECONDS


def check_limits(visible_after_seconds: float) -> None:
    """End the process with one line if a message could come back while its job still runs.

    `visible_after_seconds` is when the queue takes a worker that it does not hear of for dead.
    """
    longest = max(JOBS, key=lambda name: JOBS[name].time_limit_seconds)
    if JOBS[longest].time_limit_seconds >= visible_after_seconds:
        sys.exit(
            f"{longest}: its time limit must be below {visible_after_seconds:.0f} seconds, after "
            "which the queue gives it to another worker; shorten it in app/core/jobs.py"
        )
    if BEAT_SECONDS * 2 > LEASE_SECONDS:
        sys.exit("LEASE_SECONDS must be at least twice BEAT_SECONDS; see app/core/jobs.py")
