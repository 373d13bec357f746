"""Limits on attempts, counted exactly in Redis, and in this process while Redis is away."""

import hashlib
import hmac
import ipaddress
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.config import settings
from app.core.exceptions import TooManyAttemptsError
from app.core.keys import derived_keys
from app.core.redis import redis

log = structlog.get_logger()

Answer = TypeVar("Answer")

# While Redis is away one request a second asks for it, so that an outage costs one timeout a
# second and not one a request.
RETRY_SECONDS = 1.0
# An IPv6 customer has at least this network to choose addresses from.
IPV6_PREFIX_LENGTH = 64


class Tier(NamedTuple):
    """One limit on an attempt, and what it counts by."""

    name: str
    limit: RateLimitItem
    key: tuple[str, ...]


class AttemptCounter:
    """Windows of attempts that all workers share, as long as Redis answers."""

    def __init__(self, client: Redis | None, key_prefix: str = "rate-limit") -> None:
        """Count with this client; with None, in this process alone."""
        self.local = MovingWindowRateLimiter(MemoryStorage())
        self.shared = shared_limiter(client, key_prefix) if client else None
        self.is_away = False
        self.next_try = 0.0

    async def seconds_until_free(self, tier: Tier) -> int:
        """Return how long the tier takes no more attempts; 0 when it takes one now."""
        window = await self.ask(lambda limiter: limiter.get_window_stats(tier.limit, *tier.key))
        if window.remaining > 0:
            return 0
        return max(1, math.ceil(window.reset_time - time.time()))

    async def add(self, tier: Tier) -> bool:
        """Count an attempt, unless the tier is full; of many at once no more than fit succeed."""
        return await self.ask(lambda limiter: limiter.hit(tier.limit, *tier.key))

    async def ask(self, question: Callable[[MovingWindowRateLimiter], Awaitable[Answer]]) -> Answer:
        """Ask Redis, or this process's own windows when Redis does not answer."""
        if self.shared and self.may_try():
            try:
                answer = await question(self.shared)
            except RedisError as error:
                self.note_failure(error)
            else:
                self.note_success()
                return answer
        return await question(self.local)

    def may_try(self) -> bool:
        """Tell whether to ask Redis: always, but in an outage only the first of each second."""
        if not self.is_away:
            return True
        if time.monotonic() < self.next_try:
            return False
        self.next_try = time.monotonic() + RETRY_SECONDS
        return True

    def note_failure(self, error: RedisError) -> None:
        """Leave Redis alone for a second; say so once in an outage."""
        self.next_try = time.monotonic() + RETRY_SECONDS
        if not self.is_away:
            self.is_away = True
            log.warning("redis is away, attempts are counted by each process", cause=repr(error))

    def note_success(self) -> None:
        """Count in Redis again."""
        if self.is_away:
            self.is_away = False
            log.info("redis is back, attempts are counted for all processes")


def shared_limiter(client: Redis, key_prefix: str) -> MovingWindowRateLimiter:
    """Let the limiter use our client's connections."""
    # The library's type of its options leaves this one out.
    options: dict[str, Any] = {"connection_pool": client.connection_pool}
    storage = RedisStorage("redis://", implementation="redispy", key_prefix=key_prefix, **options)
    return MovingWindowRateLimiter(storage)


counter = AttemptCounter(redis)


async def count_attempt(operation: str, address: str, account: str) -> None:
    """Count an attempt at something worth guarding; an attempt that is refused counts nowhere.

    `account` is whatever names it to the caller; the empty text when the attempt has none.

    Raises:
        TooManyAttemptsError: the account from this address, the address, or all together tried
            too often.
    """
    tiers = tiers_of(operation, address, account)
    for tier in tiers:
        # Looked at before anything counts: a flood of refused attempts then fills no memory.
        if await counter.seconds_until_free(tier):
            raise await refusal(operation, address, tier)
    for tier in tiers:
        if not await counter.add(tier):
            raise await refusal(operation, address, tier)


async def refusal(operation: str, address: str, tier: Tier) -> TooManyAttemptsError:
    """Log that an attempt was one too many, and say when the next one may come."""
    log.warning("too many attempts", operation=operation, tier=tier.name, address=address)
    return TooManyAttemptsError(max(1, await counter.seconds_until_free(tier)))


def tiers_of(operation: str, address: str, account: str) -> list[Tier]:
    """Return the limits that hold for an attempt, the narrowest first."""
    network = network_of(address)
    tiers = [
        ("address", settings.rate_limit_address, (network,)),
        ("global", settings.rate_limit_global, ()),
    ]
    if account:
        key = (network, pseudonym(account))
        tiers.insert(0, ("account", settings.rate_limit_account, key))
    return [Tier(name, parse(limit), (operation, name, *key)) for name, limit, key in tiers]


def network_of(address: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    network = ipaddress.ip_network((parsed, IPV6_PREFIX_LENGTH), strict=False)
    return str(network.network_address)


def pseudonym(account: str) -> str:
    """Name an account so that nobody without our key can tell which it is."""
    key = derived_keys("rate limit account")[0]
    return hmac.digest(key, account.lower().encode(), hashlib.sha256).hex()[:32]
