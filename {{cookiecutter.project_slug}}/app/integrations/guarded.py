"""Connections to hosts that a stranger has named: to public addresses, and nowhere else.

A name is looked up once, all of its addresses are checked, and the connection goes to one of
those that were checked: a name that stands for something else a moment later changes nothing.
"""

import asyncio
from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from socket import SOCK_STREAM, gaierror
from ssl import SSLContext

from httpx2 import (
    AsyncBaseTransport,
    AsyncHTTPTransport,
    ConnectError,
    ConnectTimeout,
    Limits,
    Request,
    Response,
    create_ssl_context,
)

from app.core.public_addresses import Address, Network, is_among, is_public
from app.core.safe_urls import PORTS

# Of a host with many addresses, only so many are tried.
MOST_ADDRESSES = 4


class NoPublicAddressError(Exception):
    """The host has no address, or one that is not public: whoever named it may not know which."""


async def find_addresses(host: str, port: int, opened: Sequence[Network]) -> list[Address]:
    """Return the addresses of a host, all of which are public or in these networks.

    Raises:
        NoPublicAddressError: it has none, or any other one beside them.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
        addresses = list(dict.fromkeys(ip_address(place[0]) for *_, place in found))
    except (gaierror, UnicodeError, ValueError) as error:
        raise NoPublicAddressError from error
    if not addresses or not all(is_public(one) or is_among(one, opened) for one in addresses):
        raise NoPublicAddressError
    return addresses[:MOST_ADDRESSES]


class GuardedTransport(AsyncBaseTransport):
    """Send a request to a public address of its host, whose name the certificate has to bear.

    It asks no proxy, which would look the name up again, follows no redirect, and keeps no
    connection: another host may have the same address.
    """

    def __init__(self, opened: Sequence[Network] = ()) -> None:
        """Begin without a connection; `opened` are networks to reach although not public."""
        self.opened = opened
        self.inner = AsyncHTTPTransport(
            verify=tls_context(), trust_env=False, limits=Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: Request) -> Response:
        """Try the addresses in their order until one takes the connection.

        Raises:
            NoPublicAddressError: as `find_addresses`; nothing was sent.
            HTTPError: no address took the connection, or what came back is no answer.
        """
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or PORTS[request.url.scheme]
        *others, last = await find_addresses(host, port, self.opened)
        for address in others:
            try:
                return await self.inner.handle_async_request(sent_to(address, request, host))
            except (ConnectError, ConnectTimeout):
                continue
        return await self.inner.handle_async_request(sent_to(last, request, host))

    async def aclose(self) -> None:
        """Close the connection."""
        await self.inner.aclose()


@cache
def tls_context() -> SSLContext:
    """Return what checks certificates; to read the authorities' takes a while, so once."""
    return create_ssl_context()


def sent_to(address: Address, request: Request, host: str) -> Request:
    """Return the request as it goes to an address: still for the host, in `Host` and in TLS."""
    return Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
