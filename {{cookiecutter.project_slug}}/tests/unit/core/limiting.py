"""Attempts that limits are tried on."""

import time

import pytest

from app.config import settings
from app.core.exceptions import TooManyAttemptsError
from app.core.rate_limit import count_attempt

ADDRESS = "203.0.113.5"
ELSEWHERE = "203.0.113.6"
ANN = "ann@example.com"
BOB = "bob@example.com"
NEVER = "100000 per 1 hour"


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
