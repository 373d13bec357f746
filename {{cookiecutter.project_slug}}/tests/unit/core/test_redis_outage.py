"""Redis goes away and comes back, while attempts are counted."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from app.config import settings
from app.core import rate_limit
from app.core.rate_limit import AttemptCounter, count_attempt
from app.core.redis import TIMEOUT_SECONDS, make_redis
from tests.proxy import Proxy, proxied

# Ours is a quarter of a second: a busy machine must not look like an outage where none is meant.
PATIENCE_SECONDS = 10.0
LONGEST_SECONDS = 4 * TIMEOUT_SECONDS


@pytest.fixture
def timeout_seconds() -> float:
    """How long an attempt waits for Redis; tests of the waiting itself choose another."""
    return PATIENCE_SECONDS


@pytest.fixture
async def line(timeout_seconds: float, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """A line to Redis, over which attempts are counted."""
    monkeypatch.setattr("app.core.redis.TIMEOUT_SECONDS", timeout_seconds)
    assert settings.redis_url
    async with proxied(settings.redis_url.get_secret_value()) as (line, url):
        client = make_redis(url)
        monkeypatch.setattr(rate_limit, "counter", AttemptCounter(client, uuid4().hex))
        yield line
        await client.aclose()


async def attempt() -> float:
    """Count an attempt, which has to succeed, and return how long that took."""
    start = time.perf_counter()
    await count_attempt("login", "203.0.113.5", "ann@example.com")
    return time.perf_counter() - start


async def attempts(number: int) -> list[float]:
    return await asyncio.gather(*(attempt() for _ in range(number)))


async def test_when_redis_dies_no_attempt_fails_or_waits(line: Proxy) -> None:
    await attempts(10)
    line.cut()

    seconds = [*await attempts(10), await attempt()]

    assert rate_limit.counter.is_away
    assert max(seconds) < LONGEST_SECONDS


@pytest.mark.parametrize("timeout_seconds", [TIMEOUT_SECONDS])
@pytest.mark.parametrize("connected", [True, False])
async def test_when_redis_goes_silent_one_attempt_a_second_waits_for_it(
    line: Proxy, connected: bool
) -> None:
    if connected:
        await attempts(10)
    line.freeze()

    first = await attempts(10)
    later = [await attempt() for _ in range(10)]
    rate_limit.counter.next_try = 0
    probing = await attempts(10)

    assert TIMEOUT_SECONDS <= max(first) < LONGEST_SECONDS
    assert max(later) < TIMEOUT_SECONDS
    assert sum(seconds >= TIMEOUT_SECONDS for seconds in probing) == 1
    assert max(probing) < LONGEST_SECONDS


async def test_an_outage_is_one_warning_and_the_recovery_one_note(line: Proxy) -> None:
    await attempt()

    with capture_logs() as lines:
        line.cut()
        await attempts(10)
        rate_limit.counter.next_try = 0
        await attempts(10)
        await line.mend()
        rate_limit.counter.next_try = 0
        await attempts(10)

    assert [(log["log_level"], log["event"].partition(",")[0]) for log in lines] == [
        ("warning", "redis is away"),
        ("info", "redis is back"),
    ]
    assert not rate_limit.counter.is_away


async def test_in_an_outage_redis_is_asked_again_after_a_second(
    line: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "RETRY_SECONDS", 0.2)
    line.cut()
    await attempt()
    await line.mend()

    await attempt()
    still_away = rate_limit.counter.is_away
    await asyncio.sleep(0.2)
    await attempt()

    assert still_away
    assert not rate_limit.counter.is_away
