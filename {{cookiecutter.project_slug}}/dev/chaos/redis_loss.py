"""Redis is emptied and restarted while jobs wait and run."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from dev.chaos.effects import SUCCEEDED, count, queue_piece, wait_for_end, wait_until
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import kept
from dev.chaos.redis_server import RedisServer

BOUND_SECONDS = 10
PATIENCE_SECONDS = 240


def losing(server: RedisServer) -> Callable[[Scale], Awaitable[Outcome]]:
    """Make the scenario for a server."""

    async def lose_redis(scale: Scale) -> Outcome:
        """Flush and restart; every job has its effect, and the worker is back soon."""
        faults: tuple[str, ...] = ()
        async with kept():
            queued = [await queue_piece(seconds=0.05) for _ in range(scale.jobs)]
            await wait_until(queued[0].job, SUCCEEDED)
            server.flush()
            server.stop()
            await asyncio.sleep(1)
            server.start()
            start = time.monotonic()
            newcomer = await queue_piece()
            await wait_until(newcomer.job, SUCCEEDED)
            back = time.monotonic() - start
            jobs = await wait_for_end(queued, PATIENCE_SECONDS)
            if unfinished := sum(job.status != SUCCEEDED for job in jobs):
                faults = (f"{unfinished} not done",)
            lost, doubled = await count([*queued, newcomer])
        return Outcome(scale.jobs, lost, doubled, back, BOUND_SECONDS * scale.patience, faults)

    return lose_redis
