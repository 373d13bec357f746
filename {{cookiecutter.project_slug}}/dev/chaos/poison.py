"""Jobs that cannot succeed, and others beside them that do."""

import asyncio

from app.core.clock import utc_now
from app.core.jobs import REPUBLISH_SECONDS
from app.models.job import Job
from dev.chaos.effects import FAILED, SUCCEEDED, Queued, count, queue, queue_piece, read, wait_until
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import ALL, RUNNERS, kept
from dev.workers import WORKERS

POISONS = ("fail", "fail_for_now", "leave", "leave_computing", "hang")
PAUSE_SECONDS = 0.2
# Without a queue, what a process had taken on is gone with it until a relay publishes it again.
BOUND_SECONDS = 2 if WORKERS else 2 + REPUBLISH_SECONDS
MOST_ATTEMPTS = 5
PATIENCE_SECONDS = 200


async def poison(scale: Scale) -> Outcome:
    """Queue poison among good jobs: it becomes dead letters, and 95 % of the others start soon."""
    commands = [*ALL, *RUNNERS]
    async with kept(*commands):
        await wait_until((await queue_piece()).job, SUCCEEDED)
        bad = [await queue(name) for name in POISONS]
        good = await flow(scale.seconds, bad)
        dead = [await wait_until(job, FAILED, SUCCEEDED, seconds=PATIENCE_SECONDS) for job in bad]
        ended = [await wait_until(each.job, SUCCEEDED, FAILED) for each in good]
        lost, doubled = await count(good)
    faults = [f"{job.name}: {job.status} after {job.attempt}" for job in dead if not is_dead(job)]
    faults += [f"{job.name}: {job.error}" for job in ended if job.status == FAILED]
    bound = BOUND_SECONDS * scale.patience
    return Outcome(len(good), lost, doubled, start_delay(ended), bound, tuple(faults))


async def flow(seconds: int, bad: list[Job]) -> list[Queued]:
    """Queue good jobs one after the other, at least as long as there is poison to be tried."""
    good: list[Queued] = []
    while len(good) * PAUSE_SECONDS < seconds or not await all_dead(bad, good):
        good.append(await queue_piece())
        await asyncio.sleep(PAUSE_SECONDS)
    return good


async def all_dead(bad: list[Job], good: list[Queued]) -> bool:
    """Tell whether all poison has been given up; also when that takes too long."""
    if len(good) * PAUSE_SECONDS > PATIENCE_SECONDS:
        return True
    return all([(await read(job)).status == FAILED for job in bad])


def is_dead(job: Job) -> bool:
    """Tell whether a bad job was given up in time."""
    return job.status == FAILED and job.attempt <= MOST_ATTEMPTS


def start_delay(jobs: list[Job]) -> float:
    """Return within how many seconds 95 % of the jobs have begun."""
    delays = sorted(
        ((job.started_at or utc_now()) - job.created_at).total_seconds() for job in jobs
    )
    return delays[int(len(delays) * 0.95)]
