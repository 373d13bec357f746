"""Fixtures for the tests of limits on attempts."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.config import settings
from app.core import rate_limit
from app.core.rate_limit import AttemptCounter
from app.core.redis import make_redis

PATIENCE_SECONDS = 10.0


@pytest.fixture
async def redis_client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:
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
def counter(redis_client: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch) -> AttemptCounter:
    """A counter in Redis that has counted nothing yet."""
    counter = AttemptCounter(redis_client, prefix)
    monkeypatch.setattr(rate_limit, "counter", counter)
    return counter
