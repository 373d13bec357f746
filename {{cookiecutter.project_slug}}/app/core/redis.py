"""Redis: the client that all workers count with, and its end."""

from redis.asyncio import BlockingConnectionPool, Redis

from app.config import settings

# What a request may lose to a Redis that went silent, at each step: a connection from the
# pool, a connection to the server, an answer.
TIMEOUT_SECONDS = 0.25
MAX_CONNECTIONS = 10


def make_pool(url: str, max_connections: int = MAX_CONNECTIONS) -> BlockingConnectionPool:
    """Make a pool for a client that is to fail soon instead of waiting.

    A client that makes its own pool tries again and again for seconds.
    """
    return BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
    )


def make_redis(url: str) -> Redis:
    """Make a client that fails soon."""
    return Redis.from_pool(make_pool(url))


redis = make_redis(settings.redis_url.get_secret_value()) if settings.redis_url else None


async def close_redis() -> None:
    """Close all connections, when the process ends."""
    if redis is not None:
        await redis.aclose()
