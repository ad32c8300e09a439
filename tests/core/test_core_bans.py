"""Bans hold for addresses of both families, however they are written, and end in time."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.bans import Ban, Bans
from tinyice.core.networks import Networks

NOW = datetime(2026, 11, 20, 6, 33, 26, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
BANNED = (
    "192.0.2.1",
    "198.51.100.0/24",
    "2001:db8::/32",
    "2001:DB9:0:0::1",
    "::ffff:203.0.113.7",
    "::ffff:10.0.0.0/104",
    " 192.0.2.99 ",
)


class Wall:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def bans(*entries: str | Ban) -> Bans:
    made = (one if isinstance(one, Ban) else Ban(one) for one in entries)
    return Bans(made, now=lambda: NOW)


@pytest.mark.parametrize(
    "address",
    [
        "192.0.2.1",
        "192.0.2.99",
        "198.51.100.200",
        "2001:db8:1::5",
        "2001:db9::1",
        "203.0.113.7",
        "10.9.9.9",
    ],
)
def test_a_banned_address(address: str) -> None:
    """Single addresses, networks, and IPv4 written as IPv6: clients' addresses are plain."""
    assert address in bans(*BANNED)


NO_ADDRESSES = ["", "unknown", "192.0.2", "::1%eth0", "1\0", "\udcff", "192.0.2.1 "]


@pytest.mark.parametrize(
    "address", ["192.0.2.2", "198.51.101.1", "2001:db9::2", "11.0.0.1", *NO_ADDRESSES]
)
def test_a_free_address(address: str) -> None:
    """Nobody else is hit; what is no address is not banned."""
    assert address not in bans(*BANNED)
    assert address not in bans()
    assert address not in bans("192.0.2.1")


@pytest.mark.parametrize("network", ["0.0.0.0/0", "0.0.0.0/1", "192.0.2.0/31"])
def test_wide_and_narrow(network: str) -> None:
    """Any length of prefix will do; another family is never hit."""
    assert "192.0.2.1" in bans(network, "128.0.0.0/1")
    assert "2001:db8::1" not in bans(network)
    assert "::" not in bans(network)


def test_what_is_no_network() -> None:
    """A ban that can't be read is refused, and the bans stay as they were."""
    held = bans("192.0.2.1")
    with pytest.raises(ValueError, match="300"):
        held.replace([Ban("192.0.2.7"), Ban("300.1.1.1")])
    assert "192.0.2.1" in held
    assert "192.0.2.7" not in held


def test_reasons() -> None:
    """A ban says why, if anybody said so."""
    held = bans(Ban("192.0.2.1", "rude"), Ban("198.51.100.0/24"))
    assert held.reason_for("192.0.2.1") == "rude"
    assert held.reason_for("198.51.100.9") == ""
    assert held.reason_for("203.0.113.1") is None


@pytest.mark.parametrize("network", ["192.0.2.1", "192.0.2.0/24"])
def test_expiry(network: str) -> None:
    """A ban with an end holds until then, and not a moment longer."""
    wall = Wall()
    held = Bans([Ban(network, expires_at=LATER)], now=wall)
    assert "192.0.2.1" in held
    wall.now = LATER
    assert "192.0.2.1" not in held


def test_the_longest_ban_counts() -> None:
    """Of several bans on one address the one that lasts holds, whatever their order."""
    forever, brief = Ban("192.0.2.1", "rude"), Ban("192.0.2.1", "flood", LATER)
    briefer = Ban("192.0.2.1", expires_at=NOW + timedelta(seconds=1))
    wall = Wall()
    for order in ((forever, brief, briefer), (briefer, brief, forever), (brief, forever)):
        held = Bans(order, now=wall)
        assert held.reason_for("192.0.2.1") == "rude"
    held = Bans([briefer, brief], now=wall)
    wall.now = NOW + timedelta(seconds=2)
    assert held.reason_for("192.0.2.1") == "flood"


def test_a_wider_ban_outlives_an_exact_one() -> None:
    """When the ban on an address is over, one on its network still holds."""
    held = bans(Ban("192.0.2.1", "flood", NOW), Ban("192.0.2.0/24", "rude"))
    assert held.reason_for("192.0.2.1") == "rude"


def test_replaced() -> None:
    """New bans hold at once, and old ones no more."""
    held = bans("192.0.2.1")
    held.replace([Ban("192.0.2.2")])
    assert "192.0.2.1" not in held
    assert "192.0.2.2" in held


def test_proxies_are_spared() -> None:
    """A trusted proxy is never banned, since everyone is behind it; others in its network are."""
    trusted = Networks(["192.0.2.1"])
    held = Bans([Ban("192.0.2.0/24"), Ban("192.0.2.1")], now=lambda: NOW, spared=trusted)
    assert "192.0.2.1" not in held
    assert "192.0.2.2" in held
    trusted.replace([])
    assert "192.0.2.1" in held


def test_many_cost_nothing() -> None:
    """Whatever the number of bans, an address is looked up as often as there are prefix lengths."""
    count = 100_000
    many = bans(
        *(str(IPv4Address(0x0A000000 + number)) for number in range(count)), "172.16.0.0/12"
    )
    tables = many._table._tables
    assert [shift for shift, _ in tables[32]] == [20]
    assert len(many._table._singles) == count
    assert "10.1.0.0" in many
    assert "11.0.0.0" not in many


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
NETWORKS = st.lists(
    st.one_of(
        st.tuples(st.ip_addresses(v=4), st.integers(0, 32)),
        st.tuples(st.ip_addresses(v=6), st.integers(0, 128)),
    ).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    max_size=8,
)


@given(networks=NETWORKS, address=ADDRESSES)
def test_as_a_list_would(networks: list[str], address: str) -> None:
    """Tables find what a search through all networks finds."""
    parsed = ip_address(address)
    found = any(parsed in ip_network(network, strict=False) for network in networks)
    if not any(network.startswith("::ffff:") for network in networks):
        assert (address in Networks(networks)) is found


@given(address=st.ip_addresses(v=4), length=st.integers(0, 32), other=st.ip_addresses(v=4))
def test_a_network_around_an_address(address: IPv4Address, length: int, other: IPv4Address) -> None:
    """An address is in every network that is written with it, mapped into IPv6 or not."""
    assert str(address) in Networks([f"{address}/{length}"])
    mapped = IPv6Address(f"::ffff:{address}")
    assert str(address) in Networks([f"{mapped}/{96 + length}"])
    inside = other in ip_network(f"{address}/{length}", strict=False)
    assert (str(other) in Networks([f"{mapped}/{96 + length}"])) is inside
