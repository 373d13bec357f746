"""Attempts that are one too many: when the next may come, what is written down, and where."""

import asyncio

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from app.core import rate_limit
from app.core.exceptions import TooManyAttemptsError
from app.core.rate_limit import AttemptCounter, count_attempt
from app.core.redis import make_redis
from tests.unit.core.limiting import (
    ADDRESS,
    ANN,
    passed,
    passes,
    set_limits,
    wait,
)


async def test_the_refusal_says_when_the_next_attempt_may_come(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, account="2 per 1 minute")
    await count_attempt("login", ADDRESS, ANN)
    wait(monkeypatch, 20.5)
    await count_attempt("login", ADDRESS, ANN)

    with pytest.raises(TooManyAttemptsError) as refused:
        await count_attempt("login", ADDRESS, ANN)

    # The first of the two leaves the window first.
    assert refused.value.headers == {"Retry-After": "40"}
    assert TooManyAttemptsError.headers == {}


async def test_after_that_time_one_attempt_passes_and_the_window_has_moved_on(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, account="2 per 1 minute")
    await passed((ADDRESS, ANN))
    wait(monkeypatch, 20.5)
    await passed((ADDRESS, ANN))

    wait(monkeypatch, 40)

    assert await passed((ADDRESS, ANN), (ADDRESS, ANN)) == [True, False]


async def test_a_window_ends(counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, account="3 per 1 second")
    first = await passed(*[(ADDRESS, ANN)] * 4)

    await asyncio.sleep(1.01)

    assert first == [True, True, True, False]
    assert await passed(*[(ADDRESS, ANN)] * 4) == [True, True, True, False]


async def test_a_refusal_is_logged_with_the_address_and_without_the_account(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, account="1 per 1 hour")

    with capture_logs() as lines:
        await passed((ADDRESS, ANN), (ADDRESS, ANN))

    assert lines == [
        {
            "event": "too many attempts",
            "log_level": "warning",
            "operation": "login",
            "tier": "account",
            "address": ADDRESS,
        }
    ]


async def test_redis_holds_no_account_and_nothing_for_ever(
    counter: AttemptCounter, redis_client: Redis, prefix: str
) -> None:
    await count_attempt("login", ADDRESS, ANN)

    keys = [key async for key in redis_client.scan_iter(f"{prefix}*")]

    assert len(keys) == 3
    assert not any(part in key for key in keys for part in (b"ann", b"example", b"@"))
    assert all([0 < await redis_client.ttl(key) <= 900 for key in keys])


async def test_without_redis_this_process_counts_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_limit, "counter", AttemptCounter(None))
    set_limits(monkeypatch, account="7 per 1 hour")

    with capture_logs() as lines:
        results = await asyncio.gather(*(passes() for _ in range(50)))

    assert results.count(True) == 7
    assert {line["event"] for line in lines} == {"too many attempts"}


async def test_with_nothing_at_its_address_attempts_are_counted_and_one_warning_is_logged(
    unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_redis(f"redis://:hunter2@127.0.0.1:{unused_tcp_port}")
    monkeypatch.setattr(rate_limit, "counter", AttemptCounter(client))
    set_limits(monkeypatch, account="7 per 1 hour")

    with capture_logs() as lines:
        results = await asyncio.gather(*(passes() for _ in range(50)))

    outages = [line for line in lines if line["event"].startswith("redis is away")]
    assert results.count(True) == 7
    assert [line["log_level"] for line in outages] == ["warning"]
    assert "hunter2" not in str(lines)
