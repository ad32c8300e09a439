"""The one function that decides a client's address."""

from ipaddress import IPv6Address, ip_address

from twisted.internet.interfaces import IAddress


def client_address(peer: IAddress | None) -> str:
    """The address of who connected, as logs, bans, limits and statistics name it.

    IPv4 that came in over a socket of both families is plain IPv4; an IPv6 zone
    is left out. Peers without an address (a UNIX socket) are "unknown".
    """
    host = getattr(peer, "host", None)
    if not isinstance(host, str):
        return "unknown"
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
