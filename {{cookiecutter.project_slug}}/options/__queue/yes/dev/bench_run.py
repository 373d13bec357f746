"""What `make bench-jobs` measures, beside the servers that it has started."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from statistics import median
from typing import Any
from uuid import UUID

from app.core.database import DbSession, in_transaction
from app.crud.product import product_crud
from app.services.job_service import job_service
from dev.chaos.effects import make_product
from dev.chaos.jobs import register
from dev.chaos.processes import Command, kept
from dev.workers import BARE

# A machine does other things, too: all ways take turns, and the median of their rounds counts.
ROUNDS = 3
JOBS = 700
TIMES = 200
PATIENCE_SECONDS = 120

EXPLANATION = f"""\
A job raises the stock of a product. Without logs; one worker; a database that keeps what it has.
  alone     a function of the queue's own raises it, in one transaction: a message that is lost or
            comes twice is lost or counted twice, and nobody sees what has become of it
  by hand   a function of the queue's own marks a row as begun, and as done with the effect
  as a job  so do we, and give it a lease, a time limit, further tries, progress and metrics
Jobs per second: {JOBS} wait already, from the first effect to the last; median of {ROUNDS} rounds.
Latency: one job at a time, {TIMES} times, from the end of its queueing to its effect.
"""


@dataclass(frozen=True)
class Way:
    """A way to have the work done, and the worker that does it."""

    name: str
    enqueue: Callable[[UUID], Awaitable[object]]
    worker: Command


def ways_of(bare: Any) -> list[Way]:
    """Return the ways through one queue."""

    async def enqueue_with_row(product_id: UUID) -> None:
        # What has a delay gets a row, and is not put into the queue.
        job = await enqueue(delay=timedelta(microseconds=1), product_id=str(product_id))
        await bare.send("effect_once", str(job.id))

    enqueue = partial(queue_job, bare.JOB)
    return [
        Way("alone", lambda product: bare.send("effect_alone", str(product)), bare.WORKER),
        Way("by hand", enqueue_with_row, bare.WORKER),
        Way("as a job", lambda product: enqueue(product_id=str(product)), bare.OUR_WORKER),
    ]


async def queue_job(name: str, **given: Any) -> Any:
    """Queue a job in a transaction of its own."""
    return await in_transaction(partial(job_service.enqueue, name=name, **given))


async def make_products(number: int) -> list[UUID]:
    """Make so many products without stock."""

    async def make(db: DbSession) -> list[UUID]:
        return [await make_product(db) for _ in range(number)]

    return await in_transaction(make)


async def times_of(ids: Sequence[UUID], pause: float) -> list[datetime]:
    """Return when each product's stock was raised, once all have been."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            products = (await in_transaction(partial(product_crud.get_many, ids=ids))).values()
            if all(product.stock for product in products):
                return sorted(product.updated_at for product in products)
            await asyncio.sleep(pause)


async def jobs_per_second(way: Way) -> float:
    """Let a worker find a full queue, and measure between its first and its last effect."""
    products = await make_products(JOBS)
    for product in products:
        await way.enqueue(product)
    async with kept(way.worker):
        times = await times_of(products, pause=1)
    return (len(times) - 1) / (times[-1] - times[0]).total_seconds()


async def latencies(way: Way) -> list[float]:
    """Queue one job at a time; return the milliseconds from then to its effect, sorted."""
    found = []
    async with kept(way.worker):
        for product in await make_products(TIMES + 1):
            await way.enqueue(product)
            queued = time.time()
            [at] = await times_of([product], pause=0.01)
            found.append(max(0.0, (at.timestamp() - queued) * 1_000))
    # The first one waited for the worker to start.
    return sorted(found[1:])


async def measure(bare: Any) -> None:
    """Measure one queue in all ways, and print a line for each."""
    ways = ways_of(bare)
    rounds = [[await jobs_per_second(way) for way in ways] for _ in range(ROUNDS)]
    rates = [median(rates) for rates in zip(*rounds, strict=True)]
    for way, rate in zip(ways, rates, strict=True):
        waits = await latencies(way)
        print(
            f"{bare.NAME:7} {way.name:9} {rate:6.0f} jobs/s   latency "
            f"p50 {median(waits):6.1f} ms   p99 {waits[int(len(waits) * 0.99)]:6.1f} ms",
            flush=True,
        )
    alone, by_hand, ours = rates
    print(f"{bare.NAME:7} as a job: {ours / by_hand:.2f} of by hand, {ours / alone:.2f} of alone")


async def main() -> None:
    """Measure every queue of the project."""
    register()
    print(EXPLANATION, flush=True)
    for name in BARE:
        await measure(import_module(name))


if __name__ == "__main__":
    asyncio.run(main())
