"""One key, many requests."""

import asyncio
from functools import partial

from app.core.database import in_transaction
from app.core.ids import new_id
from app.services.product_service import product_service
from dev.chaos.effects import SUCCEEDED, make_product, queue, wait_until
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import all_kept

REQUESTS = 100


async def same_key(_: Scale) -> Outcome:
    """Queue one job a hundred times at once, under one key: it runs once."""
    product_id = await in_transaction(make_product)
    key = str(new_id())
    async with all_kept():
        again = (queue("add_piece", key=key, product_id=str(product_id)) for _ in range(REQUESTS))
        jobs = await asyncio.gather(*again)
        await wait_until(jobs[0], SUCCEEDED)
        await asyncio.sleep(1)
        product = await in_transaction(partial(product_service.get_product, product_id=product_id))
    ids = len({job.id for job in jobs})
    return Outcome(REQUESTS, 1 - min(1, product.stock), max(ids, product.stock) - 1)
