"""Addresses that a stranger gives us to call: how they are spelled, before any name is looked up.

A URL is taken only in the one plain form in which all programs read the same host. What the name
stands for is checked when it is called: see `app/integrations/guarded.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from app.config import settings
from app.core.public_addresses import Network, is_among

LONGEST_URL = 2_000
LONGEST_HOST = 253
LOWEST_FREE_PORT, HIGHEST_PORT = 1_024, 65_535
PORTS = {"https": 443, "http": 80}

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# An address in numbers has no such last label, in whichever spelling: 127.1, 0x7f.1, 2130706433.
TOP_LABEL = r"(?:[a-z]{2,63}|xn--[a-z0-9-]{0,57}[a-z0-9])"
NAME = rf"(?:{LABEL}\.)+{TOP_LABEL}"
# Names that lead to no host of the public internet (RFC 6761, 6762, 7686, 8375, and habits).
NOBODYS = (
    "(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|onion|test"
    "|invalid|arpa)"
)
REST = r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"

# Without `ASCII`, ignoring case would take letters of other alphabets for those of ours.
FLAGS = re.IGNORECASE | re.ASCII
URL = re.compile(
    rf"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9.-]+))"
    rf"(?::(?P<port>[1-9][0-9]{{0,4}}))?{REST}",
    FLAGS,
)
PLAIN_LABEL = re.compile(LABEL, FLAGS)
PUBLIC_NAME = re.compile(rf"(?!.*\.{NOBODYS}$){NAME}", FLAGS)

# For the API document, which has no words for all of it: what fits here is taken.
URL_SCHEMA: dict[str, Any] = {
    "format": "uri",
    "pattern": rf"^https://{NAME}(?::443)?{REST}$",
    "not": {"pattern": rf"^https://[^/?:]*\.{NOBODYS}(?:[:/?]|$)"},
}


class UnsafeUrlError(ValueError):
    """The URL is not one that we call; the text says why, and holds no input."""


@dataclass(frozen=True)
class UrlRules:
    """What may be called besides https on the public internet: nothing, in most installations."""

    http_allowed: bool = False
    networks: Sequence[Network] = ()


def callback_rules() -> UrlRules:
    """Return what the settings let callbacks reach."""
    return UrlRules(settings.callback_http_allowed, settings.callback_allowed_networks)


def check_url(url: str, rules: UrlRules) -> None:
    """Refuse a URL that is not an absolute one of https with a public host's name.

    Raises:
        UnsafeUrlError: it is not, or could be read in more than one way.
    """
    found = URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if found is None:
        raise UnsafeUrlError("must be a plain URL in ASCII, without a user and without a fragment")
    scheme = found["scheme"].lower()
    if scheme == "http" and not rules.http_allowed:
        raise UnsafeUrlError("must begin with https://")
    check_port(scheme, found["port"])
    check_host(found["ipv6"] or found["host"], rules.networks)


def check_port(scheme: str, written: str | None) -> None:
    """Refuse the ports of other well-known services."""
    port = int(written or PORTS[scheme])
    if port != PORTS[scheme] and not LOWEST_FREE_PORT <= port <= HIGHEST_PORT:
        raise UnsafeUrlError(f"must have port {PORTS[scheme]}, or one from {LOWEST_FREE_PORT} on")


def check_host(host: str, networks: Sequence[Network]) -> None:
    """Refuse a host that has no public name, unless it may be in one of these networks."""
    if len(host) > LONGEST_HOST or not (PUBLIC_NAME.fullmatch(host) or may_be_in(networks, host)):
        raise UnsafeUrlError("must name its host by a public name, and not by an address")


def may_be_in(networks: Sequence[Network], host: str) -> bool:
    """Tell whether a host can be in these networks: as an address of theirs, or by any name."""
    try:
        address = ip_address(host)
    except ValueError:
        # What the name stands for is looked at when it is called. Some programs read 127.1 or
        # 0x7f000001 as an address, and none reads one whose last label begins with a letter.
        labels = host.split(".")
        is_name = all(map(PLAIN_LABEL.fullmatch, labels)) and labels[-1][0].isalpha()
        return bool(networks) and is_name
    return str(address) == host.lower() and is_among(address, networks)
