"""The one place that decides a client's address.

Bans, lockouts, logs, limits and statistics all name a client as it is named
here: by the socket's peer, by what a PROXY header announces in its place (see
``introduction.py``), and, where that is a trusted proxy, by ``X-Forwarded-For``.

That header is read from the right, since everyone on the way appends to it: the
first hop that is no trusted proxy is the client, and whatever stands to the left
of it was written by the client or by nobody we know.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from sys import intern

from twisted.internet.interfaces import IAddress
from twisted.logger import Logger

from tinyice.core.clients import Client
from tinyice.core.networks import Networks
from tinyice.wire.headers import Headers

UNKNOWN = "unknown"
"""The address of peers that have none."""

VIA_MAX = 200
"""So much of a Via header is remembered."""

_FORWARDED_FOR = b"x-forwarded-for"
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def client_address(peer: IAddress | None) -> str:
    """The address of who connected.

    IPv4 that came in over a socket of both families is plain IPv4; an IPv6 zone
    is left out. Peers without an address (a UNIX socket) are "unknown".
    """
    host = getattr(peer, "host", None)
    return (_plain(host) if isinstance(host, str) else None) or UNKNOWN


class Clients:
    """Who asks, as far as trusted proxies and the request itself tell."""

    _log = Logger(namespace="tinyice")

    def __init__(self, trusted: Networks) -> None:
        self.trusted = trusted
        """The proxies that are believed; they may change at any time."""
        self._has_warned = False

    def client_of(self, address: str, headers: Headers, *, secure: bool) -> Client:
        """Who sent a request with these headers over a connection from ``address``.

        ``secure``: whether that connection is encrypted.
        """
        offloaded = False
        hops = _values(headers, _FORWARDED_FOR)
        if address in self.trusted:
            forwarded = headers.text("x-forwarded-proto").strip().lower() == "https"
            offloaded = forwarded and not secure
            address = self._behind(address, hops)
        elif hops and not self._has_warned:
            self._warn(address)
        return Client(
            address=address,
            agent=intern(headers.text("user-agent")),
            referer=intern(headers.text("referer")),
            secure=secure or offloaded,
            offloaded=offloaded,
            via=headers.text("via")[:VIA_MAX],
        )

    def may_announce(self, address: str) -> bool:
        """Whether a peer of that address may say who connects, on a port where that is done.

        Everyone may, where no proxy is named: the port itself is the trust.
        """
        return not self.trusted or address in self.trusted

    def _behind(self, proxy: str, hops: list[bytes]) -> str:
        """The first hop from the right that is not trusted, or the last one that can be read."""
        address = proxy
        for hop in reversed(hops):
            said = _hop(hop)
            if said is None:
                break
            address = said
            if address not in self.trusted:
                break
        return address

    def _warn(self, address: str) -> None:
        """Say once that a proxy on this machine is not believed."""
        parsed = None if address == UNKNOWN else ip_address(address)
        if parsed is None or not any(parsed in network for network in _LOOPBACK):
            return
        self._has_warned = True
        self._log.warn(
            "{address} sends X-Forwarded-For and is not believed: if it is a proxy of yours,"
            " name it in trusted_proxies; until then all who come through it have one address",
            address=address,
        )


def _values(headers: Headers, name: bytes) -> list[bytes]:
    """The members of a list that may stand in several header lines."""
    if headers.get(name) is None:
        return []
    given = (value for key, value in headers.items() if key == name)
    return [member.strip() for value in given for member in value.split(b",")]


def _hop(member: bytes) -> str | None:
    """The address of one hop, without a port; None for what is no address."""
    text = member.decode("latin-1")
    if text.startswith("["):
        text, bracket, port = text[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
    return _plain(text)


def _plain(host: str) -> str | None:
    """The canonical text of an address; None for what is none."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
