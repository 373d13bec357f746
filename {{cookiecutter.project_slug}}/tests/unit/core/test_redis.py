"""The client of Redis, and its end."""

from uuid import uuid4

import pytest

from app.config import settings
from app.core import redis


async def test_closing_ends_the_connections_and_may_be_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert settings.redis_url
    url = settings.redis_url.get_secret_value()
    name = uuid4().hex
    client, witness = redis.make_redis(f"{url}?client_name={name}"), redis.make_redis(url)
    monkeypatch.setattr(redis, "redis", client)
    await client.ping()
    before = [line["name"] for line in await witness.client_list()]

    await redis.close_redis()
    await redis.close_redis()

    after = [line["name"] for line in await witness.client_list()]
    await witness.aclose()
    assert name in before
    assert name not in after
