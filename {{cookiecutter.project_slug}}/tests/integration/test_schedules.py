"""Schedules: one job a tick, however many schedulers there are."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core.enums import JobStatus
from app.core.jobs import JOBS
from app.core.pagination import PageRequest
from app.crud.job import job_crud
from app.models.job import Job
from app.tasks import schedules
from app.tasks.schedules import SCHEDULES, Schedule, queue_ticks
from tests.factories import unit_of_work
from tests.integration.messages import Message
from tests.process import run_python

pytestmark = pytest.mark.usefixtures("committed")

QUARTERS = "*/15 * * * *"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRINT_SCHEDULES = "from app.tasks.schedules import SCHEDULES; print(*[s.job for s in SCHEDULES])"


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all schedules."""
    clock = Clock()
    monkeypatch.setattr(schedules, "utc_now", clock)
    return clock


def quarters(number: int, job: str = "sync_products") -> list[Schedule]:
    """Return the same schedule as so many schedulers have it."""
    return [Schedule(QUARTERS, job) for _ in range(number)]


async def queued() -> list[Job]:
    """Return all jobs."""
    async with unit_of_work() as db:
        return list((await job_crud.list_jobs(db, PageRequest(limit=100))).items)


async def test_of_three_schedulers_at_once_one_queues_the_job_of_a_tick(
    clock: Clock, messages: list[Message]
) -> None:
    for tick in range(4):
        clock.now = NOON + timedelta(minutes=15 * tick, seconds=1)
        await asyncio.gather(*(schedule.queue_tick() for schedule in quarters(3)))

    jobs = await queued()
    assert [(job.name, job.user_id, job.status) for job in jobs] == [
        ("sync_products", None, JobStatus.QUEUED)
    ] * 4
    assert len(messages) == 4


async def test_between_two_ticks_nothing_is_queued(clock: Clock, messages: list[Message]) -> None:
    (schedule,) = quarters(1)

    for seconds in (1, 2, 450, 899):
        clock.now = NOON + timedelta(seconds=seconds)
        await schedule.queue_tick()
        await quarters(1)[0].queue_tick()

    assert len(await queued()) == len(messages) == 1


async def test_a_scheduler_asks_the_database_once_a_tick(
    clock: Clock, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    async def ask(work: object) -> None:
        asked.append(work)

    monkeypatch.setattr(schedules, "in_transaction", ask)
    (schedule,) = quarters(1)

    for seconds in (1, 2, 3, 901, 902):
        clock.now = NOON + timedelta(seconds=seconds)
        await schedule.queue_tick()

    assert len(asked) == 2


async def test_after_a_pause_of_all_schedulers_one_job_is_queued_for_all_missed_ticks(
    clock: Clock, messages: list[Message]
) -> None:
    (schedule,) = quarters(1)
    await schedule.queue_tick()

    clock.now = NOON + timedelta(days=2, minutes=7)
    await schedule.queue_tick()
    await schedule.queue_tick()

    assert len(messages) == 2


async def test_two_schedules_of_one_tick_queue_a_job_each(
    clock: Clock, messages: list[Message]
) -> None:
    for schedule in (*quarters(1), *quarters(1, "delete_old_jobs")):
        await schedule.queue_tick()

    assert sorted(message.job for message in messages) == ["delete_old_jobs", "sync_products"]


async def test_a_tick_that_could_not_be_queued_is_so_later(
    clock: Clock, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    (schedule,) = quarters(1)

    async def fail(_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(schedules, "in_transaction", fail)
        with pytest.raises(OSError):  # noqa: PT011 - it is the one from above
            await schedule.queue_tick()
    await schedule.queue_tick()

    assert len(messages) == 1


async def test_a_tick_is_one_in_utc(clock: Clock, messages: list[Message]) -> None:
    schedule = Schedule("0 3 * * *", "delete_old_jobs")
    clock.now = datetime(2026, 3, 1, 2, 59, tzinfo=UTC)
    await schedule.queue_tick()
    before = schedule.queued

    clock.now = datetime(2026, 3, 1, 3, 0, 1, tzinfo=UTC)
    await schedule.queue_tick()

    assert before == datetime(2026, 2, 28, 3, tzinfo=UTC)
    assert schedule.queued == datetime(2026, 3, 1, 3, tzinfo=UTC)


async def test_what_is_on_the_schedule_of_the_service_is_queued(messages: list[Message]) -> None:
    await queue_ticks()

    assert {schedule.job for schedule in SCHEDULES} <= set(JOBS)
    assert [message.job for message in messages] == [schedule.job for schedule in SCHEDULES]


@pytest.mark.parametrize(
    ("url", "jobs"),
    [("", "delete_old_jobs"), ("https://api.example.com", "delete_old_jobs sync_products")],
)
def test_the_supplier_is_asked_on_a_schedule_if_there_is_one(url: str, jobs: str) -> None:
    number, key = ("4711", "s3cret") if url else ("", "")

    done = run_python("-c", PRINT_SCHEDULES, OZON_URL=url, OZON_CLIENT_ID=number, OZON_API_KEY=key)

    assert done.stdout.strip() == jobs, done.stderr
