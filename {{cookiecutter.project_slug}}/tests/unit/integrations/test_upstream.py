"""The engine, without any protocol: attempts are functions here."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from app.core.integration_errors import (
    UpstreamError,
    UpstreamTimeoutError,
    UpstreamUnavailableError,
)
from app.integrations.breaker import BreakerState
from app.integrations.metrics import ATTEMPTS, CALLS
from app.integrations.policy import DEFAULT, Policy
from app.integrations.upstream import Upstream
from app.integrations.verdict import Verdict, pause_seconds
from tests.clock import Clock
from tests.integration.upstreams import counted

QUICK = replace(
    DEFAULT,
    deadline_seconds=60,
    base_seconds=0.0001,
    cap_seconds=0.001,
    breaker_attempts=1_000_000,
    concurrency=1_000,
    calls_per_second=100_000,
)


class DownError(Exception):
    """The other side is down."""


def judge(error: Exception) -> Verdict | None:
    """Know one kind of error."""
    if isinstance(error, DownError):
        return Verdict("down", UpstreamError(), may_pass=True, is_ill=True)
    return None


class Side:
    """The other side: it counts what it is asked, and fails so often before it succeeds."""

    def __init__(self, failures: int = 1_000_000, seconds: float = 0) -> None:
        self.failures = failures
        self.seconds = seconds
        self.attempts = 0
        self.at_once = 0
        self.most_at_once = 0
        self.was_asked = asyncio.Event()

    async def ask(self) -> str:
        """Fail, or answer."""
        self.attempts += 1
        self.was_asked.set()
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        if self.attempts <= self.failures:
            raise DownError
        return "answer"


def upstream(policy: Policy = QUICK, name: str = "test") -> Upstream:
    """Return a host of which nothing is known."""
    return Upstream(name, policy)


async def test_an_attempt_that_fails_is_repeated_until_one_succeeds() -> None:
    side = Side(failures=2)

    answer = await upstream().call(side.ask, judge, may_repeat=True)

    assert (answer, side.attempts) == ("answer", 3)


async def test_the_last_error_is_raised_with_its_cause() -> None:
    side = Side()

    with pytest.raises(UpstreamError) as raised:
        await upstream().call(side.ask, judge, may_repeat=True)

    assert isinstance(raised.value.__cause__, DownError)
    assert side.attempts == 3


async def test_what_may_do_harm_when_it_is_repeated_is_tried_once() -> None:
    side = Side()

    with pytest.raises(UpstreamError):
        await upstream().call(side.ask, judge, may_repeat=False)

    assert side.attempts == 1


@pytest.mark.parametrize("error", [KeyError("a bug of ours"), TimeoutError()])
async def test_an_error_that_the_judge_does_not_know_is_raised_as_it_is(error: Exception) -> None:
    host = upstream(replace(QUICK, breaker_attempts=1))

    async def fail() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        await host.call(fail, judge, may_repeat=True)

    assert raised.value is error
    assert host.breaker.state == BreakerState.CLOSED


async def test_all_attempts_together_end_at_the_deadline_and_the_host_counts_as_down() -> None:
    host, side = upstream(replace(QUICK, deadline_seconds=0.2, breaker_attempts=1)), Side(0, 30)

    with pytest.raises(UpstreamTimeoutError):
        await host.call(side.ask, judge, may_repeat=True)

    assert (side.attempts, host.breaker.state) == (1, BreakerState.OPEN)


async def test_a_caller_who_goes_away_tells_nothing_of_the_host_and_frees_its_place() -> None:
    host, side = upstream(replace(QUICK, concurrency=1, breaker_attempts=1)), Side(0, 30)
    call = asyncio.create_task(host.call(side.ask, judge, may_repeat=True))
    await side.was_asked.wait()

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    side.seconds = 0
    answer = await host.call(side.ask, judge, may_repeat=True)

    assert (answer, host.breaker.state) == ("answer", BreakerState.CLOSED)


async def test_no_more_attempts_are_under_way_at_once_than_the_policy_allows() -> None:
    host, side = upstream(replace(QUICK, concurrency=3)), Side(failures=0, seconds=0.005)

    await asyncio.gather(*[host.call(side.ask, judge, may_repeat=True) for _ in range(30)])

    assert (side.attempts, side.most_at_once) == (30, 3)


async def test_waiting_for_a_place_ends_at_the_deadline() -> None:
    host, side = upstream(replace(QUICK, concurrency=1, deadline_seconds=0.3)), Side(0, 30)

    results = await asyncio.gather(
        *[host.call(side.ask, judge, may_repeat=True) for _ in range(3)], return_exceptions=True
    )

    assert [type(result) for result in results] == [UpstreamTimeoutError] * 3
    assert side.attempts == 1


async def test_attempts_begin_no_faster_than_the_policy_allows() -> None:
    host, side = upstream(replace(QUICK, calls_per_second=10)), Side(failures=0)
    loop = asyncio.get_running_loop()
    began = loop.time()

    await asyncio.gather(*[host.call(side.ask, judge, may_repeat=True) for _ in range(11)])

    assert loop.time() - began >= 1


async def test_a_host_that_is_down_is_left_alone_and_asked_again_by_one() -> None:
    host, side = upstream(replace(QUICK, breaker_attempts=20)), Side()
    host.breaker.clock = clock = Clock()

    async def call_often() -> Counter[type]:
        calls = [host.call(side.ask, judge, may_repeat=False) for _ in range(50)]
        return Counter(type(each) for each in await asyncio.gather(*calls, return_exceptions=True))

    await call_often()
    asked = side.attempts
    refused = await call_often()
    left_alone = side.attempts == asked
    clock.now += DEFAULT.breaker_open_seconds
    side.failures, side.seconds = 0, 0.01
    tried = await call_often()

    assert (refused, left_alone) == ({UpstreamUnavailableError: 50}, True)
    assert tried == {str: 1, UpstreamUnavailableError: 49}
    assert host.breaker.state == BreakerState.CLOSED


async def test_no_attempt_follows_one_that_opened_the_breaker() -> None:
    host, side = upstream(replace(QUICK, breaker_attempts=1)), Side()

    with pytest.raises(UpstreamError) as raised:
        await host.call(side.ask, judge, may_repeat=True)

    assert (type(raised.value), side.attempts) == (UpstreamError, 1)


async def test_2000_calls_of_a_dead_host_make_at_most_a_tenth_more_attempts() -> None:
    host, side = upstream(), Side()

    results = await asyncio.gather(
        *[host.call(side.ask, judge, may_repeat=True) for _ in range(2_000)],
        return_exceptions=True,
    )

    assert {type(result) for result in results} == {UpstreamError}
    assert 2_000 < side.attempts <= 2_200


def test_1000_clients_that_fail_at_once_come_back_apart() -> None:
    for attempt in (1, 2):
        pauses = [pause_seconds(DEFAULT, attempt, asked=0) for _ in range(1_000)]
        bins = Counter(int(pause / 0.05) for pause in pauses)

        assert max(bins.values()) <= 100
        assert min(pauses) < 0.1


def test_a_pause_grows_up_to_its_cap_and_comes_on_top_of_what_was_asked() -> None:
    policy = Policy(base_seconds=0.2, growth=4, cap_seconds=5)
    bounds = [0.8, 3.2, 5, 5]

    longest = [
        max(pause_seconds(policy, attempt, asked=0) for _ in range(2_000))
        for attempt in (1, 2, 3, 300)
    ]
    asked = [pause_seconds(policy, 1, asked=3) for _ in range(200)]

    assert longest == [pytest.approx(bound, rel=0.05) for bound in bounds]
    assert all(seconds <= bound for seconds, bound in zip(longest, bounds, strict=True))
    assert min(asked) >= 3
    assert max(asked) <= 3.8


async def test_a_host_that_asks_for_more_time_than_there_is_is_not_waited_for() -> None:
    side, began = Side(), asyncio.get_running_loop().time()

    def ask_for_time(_: Exception) -> Verdict:
        return Verdict("busy", UpstreamError(), may_pass=True, retry_after_seconds=61)

    with pytest.raises(UpstreamError):
        await upstream().call(side.ask, ask_for_time, may_repeat=True)

    assert side.attempts == 1
    assert asyncio.get_running_loop().time() - began < 30


async def test_a_host_that_asks_for_a_time_gets_it() -> None:
    side, began = Side(failures=1), asyncio.get_running_loop().time()

    def ask_for_time(_: Exception) -> Verdict:
        return Verdict("busy", UpstreamError(), may_pass=True, retry_after_seconds=0.4)

    await upstream().call(side.ask, ask_for_time, may_repeat=True)

    assert side.attempts == 2
    assert asyncio.get_running_loop().time() - began >= 0.4


async def test_a_host_is_called_from_two_event_loops_at_once() -> None:
    host = upstream(replace(QUICK, concurrency=2, calls_per_second=30))
    side = Side(failures=0, seconds=0.005)

    async def call_often() -> list[str]:
        calls = [host.call(side.ask, judge, may_repeat=True) for _ in range(20)]
        return list(await asyncio.gather(*calls))

    ours, theirs = await asyncio.gather(call_often(), asyncio.to_thread(asyncio.run, call_often()))

    assert ours == theirs == ["answer"] * 20


async def test_calls_and_attempts_are_counted_by_how_they_ended() -> None:
    host = upstream(name="counted.example")
    side, dead = Side(failures=1), Side()

    await host.call(side.ask, judge, may_repeat=True)
    with pytest.raises(UpstreamError):
        await host.call(dead.ask, judge, may_repeat=True)

    assert counted(CALLS, "counted.example") == {"ok": 1, "down": 1}
    assert counted(ATTEMPTS, "counted.example") == {"ok": 1, "down": 4}
