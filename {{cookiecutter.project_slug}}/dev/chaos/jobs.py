"""Jobs for tests: good ones, whose effects can be counted, and bad ones of every kind."""

import asyncio
import os
import time
from dataclasses import replace
from functools import partial
from uuid import UUID

from app.core.database import DbSession
from app.core.jobs import JOBS, JobKind, JobSpec
from app.crud.product import product_crud
from app.schemas.webhook import Message
from app.services.product_service import product_service
from app.services.webhook_handlers import HANDLERS, Handler
from app.tasks.registry import FUNCTIONS, JobFunction
from app.tasks.run import Run
from app.tasks.schedules import SCHEDULES, Schedule

LIMIT_SECONDS = 60
SHORT_SECONDS = 1
# How often the bad ones are tried, where less than usual. Good ones keep all their tries, since
# those that share a process with one that kills it lose a try each time.
TRIES = "CHAOS_TRIES"
MOST_TRIES = 5
# Names the product of the ticks, for processes that are to begin one each second.
TICKED = "CHAOS_TICKED_PRODUCT"
EVERY_SECOND = "* * * * * *"
# Source and type of a webhook that makes a product.
PIECE_EVENT = ("chaos", "piece.made")
# Whichever queue is to carry it: with two of them, the one or the other.
BOTH_KINDS = ("add_piece", "add_piece_as_cpu")


class PassingError(Exception):
    """An error that may pass by itself."""


async def add_piece(run: Run, product_id: str, seconds: float = 0) -> None:
    """Take some time, then put one piece of a product on stock: the effect that is counted."""
    await asyncio.sleep(seconds)
    await finish(run, product_id)


async def compute_piece(run: Run, product_id: str, seconds: float = 0) -> None:
    """Do the same, with the time spent in another process."""
    await run.compute(time.sleep, seconds)
    await finish(run, product_id)


async def finish(run: Run, product_id: str) -> None:
    """Put one piece of a product on stock, and end the job."""
    effect = partial(product_crud.return_stock, id=UUID(product_id), quantity=1)
    await run.finish({"pieces": 1}, effect=effect)


async def tick(run: Run) -> None:
    """Put one piece on stock of the one product that all ticks share."""
    await finish(run, os.environ[TICKED])


async def fail(_: Run) -> None:
    """Raise an error that no other try mends."""
    raise ValueError("poison")


async def fail_for_now(_: Run) -> None:
    """Raise an error that another try might mend."""
    raise PassingError("not now")


async def leave(_: Run) -> None:
    """End the process that runs it."""
    os._exit(3)


async def leave_computing(run: Run) -> None:
    """End the process that computes for it."""
    await run.compute(os._exit, 3)


async def hang(run: Run) -> None:
    """Take longer than allowed."""
    await run.compute(time.sleep, LIMIT_SECONDS)


class Piece(Message):
    """What a product is to be called."""

    name: str


class PieceMessage(Message):
    """An event whose effect can be counted."""

    data: Piece


async def make_piece(db: DbSession, message: PieceMessage) -> None:
    """Make a product: the effect that is counted."""
    fields = {"name": message.data.name, "price_cents": 1, "currency": "EUR"}
    await product_service.add_product(db, fields)


GOOD = (add_piece, compute_piece, tick)
BAD = (fail, fail_for_now, leave, leave_computing, hang)


def register() -> None:
    """Add these jobs to those of the service, in this process alone."""
    tries = int(os.environ.get(TRIES, MOST_TRIES))
    for function in (*GOOD, *BAD):
        kind = JobKind.CPU if "comput" in function.__name__ else JobKind.IO
        limit = SHORT_SECONDS if function is hang else LIMIT_SECONDS
        JOBS[function.__name__] = JobSpec(kind, limit, tries if function in BAD else MOST_TRIES)
        FUNCTIONS[function.__name__] = JobFunction(function, passing=(PassingError,))
    HANDLERS[PIECE_EVENT] = Handler(PieceMessage, lambda message: message.data.name, make_piece)
    # The same work for the queue of those that compute, so that both can be measured by it.
    JOBS["add_piece_as_cpu"] = replace(JOBS["add_piece"], kind=JobKind.CPU)
    FUNCTIONS["add_piece_as_cpu"] = FUNCTIONS["add_piece"]
    if TICKED in os.environ:
        SCHEDULES.append(Schedule(EVERY_SECOND, "tick"))
