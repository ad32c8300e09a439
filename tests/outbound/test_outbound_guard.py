"""Which addresses requests may reach."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.outbound.guard import (
    GLOBAL_UNICAST,
    NAT64,
    NOBODY,
    NOT_PUBLIC_4,
    AllowList,
    is_public,
    may_reach,
)

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255
127.0.0.1 127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2
172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1
192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.1.2.3 64:ff9b::169.254.169.254
64:ff9b:1::1 64:ff9b:1::8.8.8.8 100::1 100:0:0:1::1 fc00::1 fd00::1 fd00:ec2::254
fd20:ce::254 fe80::1 febf::1 fec0::1 feff::1 ff02::1 ff0e::1 5f00::1 4000::1
2001::1 2001:0:53aa:64c:0:7fff:80ff:fffe 2001:2::1 2001:10::1 2001:20::1 2001:1ff::1
2001:db8::1 3fff::1 3fff:fff::1 2002:7f00:1::1 2002:a00:1::1 2002:a9fe:a9fe::1
2002:c0a8:1::1 2606:4700::5efe:127.0.0.1 2606:4700::200:5efe:10.0.0.1 fe80::1%eth0
2606:4700::1%1
"""

REACHABLE = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0
198.17.255.255 198.20.0.0 223.255.255.255
::ffff:8.8.8.8 64:ff9b::8.8.8.8 2001:200::1 2001:4860:4860::8888 2002:808:808::1
2606:4700:4700::1111 2a00:1450::1 3ffe::1
"""

PUBLIC_4 = st.ip_addresses(v=4).filter(is_public)


@pytest.mark.parametrize("address", REFUSED.split())
def test_what_is_not_public_is_refused(address: str) -> None:
    """Nothing near this machine, nothing reserved, in whatever form it is written."""
    assert not may_reach("name.example", address, NOBODY)


@pytest.mark.parametrize("address", REACHABLE.split())
def test_what_is_public_is_reached(address: str) -> None:
    """The neighbours of the special ranges are ordinary addresses."""
    assert may_reach("name.example", address, NOBODY)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "::1]"])
def test_only_addresses_are_addresses(text: str) -> None:
    """What is not surely an address is not reached."""
    assert not may_reach("name.example", text, NOBODY)


@given(st.sampled_from(NOT_PUBLIC_4).flatmap(lambda network: st.ip_addresses(network=network)))
def test_no_disguise_helps(inner: IPv4Address) -> None:
    """An IPv4 address that is refused is refused in every form of IPv6 that carries it."""
    number = int(inner)
    disguises = [
        number,
        number | 0xFFFF << 32,
        number | 0xFFFF << 48,
        number | 0x0064FF9B << 96,
        0x2002 << 112 | number << 80 | 1,
        0x20010000 << 96 | 0x08080808 << 64 | number ^ 0xFFFFFFFF,
        0x26064700 << 96 | 0x5EFE << 32 | number,
    ]
    assert not is_public(inner)
    assert [is_public(IPv6Address(disguise)) for disguise in disguises] == [False] * 7


@given(st.ip_addresses(v=4))
def test_public_means_global_unicast(address: IPv4Address) -> None:
    """Nothing passes that Python's own tables hold for private or multicast."""
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=6))
def test_public_means_global_unicast_in_ipv6(address: IPv6Address) -> None:
    """The same for IPv6, and nothing outside 2000::/3 but translated addresses."""
    if is_public(address):
        assert address.ipv4_mapped or address in GLOBAL_UNICAST or address in NAT64
        assert not address.is_private
        assert not address.is_multicast


@given(PUBLIC_4)
def test_translated_addresses_are_reached(address: IPv4Address) -> None:
    """In a network of IPv6 only, everything of IPv4 is reached by way of NAT64."""
    assert is_public(IPv6Address(0x0064FF9B << 96 | int(address)))


ALLOWED = AllowList.of(
    ["127.0.0.1", " 192.168.0.0/16", "fd00::/8", "Box.LAN.", "::ffff:10.0.0.0/104"]
)


@pytest.mark.parametrize(
    ("name", "address", "allowed"),
    [
        ("a.example", "127.0.0.1", True),
        ("a.example", "::ffff:127.0.0.1", True),
        ("a.example", "127.0.0.2", False),
        ("a.example", "192.168.44.5", True),
        ("a.example", "10.9.8.7", True),
        ("a.example", "fd00::5", True),
        ("a.example", "fc00::5", False),
        ("box.lan", "172.16.0.9", True),
        ("BOX.lan.", "172.16.0.9", True),
        ("not-box.lan", "172.16.0.9", False),
        ("box.lan.evil.example", "172.16.0.9", False),
    ],
)
def test_the_allow_list_lets_through(name: str, address: str, allowed: bool) -> None:
    """What the operator names, by address, network or name, is reached."""
    assert may_reach(name, address, ALLOWED) is allowed


@given(st.ip_addresses())
def test_an_empty_list_allows_nothing(address: IPv4Address | IPv6Address) -> None:
    """Without a list, the registries decide alone."""
    assert may_reach("a.example", str(address), NOBODY) is is_public(ip_address(address))
