"""Limits on attempts, through the API: nobody guesses passwords, tokens or addresses for long."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from app.config import settings
from app.core import rate_limit
from app.core.rate_limit import AttemptCounter
from app.core.redis import make_redis
from tests.factories import PASSWORD, make_user

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

Attempt = Callable[[AsyncClient, str, str], Awaitable[Response]]

ANN = "ann@example.com"
BOB = "bob@example.com"
HERE = "203.0.113.5"
ELSEWHERE = "203.0.113.6"
HOUR = 3_600
GUESS = "a-guess-at-a-token"


async def log_in(client: AsyncClient, email: str, forwarded: str = "") -> Response:
    form = {"username": email, "password": PASSWORD}
    return await client.post("/auth/token", data=form, headers={"X-Forwarded-For": forwarded})


async def register(client: AsyncClient, email: str, forwarded: str = "") -> Response:
    account = {"email": email, "password": PASSWORD}
    return await client.post(
        "/users/register", json=account, headers={"X-Forwarded-For": forwarded}
    )


async def ask_for_reset(client: AsyncClient, email: str, forwarded: str = "") -> Response:
    return await client.post(
        "/auth/password-reset/request",
        json={"email": email},
        headers={"X-Forwarded-For": forwarded},
    )


async def ask_for_verification(client: AsyncClient, email: str, forwarded: str = "") -> Response:
    return await client.post(
        "/auth/verify-email/request", json={"email": email}, headers={"X-Forwarded-For": forwarded}
    )


async def refresh(client: AsyncClient, _: str, forwarded: str = "") -> Response:
    body = {"refresh_token": GUESS}
    return await client.post("/auth/refresh", json=body, headers={"X-Forwarded-For": forwarded})


async def reset(client: AsyncClient, _: str, forwarded: str = "") -> Response:
    body = {"token": GUESS, "password": PASSWORD}
    return await client.post(
        "/auth/password-reset", json=body, headers={"X-Forwarded-For": forwarded}
    )


async def verify(client: AsyncClient, _: str, forwarded: str = "") -> Response:
    body = {"token": GUESS}
    return await client.post(
        "/auth/verify-email", json=body, headers={"X-Forwarded-For": forwarded}
    )


WITH_ACCOUNT = [log_in, register, ask_for_reset, ask_for_verification]
GUESSES = [refresh, reset, verify]


@pytest.fixture(autouse=True)
async def fresh_counter(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Count under keys that no other test has, with patience for a busy machine."""
    monkeypatch.setattr("app.core.redis.TIMEOUT_SECONDS", 10.0)
    assert settings.redis_url
    client = make_redis(settings.redis_url.get_secret_value())
    monkeypatch.setattr(rate_limit, "counter", AttemptCounter(client, uuid4().hex))
    yield
    assert not rate_limit.counter.is_away
    await client.aclose()


def allow(monkeypatch: pytest.MonkeyPatch, **attempts: int) -> None:
    """Allow so many attempts an hour of an `account`, of an `address`, of all: `global`."""
    for tier, number in attempts.items():
        monkeypatch.setattr(settings, f"rate_limit_{tier}", f"{number} per 1 hour")


def refused(*responses: Response) -> list[bool]:
    return [response.status_code == 429 for response in responses]


@pytest.mark.parametrize("attempt", [*WITH_ACCOUNT, *GUESSES])
@pytest.mark.parametrize("tier", ["address", "global"])
async def test_one_attempt_too_many_is_a_429_that_says_when_to_come_back(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, attempt: Attempt, tier: str
) -> None:
    allow(monkeypatch, **{tier: 2})

    responses = [await attempt(client, f"{number}@example.com", "") for number in range(3)]

    assert refused(*responses) == [False, False, True]
    assert responses[2].json()["code"] == "too_many_attempts"
    assert HOUR - 60 < int(responses[2].headers["Retry-After"]) <= HOUR


@pytest.mark.parametrize("attempt", WITH_ACCOUNT)
async def test_too_many_attempts_at_one_account_stop_neither_others_nor_its_owner_elsewhere(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, attempt: Attempt
) -> None:
    monkeypatch.setattr(settings, "trusted_proxies", 1)
    allow(monkeypatch, account=1)

    attacked = [await attempt(client, email, HERE) for email in (ANN, ANN, ANN.title())]
    other_account = await attempt(client, BOB, HERE)
    other_address = await attempt(client, ANN, ELSEWHERE)

    assert refused(*attacked) == [False, True, True]
    assert refused(other_account, other_address) == [False, False]


@pytest.mark.parametrize("attempt", [log_in, refresh])
@pytest.mark.parametrize(("proxies", "seen"), [(0, ""), (1, f", {HERE}"), (2, f", {HERE}, ::1")])
async def test_a_spoofed_forwarding_header_does_not_help(
    client: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    attempt: Attempt,
    proxies: int,
    seen: str,
) -> None:
    monkeypatch.setattr(settings, "trusted_proxies", proxies)
    allow(monkeypatch, address=1)

    responses = [await attempt(client, ANN, f"10.0.0.{number}{seen}") for number in range(3)]

    assert refused(*responses) == [False, True, True]


@pytest.mark.parametrize("is_known", [True, False])
async def test_the_right_password_does_not_get_past_the_limit(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    if is_known:
        await make_user(email=ANN)
    allow(monkeypatch, account=2)
    wrong = {"username": ANN, "password": "a wrong guess of one"}

    guesses = [await client.post("/auth/token", data=wrong) for _ in range(2)]
    right = await log_in(client, ANN)

    assert [response.status_code for response in guesses] == [401, 401]
    assert right.status_code == 429


async def test_mails_to_one_mailbox_are_limited_whatever_they_are_asked_for(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, account=2)

    responses = [
        await ask_for_reset(client, ANN),
        await ask_for_verification(client, ANN),
        await ask_for_reset(client, ANN),
        await ask_for_verification(client, ANN),
    ]

    assert refused(*responses) == [False, False, True, True]


async def test_a_limit_on_one_operation_leaves_the_others_alone(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, account=1, address=1)

    responses = [await attempt(client, ANN, "") for attempt in (log_in, log_in, register, refresh)]

    assert refused(*responses) == [False, True, False, False]
