"""`make bench-jobs`: jobs per second and pick-up latency, beside the same work on the bare queue.

The work is one transaction that raises the stock of a product. By hand it is a function of the
queue's own that does just that; here it is a job, with a row that is claimed and marked as done.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from dev.chaos.redis_server import RedisServer
from dev.database import MIGRATE_COMMAND, URL_VARIABLE, running_database
from dev.environment import run_module
from dev.workers import BARE

JOBS = 2_000
TIMES = 200
PATIENCE_SECONDS = 120

Enqueue = Callable[[UUID], Awaitable[object]]


async def make_products(number: int) -> list[UUID]:
    """Make so many products without stock."""
    from app.core.database import in_transaction  # noqa: PLC0415
    from dev.chaos.effects import make_product  # noqa: PLC0415

    async def make(db: Any) -> list[UUID]:
        return [await make_product(db) for _ in range(number)]

    return await in_transaction(make)


async def times_of(ids: Sequence[UUID]) -> list[datetime]:
    """Return when each product's stock was raised, once all have been."""
    from app.core.database import in_transaction  # noqa: PLC0415
    from app.crud.product import product_crud  # noqa: PLC0415

    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            products = (await in_transaction(partial(product_crud.get_many, ids=ids))).values()
            if all(product.stock for product in products):
                return sorted(product.updated_at for product in products)
            await asyncio.sleep(0.005 if len(ids) == 1 else 0.5)


async def jobs_per_second(enqueue: Enqueue, command: tuple[str, ...]) -> float:
    """Let a worker find a full queue, and measure between its first and its last effect."""
    from dev.chaos.processes import kept  # noqa: PLC0415

    products = await make_products(JOBS)
    for product in products:
        await enqueue(product)
    async with kept(command):
        times = await times_of(products)
    return (len(times) - 1) / (times[-1] - times[0]).total_seconds()


async def latencies(enqueue: Enqueue, command: tuple[str, ...]) -> list[float]:
    """Queue one job at a time; return the milliseconds from then to its effect, sorted."""
    from dev.chaos.processes import kept  # noqa: PLC0415

    found = []
    async with kept(command):
        for number, product in enumerate(await make_products(TIMES + 1)):
            await enqueue(product)
            queued = time.time()
            [at] = await times_of([product])
            # The first one waits for the worker to start.
            if number:
                found.append(max(0.0, (at.timestamp() - queued) * 1_000))
    return sorted(found)


async def measure(bare: Any) -> None:
    """Measure one queue both ways, and print a line for each."""
    from dev.chaos.effects import queue  # noqa: PLC0415

    async def ours(product_id: UUID) -> None:
        await queue(bare.JOB, product_id=str(product_id))

    ways: dict[str, tuple[Enqueue, tuple[str, ...]]] = {
        "by hand": (bare.enqueue, bare.COMMAND),
        "as a job": (ours, (bare.WORKER,)),
    }
    rates = []
    for name, (enqueue, command) in ways.items():
        rates.append(await jobs_per_second(enqueue, command))
        waits = await latencies(enqueue, command)
        p99 = waits[int(len(waits) * 0.99)]
        print(
            f"{bare.NAME:7} {name:9} {rates[-1]:7.0f} jobs/s   latency "
            f"p50 {statistics.median(waits):6.1f} ms   p99 {p99:6.1f} ms",
            flush=True,
        )
    print(f"{bare.NAME:7} as a job / by hand: {rates[1] / rates[0]:.2f}", flush=True)


async def measure_all() -> None:
    """Measure every queue of the project."""
    from dev.chaos.jobs import register  # noqa: PLC0415

    register()
    for name in BARE:
        await measure(import_module(name))


def main() -> int:
    """Measure with a database and a Redis of its own; inside of them when told so."""
    if sys.argv[1:] == ["inside"]:
        asyncio.run(measure_all())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        # The database's server may run as another account.
        Path(folder).chmod(0o755)
        redis = RedisServer(Path(folder))
        with running_database(Path(folder) / "database") as url:
            redis.start()
            servers = {URL_VARIABLE: url, "REDIS_URL": redis.url, "ENVIRONMENT": "test"}
            environment = os.environ | servers | {"LOG_LEVEL": "WARNING"}
            try:
                return run_module(MIGRATE_COMMAND, environment) or run_module(
                    ["dev.bench_jobs", "inside"], environment
                )
            finally:
                redis.stop()


if __name__ == "__main__":
    sys.exit(main())
