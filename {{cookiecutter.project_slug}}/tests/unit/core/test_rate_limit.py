"""Limits on attempts, counted in a real Redis: exact, in tiers, and there while Redis is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from subprocess import CompletedProcess
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from app.config import settings
from app.core import rate_limit
from app.core.exceptions import TooManyAttemptsError
from app.core.rate_limit import AttemptCounter, count_attempt
from app.core.redis import make_redis
from tests.process import run_python

ADDRESS = "203.0.113.5"
ELSEWHERE = "203.0.113.6"
ANN = "ann@example.com"
BOB = "bob@example.com"
NEVER = "100000 per 1 hour"
PATIENCE_SECONDS = 10.0

# Prints how many attempts passed: the arguments are the key prefix and the number of attempts.
PROGRAM = """
import asyncio, sys
from app.config import settings
from app.core import rate_limit, redis

async def main():
    redis.TIMEOUT_SECONDS = 10
    client = redis.make_redis(settings.redis_url.get_secret_value())
    rate_limit.counter = rate_limit.AttemptCounter(client, sys.argv[1])
    attempts = (
        rate_limit.count_attempt("login", "203.0.113.5", "ann@example.com")
        for _ in range(int(sys.argv[2]))
    )
    results = await asyncio.gather(*attempts, return_exceptions=True)
    await client.aclose()
    print(sum(result is None for result in results))

asyncio.run(main())
"""


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:
    """The Redis of the tests, and patience with it: a busy machine must not look like an outage."""
    monkeypatch.setattr("app.core.redis.TIMEOUT_SECONDS", PATIENCE_SECONDS)
    assert settings.redis_url
    client = make_redis(settings.redis_url.get_secret_value())
    yield client
    await client.aclose()


@pytest.fixture
def prefix() -> str:
    """A start of keys that no other test has."""
    return f"test-{uuid4().hex}"


@pytest.fixture
def counter(client: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch) -> AttemptCounter:
    """A counter in Redis that has counted nothing yet."""
    counter = AttemptCounter(client, prefix)
    monkeypatch.setattr(rate_limit, "counter", counter)
    return counter


def set_limits(
    monkeypatch: pytest.MonkeyPatch,
    account: str = NEVER,
    address: str = NEVER,
    everybody: str = NEVER,
) -> None:
    monkeypatch.setattr(settings, "rate_limit_account", account)
    monkeypatch.setattr(settings, "rate_limit_address", address)
    monkeypatch.setattr(settings, "rate_limit_global", everybody)


def wait(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let time pass at once."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + seconds)


async def passes(operation: str = "login", address: str = ADDRESS, account: str = ANN) -> bool:
    """Tell whether an attempt is let through."""
    try:
        await count_attempt(operation, address, account)
    except TooManyAttemptsError:
        return False
    return True


async def passed(*attempts: tuple[str, str]) -> list[bool]:
    """Make attempts one after another, each from an address at an account."""
    return [await passes(address=address, account=account) for address, account in attempts]


@pytest.mark.parametrize("tier", ["account", "address", "everybody"])
async def test_of_fifty_attempts_at_once_exactly_as_many_pass_as_the_limit_says(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch, tier: str
) -> None:
    set_limits(monkeypatch, **{tier: "7 per 1 hour"})

    results = await asyncio.gather(*(passes() for _ in range(50)))

    assert results.count(True) == 7
    assert not counter.is_away


def test_two_processes_at_once_share_one_limit(prefix: str) -> None:
    def run(attempts: str) -> CompletedProcess[str]:
        limit = "7 per 1 hour"
        return run_python("-c", PROGRAM, prefix, attempts, RATE_LIMIT_ACCOUNT=limit)

    with ThreadPoolExecutor() as threads:
        processes = list(threads.map(run, ["25", "25"]))

    assert [process.stderr for process in processes] == ["", ""]
    assert sum(int(process.stdout.splitlines()[-1]) for process in processes) == 7


async def test_an_account_is_limited_from_each_address_by_itself(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, account="2 per 1 hour")

    results = await passed(
        (ADDRESS, ANN), (ADDRESS, ANN), (ADDRESS, ANN), (ADDRESS, BOB), (ELSEWHERE, ANN)
    )

    assert results == [True, True, False, True, True]


async def test_the_spelling_of_an_account_does_not_matter(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, account="1 per 1 hour")

    assert await passed((ADDRESS, ANN), (ADDRESS, ANN.upper())) == [True, False]


async def test_an_address_is_limited_over_all_accounts(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, address="2 per 1 hour")

    results = await passed((ADDRESS, ANN), (ADDRESS, BOB), (ADDRESS, "eve@x.org"), (ELSEWHERE, ANN))

    assert results == [True, True, False, True]


async def test_all_addresses_together_are_limited(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, everybody="2 per 1 hour")

    results = await passed((ADDRESS, ANN), (ELSEWHERE, BOB), ("192.0.2.1", "eve@example.com"))

    assert results == [True, True, False]


async def test_attempts_without_an_account_meet_the_wider_tiers_alone(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, account="1 per 1 hour", address="2 per 1 hour")

    assert await passed((ADDRESS, ""), (ADDRESS, ""), (ADDRESS, "")) == [True, True, False]


async def test_a_refused_attempt_does_not_use_up_any_tier(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(
        monkeypatch, account="1 per 1 hour", address="2 per 1 hour", everybody="3 per 1 hour"
    )

    attacked = await passed(*[(ADDRESS, ANN)] * 9)
    others = await passed((ADDRESS, BOB), (ADDRESS, "eve@example.com"), (ELSEWHERE, ANN))

    assert attacked == [True] + [False] * 8
    assert others == [True, False, True]


async def test_a_flood_of_refused_attempts_leaves_nothing_in_redis(
    counter: AttemptCounter, client: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, address="2 per 1 hour")
    await passed((ADDRESS, ANN), (ADDRESS, BOB))
    before = {key async for key in client.scan_iter(f"{prefix}*")}

    await passed(*((ADDRESS, f"{number}@example.com") for number in range(20)))

    assert {key async for key in client.scan_iter(f"{prefix}*")} == before


async def test_operations_are_limited_each_by_itself(
    counter: AttemptCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(
        monkeypatch, account="1 per 1 hour", address="1 per 1 hour", everybody="1 per 1 hour"
    )

    results = [await passes(operation) for operation in ("login", "refresh", "login")]

    assert results == [True, True, False]


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("unknown", "unknown", True),
        ("unknown", ADDRESS, False),
    ],
)
async def test_the_addresses_of_one_ipv6_network_count_as_one(
    counter: AttemptCounter,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    second: str,
    is_one: bool,
) -> None:
    set_limits(monkeypatch, address="1 per 1 hour")

    assert await passed((first, ANN), (second, BOB)) == [True, not is_one]


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
    counter: AttemptCounter, client: Redis, prefix: str
) -> None:
    await count_attempt("login", ADDRESS, ANN)

    keys = [key async for key in client.scan_iter(f"{prefix}*")]

    assert len(keys) == 3
    assert not any(part in key for key in keys for part in (b"ann", b"example", b"@"))
    assert all([0 < await client.ttl(key) <= 900 for key in keys])


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
