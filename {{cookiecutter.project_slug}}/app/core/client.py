"""Who is at the other end of the line: the address and the program that call."""

import ipaddress
import re
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from app.config import settings

WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([^:]*):\d+")
USER_AGENT_LENGTH = 200
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Client:
    """The caller, as far as the connection tells."""

    address: str
    user_agent: str


def client_of(connection: HTTPConnection) -> Client:
    """Tell who sent the request, believing no more forwarded addresses than there are proxies."""
    user_agent = connection.headers.get("user-agent", "")
    printable = "".join(letter for letter in user_agent if letter.isprintable())
    return Client(address_of(connection), printable[:USER_AGENT_LENGTH])


def address_of(connection: HTTPConnection) -> str:
    """Return the address that the outermost proxy of ours saw.

    Each proxy appends the address that it saw; what stands further left came with the request,
    and anyone can write it. Without proxies the header is not read.
    """
    peer = connection.client.host if connection.client else UNKNOWN
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for"))
    seen = [*forwarded.split(","), peer] if forwarded else [peer]
    # The last so many, or all when there are fewer.
    trusted = seen[-settings.trusted_proxies - 1 :]
    return plain_address(trusted[0]) or plain_address(peer) or peer


def plain_address(text: str) -> str | None:
    """Write an IP address in its one form, without port, brackets and zone; None for others."""
    match = WITH_PORT.fullmatch(text.strip())
    host = (match[1] or match[2] or "") if match else text.strip()
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
