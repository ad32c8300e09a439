"""Which addresses of the network outgoing requests may reach.

Requests go to addresses that people type in. Without a guard they would reach
what only this machine can reach: its own ports, its neighbours, the metadata
service of its cloud. Rules of this file:

- only what the registries give out as public is let through, not what merely
  stands on no list of bad ones;
- an IPv6 address that carries an IPv4 address is judged by that one, too;
- it decides about addresses; names are looked up before, and only what was
  judged here is connected to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from tinyice.core.networks import Network, network_of

Address = IPv4Address | IPv6Address

NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a virtual machine in Azure
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")

NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

ISATAP = (0x00005EFE, 0x02005EFE)
"""What stands before an IPv4 address in the last half of such an IPv6 address."""


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet could reach ``address``."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address not in GLOBAL_UNICAST and address not in NAT64:
        return False
    if any(address in network for network in NOT_PUBLIC_6):
        return False
    return all(is_public(carried) for carried in _carried(address))


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a tunnel or translator would send this on to."""
    number = int(address)
    if address in NAT64 or (number >> 32) & 0xFFFFFFFF in ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        yield IPv4Address((number >> 80) & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class AllowList:
    """Addresses and names that are let through although they are not public."""

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "AllowList":
        """From addresses, networks and names of hosts, as they are written down."""
        networks: list[Network] = []
        names: set[str] = set()
        for entry in entries:
            try:
                networks.append(network_of(entry))
            except ValueError:
                names.add(_plain(entry.strip()))
        return cls(tuple(networks), frozenset(names))

    def names_it(self, name: str, address: Address) -> bool:
        """Whether the host ``name`` or its ``address`` is on the list."""
        if _plain(name) in self.names:
            return True
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any((mapped or address) in network for network in self.networks)


NOBODY = AllowList()


def may_reach(name: str, address: str, allowed: AllowList) -> bool:
    """Whether a request to the host ``name`` may be sent to ``address``."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return is_public(found) or allowed.names_it(name, found)


def _plain(name: str) -> str:
    return name.lower().rstrip(".")
