"""Redis is emptied and restarted while jobs wait and run."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from dev.chaos.effects import SUCCEEDED, count, queue_piece, wait_for_end, wait_until
from dev.chaos.jobs import BOTH_KINDS
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import all_kept
from dev.chaos.redis_server import RedisServer

BOUND_SECONDS = 10
PATIENCE_SECONDS = 240
# Some jobs take as long as that, so that they end while Redis is away.
AWAY_SECONDS = 3
LONG_EVERY = 25


def length(number: int) -> float:
    """Return how many seconds a job takes."""
    return AWAY_SECONDS if number % LONG_EVERY == 0 else 0.05


def losing(server: RedisServer) -> Callable[[Scale], Awaitable[Outcome]]:
    """Make the scenario for a server."""

    async def lose_redis(scale: Scale) -> Outcome:
        """Flush and restart; every job has its effect, and the worker is back soon."""
        faults: tuple[str, ...] = ()
        async with all_kept():
            queued = [
                await queue_piece(BOTH_KINDS[n % 2], seconds=length(n)) for n in range(scale.jobs)
            ]
            await wait_until(queued[0].job, SUCCEEDED)
            server.flush()
            server.stop()
            await asyncio.sleep(AWAY_SECONDS)
            server.start()
            start = time.monotonic()
            newcomers = [await queue_piece(name) for name in BOTH_KINDS]
            for newcomer in newcomers:
                await wait_until(newcomer.job, SUCCEEDED)
            back = time.monotonic() - start
            jobs = await wait_for_end(queued, PATIENCE_SECONDS)
            if unfinished := sum(job.status != SUCCEEDED for job in jobs):
                faults = (f"{unfinished} not done",)
            lost, doubled = await count([*queued, *newcomers])
        return Outcome(scale.jobs, lost, doubled, back, BOUND_SECONDS * scale.patience, faults)

    return lose_redis
