"""Limits on attempts, counted in a real Redis: exact, and in tiers."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from subprocess import CompletedProcess

import pytest
from redis.asyncio import Redis

from app.core.rate_limit import AttemptCounter
from tests.process import run_python
from tests.unit.core.limiting import (
    ADDRESS,
    ANN,
    BOB,
    ELSEWHERE,
    passed,
    passes,
    set_limits,
)

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
    counter: AttemptCounter, redis_client: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch, address="2 per 1 hour")
    await passed((ADDRESS, ANN), (ADDRESS, BOB))
    before = {key async for key in redis_client.scan_iter(f"{prefix}*")}

    await passed(*((ADDRESS, f"{number}@example.com") for number in range(20)))

    assert {key async for key in redis_client.scan_iter(f"{prefix}*")} == before


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
