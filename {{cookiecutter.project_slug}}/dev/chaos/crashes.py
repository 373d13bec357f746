"""Processes crash between the steps that a job takes."""

import asyncio
import sys
from functools import partial
from uuid import UUID

from app.core.database import in_transaction
from app.core.enums import UNFINISHED
from app.crud.job import job_crud
from app.crud.product import product_crud
from dev.chaos.effects import SUCCEEDED
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import PROJECT, all_kept

PATIENCE_SECONDS = 200

Crashed = list[tuple[UUID, UUID]]


async def crash_everywhere(scale: Scale) -> Outcome:
    """Crash at each point: what was committed has one effect, and what was not has none."""
    async with all_kept():
        undone = await crash("before_commit", scale.crashes)
        committed: Crashed = []
        for point in ("after_commit", "after_publish", "before_mark"):
            committed += await crash(point, scale.crashes)
        lost, doubled, faults = await count_when_ended(committed)
    ghosts = [job for job, _ in undone if await in_transaction(partial(job_crud.get, id=job))]
    if ghosts:
        faults.append(f"{len(ghosts)} jobs of transactions that were rolled back")
    return Outcome(len(undone) + len(committed), lost, doubled, faults=tuple(faults))


async def crash(point: str, times: int) -> Crashed:
    """Let processes crash, and return what each had queued."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dev.chaos.crash", point, str(times)),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    lines = [line.split() for line in output.decode().splitlines()]
    if process.returncode or len(lines) != times:
        raise RuntimeError(f"{point}: {len(lines)} of {times} crashed")
    return [(UUID(job), UUID(product)) for job, product in lines]


async def count_when_ended(crashed: Crashed) -> tuple[int, int, list[str]]:
    """Return the effects that are lacking and too many, once all jobs have ended."""
    for _ in range(PATIENCE_SECONDS):
        jobs = [await in_transaction(partial(job_crud.get, id=job)) for job, _ in crashed]
        if not any(job is None or job.status in UNFINISHED for job in jobs):
            break
        await asyncio.sleep(1)
    done = sum(job is not None and job.status == SUCCEEDED for job in jobs)
    faults = [] if done == len(jobs) else [f"{len(jobs) - done} not done"]
    ids = [product for _, product in crashed]
    stocks = (await in_transaction(partial(product_crud.get_many, ids=ids))).values()
    lost = len(ids) - sum(product.stock > 0 for product in stocks)
    return lost, sum(product.stock - 1 for product in stocks if product.stock), faults
