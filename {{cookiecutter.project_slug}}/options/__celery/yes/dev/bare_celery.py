"""Celery by hand, for `make bench-jobs`: its worker does the work, and nothing else."""

import asyncio
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from app.config import settings
from app.core.celery_queue import redis_url
from dev.by_hand import WORK

NAME = "Celery"
JOB = "add_piece_as_cpu"
WORKER = ("celery", "-A", "dev.bare_celery", "--quiet", "worker", "--loglevel=WARNING")
OUR_WORKER = ("app.tasks.celery_app",)

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


@celery.task(name="run")
def run(name: str, argument: str) -> None:
    """Do the work that a message names."""
    loops[0].run(WORK[name](argument))


async def send(name: str, argument: str) -> None:
    """Queue work."""
    await asyncio.to_thread(celery.send_task, "run", [name, argument])
