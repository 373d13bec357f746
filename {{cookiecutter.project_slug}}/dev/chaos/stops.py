"""Workers are told to stop while they work, as each deployment does."""

import asyncio
from signal import Signals

from app.core.enums import JobStatus
from app.models.job import Job
from dev.chaos.effects import SUCCEEDED, count, queue_piece, read, wait_until
from dev.chaos.jobs import BOTH_KINDS
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import RUNNERS, all_kept, kept

PAUSE_SECONDS = 2
HAND_BACK_BOUND = 10


async def stop_again_and_again(scale: Scale) -> Outcome:
    """Send SIGTERM every two seconds against a job that takes longer; it is never failed."""
    seconds = 1.5 * scale.stops * PAUSE_SECONDS / 2
    faults: set[str] = set()
    async with all_kept() as processes:
        queued = [await queue_piece(name, seconds=seconds) for name in BOTH_KINDS]
        for each in queued:
            await wait_until(each.job, JobStatus.RUNNING)
        for _ in range(scale.stops):
            await asyncio.sleep(PAUSE_SECONDS)
            for process in processes[: len(RUNNERS)]:
                process.send(Signals.SIGTERM)
            jobs = [await read(each.job) for each in queued]
            faults |= {f"{job.status} at attempt {job.attempt}" for job in jobs if is_bad(job)}
        done = [await wait_until(each.job, SUCCEEDED) for each in queued]
        faults |= {f"took {job.attempt} attempts" for job in done if job.attempt != 1}
        lost, doubled = await count(queued)
    return Outcome(scale.stops, lost, doubled, faults=tuple(faults))


def is_bad(job: Job) -> bool:
    """Tell whether a job was failed, or a try counted that a shutdown cut off."""
    return job.status == JobStatus.FAILED or job.attempt > 1


async def hand_back(scale: Scale) -> Outcome:
    """Stop a worker that has no time for its job: another one begins it, and it was no attempt."""
    faults, worst, all_queued = set(), 0.0, []
    async with kept(SHUTDOWN_SECONDS="0.5") as processes:
        for number in range(scale.rounds):
            queued = await queue_piece(BOTH_KINDS[number % 2], seconds=4)
            all_queued.append(queued)
            before = await wait_until(queued.job, JobStatus.RUNNING)
            for process in processes[: len(RUNNERS)]:
                process.send(Signals.SIGTERM)
            start = asyncio.get_running_loop().time()
            while (job := await read(queued.job)).runs == before.runs:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.05)
            worst = max(worst, asyncio.get_running_loop().time() - start)
            if job.attempt != 1:
                faults.add(f"began attempt {job.attempt}")
            await wait_until(queued.job, SUCCEEDED)
        lost, doubled = await count(all_queued)
    return Outcome(
        scale.rounds, lost, doubled, worst, HAND_BACK_BOUND * scale.patience, tuple(faults)
    )
