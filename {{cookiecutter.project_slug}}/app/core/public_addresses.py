"""Addresses that belong to the public internet, and so to nothing of ours."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# All that IANA has given out as global unicast. Outside of it lie loopback, link-local, unique
# local and multicast addresses, and those that carry an IPv4 address: mapped, compatible, NAT64.
GLOBAL_UNICAST = ip_network("2000::/3")

# IANA's registries of special-purpose addresses. Python's `is_global` differs between versions.
SPECIAL = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers, and by some clouds' metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host that a machine of Azure runs on
        "169.254.0.0/16",  # link-local, with most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # protocol assignments, among them Teredo, which carries an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
]


def is_public(address: Address) -> bool:
    """Tell whether an address is one host's on the public internet."""
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return not is_among(address, SPECIAL)


def is_among(address: Address, networks: Sequence[Network]) -> bool:
    """Tell whether an address lies in one of these networks."""
    return any(address in network for network in networks)
