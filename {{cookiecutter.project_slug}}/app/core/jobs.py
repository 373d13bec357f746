"""Background work by name: what kind it is, how long it may take, how often it is tried."""

from dataclasses import dataclass
from enum import StrEnum


class JobKind(StrEnum):
    """What a job spends its time on."""

    IO = "io"
    """It waits for others, on the event loop that it shares with other jobs."""
    CPU = "cpu"
    """It computes, in a process of its own."""


@dataclass(frozen=True)
class JobSpec:
    """What is known of a job before it runs; a try that takes longer than the limit fails.

    `pauses_seconds` are the pauses between its tries, where the usual ones are too short.
    """

    kind: JobKind
    time_limit_seconds: float
    max_attempts: int = 5
    pauses_seconds: tuple[float, ...] = ()


# Of callbacks: a receiver may be away for most of a day.
CALLBACK_PAUSES_SECONDS = (5, 60, 300, 1_800, 7_200, 21_600, 43_200)

JOBS = {
    "send_bulk_emails": JobSpec(JobKind.IO, time_limit_seconds=900),
    "generate_report": JobSpec(JobKind.CPU, time_limit_seconds=300),
    "sync_products": JobSpec(JobKind.IO, time_limit_seconds=120),
    "process_image": JobSpec(JobKind.CPU, time_limit_seconds=60),
    "deliver_callback": JobSpec(
        JobKind.IO,
        time_limit_seconds=30,
        max_attempts=len(CALLBACK_PAUSES_SECONDS) + 1,
        pauses_seconds=CALLBACK_PAUSES_SECONDS,
    ),
    "process_webhook": JobSpec(JobKind.IO, time_limit_seconds=30),
    "delete_old_jobs": JobSpec(JobKind.IO, time_limit_seconds=60),
}

# A worker that runs a job says so every `BEAT_SECONDS`; what was not heard of for `LEASE_SECONDS`
# is taken for dead, and its job runs elsewhere.
LEASE_SECONDS = 6
BEAT_SECONDS = 2

# A job that waits is published again after this time, then after twice as long, and so on: the
# queue may have lost it.
REPUBLISH_SECONDS = 20
LONGEST_REPUBLISH_SECONDS = 300

# Between tries: a time chosen by chance below a bound that doubles with each try.
RETRY_SECONDS = 1
LONGEST_RETRY_SECONDS = 60
# A pause of `pauses_seconds` is so much shorter or longer, by chance.
PAUSE_SPREAD = 0.2
