"""Celery by hand, for `make bench-jobs`: the same effect as that of a job, and nothing else."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

from celery import Celery
from celery.signals import worker_process_init

from app.config import settings
from app.core.celery_queue import redis_url
from app.core.database import in_transaction
from app.crud.product import product_crud

NAME = "Celery"
JOB = "add_piece_as_cpu"
WORKER = "app.tasks.celery_app"
COMMAND = ("celery", "-A", "dev.bare_celery", "--quiet", "worker", "--loglevel=WARNING")

celery = Celery("bare", broker=redis_url(), set_as_current=False)
celery.conf.update(
    task_default_queue="bare",
    task_ignore_result=True,
    worker_concurrency=settings.worker_processes,
    worker_prefetch_multiplier=1,
)
loops: list[asyncio.Runner] = []


@worker_process_init.connect
def begin(**_: Any) -> None:
    """Make the event loop of this process."""
    loops.append(asyncio.Runner())


@celery.task(name="add_piece")
def add_piece(product_id: str) -> None:
    """Raise the stock of a product."""
    effect = partial(product_crud.return_stock, id=UUID(product_id), quantity=1)
    loops[0].run(in_transaction(effect))


async def enqueue(product_id: UUID) -> None:
    """Queue the work."""
    await asyncio.to_thread(celery.send_task, "add_piece", [str(product_id)])
