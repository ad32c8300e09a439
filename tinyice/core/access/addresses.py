"""Which addresses count as one."""

from ipaddress import IPv6Address, ip_address, ip_network

_IPV6_PREFIX = 64


def shared_by(address: str) -> str:
    """What is counted in the place of ``address``: itself, or the /64 of IPv6.

    A single customer has a whole /64, and could try from another address of it
    each time. What is no address stands for itself.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
    return address
