"""Addresses and networks (CIDR), in which a look-up costs little however many there are.

Networks lie in one table for each length of prefix: an address is held against
as many tables as there are lengths, never against a list. Single addresses are
found by their text, which is canonical here (see ``net/peer.py``).
"""

import socket
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Generic, TypeVar

T = TypeVar("T")
Network = IPv4Network | IPv6Network


@lru_cache(maxsize=1 << 16)
def network_of(text: str) -> Network:
    """An address or network in its canonical form; raises ValueError.

    IPv4 that is written as mapped into IPv6 becomes what it is, as the
    addresses of clients do.
    """
    network = ip_network(text.strip(), strict=False)
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < 96:
        return network
    return IPv4Network((mapped, network.prefixlen - 96))


class NetworkTable(Generic[T]):
    """Something that is known of addresses and networks."""

    def __init__(self, entries: Iterable[tuple[Network, T]]) -> None:
        self._singles: dict[str, T] = {}
        by_shift: dict[int, dict[int, dict[int, T]]] = {32: {}, 128: {}}
        for network, known in entries:
            width = network.max_prefixlen
            shift = width - network.prefixlen
            if shift:
                first = int(network.network_address)
                by_shift[width].setdefault(shift, {})[first >> shift] = known
            else:
                self._singles[str(network.network_address)] = known
        # The most exact first.
        self._tables = {
            width: sorted(tables.items()) for width, tables in by_shift.items() if tables
        }

    def known_of(self, address: str) -> Sequence[T]:
        """What is known of ``address``, the most exact first; nothing of what is no address."""
        single = self._singles.get(address)
        if not self._tables:
            return () if single is None else (single,)
        found = [] if single is None else [single]
        width, number = _number(address)
        for shift, table in self._tables.get(width, ()):
            known = table.get(number >> shift)
            if known is not None:
                found.append(known)
        return found


class Networks:
    """A set of addresses and networks, which may be replaced by another at any time."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self.replace(entries)

    def replace(self, entries: Iterable[str]) -> None:
        """These, and no others, from now on."""
        networks = [network_of(entry) for entry in entries]
        self._table = NetworkTable((network, True) for network in networks)
        self._is_empty = not networks

    def __bool__(self) -> bool:
        return not self._is_empty

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and bool(self._table.known_of(address))


def _number(address: str) -> tuple[int, int]:
    """The width of ``address`` in bits, and its number; width 0 for what is no address.

    The function of the C library takes a fifth of the time of ``ip_address``,
    and is called for every connection.
    """
    family, width = (socket.AF_INET6, 128) if ":" in address else (socket.AF_INET, 32)
    try:
        return width, int.from_bytes(socket.inet_pton(family, address), "big")
    except (OSError, ValueError):
        return 0, 0
