"""Addresses that are not served at all."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


class Bans:
    """A list of addresses and networks (CIDR). Single addresses cost one look-up."""

    def __init__(self, entries: Iterable[str]) -> None:
        networks = [_plain(ip_network(entry, strict=False)) for entry in entries]
        self._singles = {
            str(network.network_address)
            for network in networks
            if network.prefixlen == network.max_prefixlen
        }
        self._networks: list[IPv4Network | IPv6Network] = [
            network for network in networks if network.prefixlen != network.max_prefixlen
        ]

    def __contains__(self, address: str) -> bool:
        if address in self._singles:
            return True
        if not self._networks:
            return False
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """IPv4 that is written as mapped into IPv6 as what it is, like the addresses of clients."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < 96:
        return network
    return IPv4Network((mapped, network.prefixlen - 96))
