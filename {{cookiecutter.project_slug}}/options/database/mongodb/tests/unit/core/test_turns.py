"""Whose turn it is to write: many at once, or one alone that runs again."""

import asyncio
from asyncio import Task
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TypeVar

import pytest

from app.core.turns import Turns, runs_again

Result = TypeVar("Result")


async def enter_alone(turns: Turns) -> int:
    """Enter as a request does that lost a race."""
    runs_again.set(True)
    return await turns.enter()


async def soon(waiting: Awaitable[Result]) -> Result:
    """Wait a moment, and not for ever."""
    return await asyncio.wait_for(waiting, 1)


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def entering(turns: Turns, count: int) -> list[Task[int]]:
    return [asyncio.create_task(turns.enter()) for _ in range(count)]


def inside(tasks: Iterable[Task[int]]) -> int:
    return sum(task.done() for task in tasks)


async def test_as_many_write_at_once_as_there_are_places_and_the_next_when_one_leaves() -> None:
    turns = Turns(3)
    tasks = entering(turns, 5)
    await settle()
    at_first = inside(tasks)

    turns.leave(1)
    await settle()

    assert (at_first, inside(tasks), turns.taken) == (3, 4, 3)
    turns.leave(1)
    await soon(asyncio.gather(*tasks))
    turns.leave(3)
    assert turns.taken == 0


async def test_who_runs_again_waits_for_all_to_leave_and_gets_all_places() -> None:
    turns = Turns(3)
    await asyncio.gather(*entering(turns, 2))
    alone = asyncio.create_task(enter_alone(turns))
    waited = []
    for _ in range(2):
        await settle()
        waited.append(not alone.done())
        turns.leave(1)

    got = await soon(alone)

    assert waited == [True, True]
    assert got == turns.taken == 3
    (newcomer,) = entering(turns, 1)
    await settle()
    assert not newcomer.done()
    turns.leave(got)
    assert await soon(newcomer) == 1


async def test_newcomers_wait_behind_who_claims_all_places_even_when_some_are_free() -> None:
    turns = Turns(3)
    await turns.enter()
    alone = asyncio.create_task(enter_alone(turns))
    await settle()
    (newcomer,) = entering(turns, 1)
    await settle()
    waited = not newcomer.done()

    turns.leave(1)
    await settle()

    assert waited
    assert alone.done()
    assert not newcomer.done()
    turns.leave(await soon(alone))
    assert await soon(newcomer) == 1


async def test_two_who_run_again_write_one_after_the_other() -> None:
    turns = Turns(2)
    tasks = [asyncio.create_task(enter_alone(turns)) for _ in range(2)]
    await settle()
    at_first = inside(tasks)

    turns.leave(2)
    await settle()

    assert (at_first, inside(tasks), turns.taken) == (1, 2, 2)


@pytest.mark.parametrize("enter", [Turns.enter, enter_alone])
async def test_who_gives_up_waiting_leaves_nothing_behind(
    enter: Callable[[Turns], Coroutine[None, None, int]],
) -> None:
    turns = Turns(1)
    await turns.enter()
    waiting = asyncio.create_task(enter(turns))
    (behind,) = entering(turns, 1)
    await settle()

    waiting.cancel()
    await settle()
    turns.leave(1)

    assert waiting.cancelled()
    assert await soon(behind) == 1
    assert (turns.taken, turns.claims) == (1, 0)


async def test_who_was_let_in_and_cancelled_in_the_same_moment_takes_no_place() -> None:
    turns = Turns(1)
    await turns.enter()
    (waiting,) = entering(turns, 1)
    await settle()

    turns.leave(1)
    waiting.cancel()
    await settle()

    assert waiting.cancelled()
    assert turns.taken == 0
    assert await soon(turns.enter()) == 1
