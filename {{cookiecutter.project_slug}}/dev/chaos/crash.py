"""`python -m dev.chaos.crash POINT TIMES`: processes that end at a point, without a goodbye.

Each prints the job and its product before it ends.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from app.core import queue
from app.core.database import DbSession, in_transaction
from app.services.job_service import job_service
from app.tasks import run
from app.tasks.runner import run_job
from dev.chaos.effects import make_product
from dev.chaos.jobs import register

EXIT_STATUS = 9

enqueue = queue.enqueue


def leave(*_: object, **__: object) -> None:
    """End this process as a power cut does."""
    os._exit(EXIT_STATUS)


def replace(owner: Any, name: str, function: Callable[..., Any]) -> None:
    """Put another function in the place of one, in this process alone."""
    setattr(owner, name, function)


async def queue_piece(db: DbSession) -> Any:
    """Queue a job, and say which."""
    product_id = await make_product(db)
    job = await job_service.enqueue(db, "add_piece", product_id=str(product_id))
    print(job.id, product_id, flush=True)
    return job


async def before_commit() -> None:
    """Leave with the job in a transaction that is not committed."""

    async def queue_and_leave(db: DbSession) -> None:
        await queue_piece(db)
        leave()

    await in_transaction(queue_and_leave)


async def after_commit() -> None:
    """Leave with the job committed, and in no queue."""
    replace(queue, "enqueue", leave)
    await in_transaction(queue_piece)


async def after_publish() -> None:
    """Leave with the job in the queue, before anybody knows."""

    async def enqueue_and_leave(*arguments: Any) -> None:
        await enqueue(*arguments)
        leave()

    replace(queue, "enqueue", enqueue_and_leave)
    await in_transaction(queue_piece)


async def before_mark() -> None:
    """Leave as a worker that has written mark and effect, and is about to commit them."""

    async def write_and_leave(work: Callable[[DbSession], Awaitable[object]]) -> None:
        async def write(db: DbSession) -> None:
            await work(db)
            leave()

        await in_transaction(write)

    async def keep_quiet(*_: object) -> None:
        """Put nothing into the queue: this process is the worker that has got the job."""

    replace(queue, "enqueue", keep_quiet)
    replace(run, "in_transaction", write_and_leave)
    job = await in_transaction(queue_piece)
    await run_job(job.id)


POINTS: dict[str, Callable[[], Awaitable[None]]] = {
    "before_commit": before_commit,
    "after_commit": after_commit,
    "after_publish": after_publish,
    "before_mark": before_mark,
}


def main(point: str, times: int) -> None:
    """Crash so many times, each in a process that was forked before anything was connected."""
    register()
    for _ in range(times):
        child = os.fork()
        if child == 0:
            asyncio.run(POINTS[point]())  # type: ignore[arg-type]
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != EXIT_STATUS:
            sys.exit(f"{point} did not crash")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
