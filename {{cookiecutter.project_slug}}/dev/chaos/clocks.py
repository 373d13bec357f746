"""Schedulers that all begin the same jobs."""

import asyncio
from functools import partial
from uuid import UUID

from app.core.database import in_transaction
from app.core.pagination import PageRequest
from app.crud.job import job_crud
from app.models.job import Job
from app.services.product_service import product_service
from dev.chaos.effects import SUCCEEDED, make_product
from dev.chaos.jobs import TICKED
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import ALL, RUNNERS, SCHEDULER, kept
from dev.workers import WORKERS

SCHEDULERS = 3
SETTLE_SECONDS = 3


async def many_schedulers(scale: Scale) -> Outcome:
    """Let three begin a job every second, and kill one on the way: one effect a tick."""
    product_id = await in_transaction(make_product)
    more = [SCHEDULER if WORKERS else RUNNERS[0]] * (SCHEDULERS - 1)
    async with kept(*ALL, *more, **{TICKED: str(product_id)}) as processes:
        await wait_for_ticks(scale.ticks // 2)
        await processes[-1].kill()
        await wait_for_ticks(scale.ticks)
        await asyncio.sleep(SETTLE_SECONDS)
    return await compare(product_id)


async def find_ticks() -> list[Job]:
    """Return the jobs of all ticks so far."""
    page = await in_transaction(partial(job_crud.list_jobs, page=PageRequest(10_000)))
    return [job for job in page.items if job.name == "tick"]


async def wait_for_ticks(number: int) -> None:
    """Return when so many have been queued."""
    async with asyncio.timeout(30 + 2 * number):
        while len(await find_ticks()) < number:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.2)


async def compare(product_id: UUID) -> Outcome:
    """Compare the seconds that went by with the jobs that were queued, and these with effects."""
    ticks = await find_ticks()
    done = sum(job.status == SUCCEEDED for job in ticks)
    product = await in_transaction(partial(product_service.get_product, product_id=product_id))
    times = [job.due_at for job in ticks]
    seconds = round((max(times) - min(times)).total_seconds()) + 1
    faults = [] if len(ticks) == seconds else [f"{len(ticks)} jobs in {seconds} seconds"]
    if done != len(ticks):
        faults.append(f"{len(ticks) - done} not done")
    effects = product.stock
    return Outcome(len(ticks), max(0, done - effects), max(0, effects - done), faults=tuple(faults))
