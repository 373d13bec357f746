"""Connections: one client with a pool for each host, for the life of an event loop."""

from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext

from httpx2 import AsyncClient, Limits, Timeout, create_ssl_context

from app.integrations.per_loop import PerLoop
from app.integrations.policy import Policy

Clients = dict[tuple[str, Policy], AsyncClient]

clients: PerLoop[Clients] = PerLoop(dict)


def connection(host: str, policy: Policy) -> AsyncClient:
    """Return the client for a host, which connects when it is used."""
    mine = clients.get()
    if (host, policy) not in mine:
        mine[host, policy] = make_client(policy)
    return mine[host, policy]


def make_client(policy: Policy) -> AsyncClient:
    """Make a client that keeps connections, and nothing else, from one call to the next."""
    return AsyncClient(
        verify=trusted(),
        timeout=Timeout(
            policy.read_seconds, connect=policy.connect_seconds, pool=policy.deadline_seconds
        ),
        limits=Limits(
            max_connections=policy.concurrency, max_keepalive_connections=policy.concurrency
        ),
        # A redirect would take the caller's keys to a host that nobody has named.
        follow_redirects=False,
        # A cookie from the answer to one user's call would go out with the next user's.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


@cache
def trusted() -> SSLContext:
    """Return whose certificates hold; reading them takes longer than many a call."""
    return create_ssl_context()


async def close_connections() -> None:
    """Close all connections of the running event loop, when the process ends."""
    for client in (clients.take() or {}).values():
        await client.aclose()
