"""Addresses that are not served at all."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


class Bans:
    """A list of addresses and networks (CIDR). Single addresses cost one look-up."""

    def __init__(self, entries: Iterable[str]) -> None:
        networks = [ip_network(entry, strict=False) for entry in entries]
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
