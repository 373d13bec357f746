"""The event loop of a Celery process: it turns all the time, and runs what it is given."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from threading import Event, Timer
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from app.integrations.connections import connection
from app.integrations.policy import DEFAULT
from app.tasks import job_loop
from app.tasks.job_loop import JobLoop

Give = Callable[[Callable[[UUID], Awaitable[None]]], JobLoop]


@pytest.fixture
def loop_with(monkeypatch: pytest.MonkeyPatch) -> Iterator[Give]:
    """Return what makes a loop, for which running a job is what the test says."""
    loops = []

    async def close() -> None:
        """Close nothing: the tests' connections belong to another loop."""

    def give(run_job: Callable[[UUID], Awaitable[None]]) -> JobLoop:
        monkeypatch.setattr(job_loop, "run_job", run_job)
        monkeypatch.setattr(job_loop, "close_database", close)
        loops.append(JobLoop())
        return loops[-1]

    yield give
    for each in loops:
        each.end()
        assert not each.thread.is_alive()


def test_it_turns_while_no_job_runs(loop_with: Give) -> None:
    turned = Event()

    async def begin_something(_: UUID) -> None:
        asyncio.get_running_loop().call_later(0.2, turned.set)

    loop_with(begin_something).run(uuid4())

    assert not turned.is_set()
    assert turned.wait(10)


def test_all_jobs_run_on_the_same_loop_with_their_ids(loop_with: Give) -> None:
    ran: list[tuple[UUID, asyncio.AbstractEventLoop]] = []

    async def note(job_id: UUID) -> None:
        ran.append((job_id, asyncio.get_running_loop()))

    ids = [uuid4() for _ in range(3)]
    loop = loop_with(note)
    for job_id in ids:
        loop.run(job_id)

    assert ran == [(job_id, loop.loop) for job_id in ids]


def test_a_job_that_is_handed_back_has_cleared_away_when_it_returns(loop_with: Give) -> None:
    cleared = Event()

    async def work(_: UUID) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.1)
            cleared.set()

    loop = loop_with(work)
    loop.hand_back()
    Timer(0.1, loop.hand_back).start()
    loop.run(uuid4())

    assert cleared.is_set()


def test_connections_to_other_services_are_closed_when_it_ends(loop_with: Give) -> None:
    opened: list[AsyncClient] = []

    async def connect(_: UUID) -> None:
        opened.append(connection("api.example.com", DEFAULT))

    loop = loop_with(connect)
    loop.run(uuid4())
    before = opened[0].is_closed
    loop.close_connections()

    assert (before, opened[0].is_closed) == (False, True)


def test_an_error_of_a_run_reaches_the_caller(loop_with: Give) -> None:
    async def fail(_: UUID) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        loop_with(fail).run(uuid4())
