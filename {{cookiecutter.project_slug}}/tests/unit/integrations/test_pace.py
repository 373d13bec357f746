"""The pace at which attempts begin."""

import asyncio
import time

from app.integrations.pace import Pace


async def test_so_many_begin_at_once_and_the_next_a_second_later() -> None:
    pace, began = Pace(per_second=20), time.monotonic()

    await asyncio.gather(*[pace.wait() for _ in range(20)])
    burst = len(pace.begun)
    await pace.wait()

    assert burst == 20
    assert time.monotonic() - began >= 1


async def test_they_begin_in_the_order_in_which_they_came() -> None:
    pace, order = Pace(per_second=5), list[int]()

    async def begin(number: int) -> None:
        await pace.wait()
        order.append(number)

    await asyncio.gather(*[begin(number) for number in range(6)])

    assert order == [0, 1, 2, 3, 4, 5]


async def test_who_stops_waiting_takes_no_turn() -> None:
    pace = Pace(per_second=1)
    await pace.wait()
    impatient = [asyncio.create_task(pace.wait()) for _ in range(50)]
    await asyncio.sleep(0)
    for task in impatient:
        task.cancel()
    await asyncio.gather(*impatient, return_exceptions=True)

    async with asyncio.timeout(20):
        await pace.wait()

    assert len(pace.begun) == 1
