"""Schedulers that all begin the same jobs."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from app.core.clock import utc_now
from app.core.database import in_transaction
from app.core.pagination import PageRequest
from app.crud.job import job_crud
from app.models.job import Job
from app.services.job_service import NAMESPACE
from app.services.product_service import product_service
from dev.chaos.effects import SUCCEEDED, make_product, wait_until
from dev.chaos.jobs import EVERY_SECOND, TICKED
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import ALL, RUNNERS, SCHEDULER, kept
from dev.workers import WORKERS

SCHEDULERS = 3
LONGEST_SECONDS = 600


async def many_schedulers(scale: Scale) -> Outcome:
    """Let three begin a job every second, and kill one on the way: one effect a tick."""
    product_id = await in_transaction(make_product)
    more = [SCHEDULER if WORKERS else RUNNERS[0]] * (SCHEDULERS - 1)
    async with kept(*ALL, *more, **{TICKED: str(product_id)}) as processes:
        await wait_for_ticks(scale.ticks // 2)
        await processes[-1].kill()
        await wait_for_ticks(scale.ticks)
        ticks = await find_ticks()
        for job in ticks:
            await wait_until(job, SUCCEEDED)
    return await compare(ticks, product_id)


async def find_ticks() -> list[Job]:
    """Return the jobs of all ticks so far."""
    page = await in_transaction(partial(job_crud.list_jobs, page=PageRequest(10_000)))
    return [job for job in page.items if job.name == "tick"]


async def wait_for_ticks(number: int) -> None:
    """Return when so many have been queued."""
    async with asyncio.timeout(30 + 2 * number):
        while len(await find_ticks()) < number:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.2)


async def compare(ticks: list[Job], product_id: UUID) -> Outcome:
    """Look for ticks without a job, and compare the jobs that are done with their effects."""
    faults = tuple(f"no job for {second:%H:%M:%S}" for second in missing({t.id for t in ticks}))
    done = sum(job.status == SUCCEEDED for job in await find_ticks())
    product = await in_transaction(partial(product_service.get_product, product_id=product_id))
    lost, doubled = max(0, done - product.stock), max(0, product.stock - done)
    return Outcome(len(ticks), lost, doubled, faults=faults)


def missing(ids: set[UUID]) -> list[datetime]:
    """Return the seconds without a job, between the first and the last that have one."""
    now = utc_now().replace(microsecond=0)
    seconds = [now - timedelta(seconds=ago) for ago in range(LONGEST_SECONDS)]
    found = [second for second in seconds if id_of_tick(second) in ids]
    return [second for second in seconds if found[-1] < second < found[0] and second not in found]


def id_of_tick(second: datetime) -> UUID:
    """Return the id that the job of a tick has."""
    return uuid5(NAMESPACE, f"tick:{EVERY_SECOND} {second.isoformat()}")
