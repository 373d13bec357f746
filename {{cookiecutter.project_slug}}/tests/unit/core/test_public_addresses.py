"""Which addresses are public: by our list, and by Python's own where it says so, too."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from app.core.public_addresses import Address, is_public
from tests.private_targets import ADDRESSES, PUBLIC_ADDRESSES


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_that_is_not_one_hosts_on_the_internet_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC_ADDRESSES)
def test_an_address_of_a_host_on_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


def is_special(address: Address) -> bool:
    """Tell whether Python takes an address for anything but one host's on the internet."""
    kinds = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
    return any(getattr(address, f"is_{kind}") for kind in kinds)


def test_nothing_is_public_that_python_takes_for_private_or_special() -> None:
    numbers = range(0, 2**16, 13)
    spread: list[Address] = [IPv4Address(number << 16 | 0x0101) for number in numbers]
    spread_further: list[Address] = [IPv6Address(number << 112 | 1) for number in numbers]

    public = [address for address in (*spread, *spread_further) if is_public(address)]

    assert len(public) > len(numbers) / 2
    assert [address for address in public if is_special(address)] == []
