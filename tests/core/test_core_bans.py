"""Bans hold for addresses of both families, however they are written."""

import pytest

from tinyice.core.bans import Bans

BANS = Bans(
    [
        "192.0.2.1",
        "198.51.100.0/24",
        "2001:db8::/32",
        "2001:DB9:0:0::1",
        "::ffff:203.0.113.7",
        "::ffff:10.0.0.0/104",
    ]
)


@pytest.mark.parametrize(
    "address",
    ["192.0.2.1", "198.51.100.200", "2001:db8:1::5", "2001:db9::1", "203.0.113.7", "10.9.9.9"],
)
def test_a_banned_address(address: str) -> None:
    """Single addresses, networks, and IPv4 written as IPv6: clients' addresses are plain."""
    assert address in BANS


@pytest.mark.parametrize("address", ["192.0.2.2", "198.51.101.1", "2001:db9::2", "11.0.0.1", ""])
def test_a_free_address(address: str) -> None:
    """Nobody else is hit; what is no address is not banned."""
    assert address not in BANS
    assert address not in Bans([])
    assert address not in Bans(["192.0.2.1"])
