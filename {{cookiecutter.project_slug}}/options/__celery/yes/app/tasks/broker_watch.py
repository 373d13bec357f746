"""Celery after a loss of Redis.

When a confirmation gets lost with its connection, Celery's worker keeps the place of that message
for ever, and with all places kept it takes no more messages. A new connection clears them.
"""

from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from app.core.redis import TIMEOUT_SECONDS


class BrokerWatch:
    """Look whether Redis is the one that it was, and make the worker connect anew if it is not."""

    def __init__(self, url: str, call_soon: Callable[[Callable[[], None]], object]) -> None:
        """Take what runs a function on the worker's event loop."""
        self.redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self.call_soon = call_soon
        self.seen = self.run_id()

    def run_id(self) -> str | None:
        """Return what Redis calls itself since it started; None while it is away."""
        try:
            told: Any = self.redis.info("server")
        except RedisError:
            return None
        return str(told["run_id"])

    def check(self) -> None:
        """Complain once when Redis has come back."""
        before, self.seen = self.seen, self.run_id()
        if self.seen and self.seen != before:
            self.call_soon(complain)


def complain() -> None:
    """Raise what makes the worker connect anew."""
    raise RedisConnectionError("Redis was away")
