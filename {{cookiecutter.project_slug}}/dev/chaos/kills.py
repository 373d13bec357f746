"""Workers are killed in mid-job."""

import os
import time
from collections.abc import Awaitable, Callable, Sequence
from signal import Signals

from app.core.enums import JobStatus
from dev.chaos.effects import (
    FAILED,
    SUCCEEDED,
    Queued,
    count,
    queue_piece,
    wait_until,
)
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import RUNNERS, Kept, all_kept, children_of

WORKER_BOUND = 75
CHILD_BOUND = 10
# Long enough to be killed in the middle.
JOB_SECONDS = 2
KINDS = ("add_piece", "compute_piece")


async def kill_workers(scale: Scale) -> Outcome:
    """Kill each worker with all its processes; the job runs again, with one effect."""

    async def strike(runners: list[Kept]) -> None:
        for runner in runners:
            await runner.kill()

    return await kill_in_mid_job(scale, KINDS, strike, WORKER_BOUND)


async def kill_children(scale: Scale) -> Outcome:
    """Kill the processes that a worker has made, and not the worker."""

    async def strike(runners: list[Kept]) -> None:
        for runner in runners:
            for child in children_of(runner.process.pid if runner.process else 0):
                os.kill(child, Signals.SIGKILL)

    return await kill_in_mid_job(scale, ("compute_piece",), strike, CHILD_BOUND)


async def kill_in_mid_job(
    scale: Scale,
    kinds: Sequence[str],
    strike: Callable[[list[Kept]], Awaitable[None]],
    bound: float,
) -> Outcome:
    """Strike while jobs run, and see how long it takes until they are done."""
    done: list[Queued] = []
    worst = 0.0
    faults: list[str] = []
    async with all_kept() as processes:
        for _ in range(scale.rounds):
            queued = [await queue_piece(kind, seconds=JOB_SECONDS) for kind in kinds]
            for each in queued:
                await wait_until(each.job, JobStatus.RUNNING)
            start = time.monotonic()
            await strike(processes[: len(RUNNERS)])
            for each in queued:
                ended = await wait_until(each.job, SUCCEEDED, FAILED)
                if ended.status == FAILED:
                    faults.append(f"{ended.name} failed: {ended.error}")
            worst = max(worst, time.monotonic() - start - JOB_SECONDS)
            done += queued
        lost, doubled = await count(done)
    return Outcome(scale.rounds, lost, doubled, worst, bound * scale.patience, tuple(faults))
