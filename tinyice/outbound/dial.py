"""Connections that are no requests: streams, which others send us or we send them.

The same rules hold as for requests: a name is looked up once, its addresses are
judged, the connection goes to one that was; with TLS the certificate is for the
name, or it is the one that is pinned. Proxies of the environment are ignored.
"""

from collections.abc import Callable
from typing import Any

from twisted.internet.base import ReactorBase
from twisted.internet.endpoints import connectProtocol, wrapClientTLS
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import (
    IHostnameResolver,
    IOpenSSLClientConnectionCreator,
    IProtocol,
    IStreamClientEndpoint,
)
from twisted.internet.ssl import optionsForClientTLS
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.outbound.connecting import JudgedEndpoint, Ways
from tinyice.outbound.destination import Destination
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.failures import FAILURES, explained
from tinyice.outbound.guard import AllowList, may_reach
from tinyice.outbound.names import Names
from tinyice.outbound.pin import PinnedConnections

LOOKUPS = 256
"""Names that are looked up at once: a mirror of a large server asks for all its mounts."""


class Dial:
    """Connects protocols to servers."""

    def __init__(
        self,
        reactor: ReactorBase,
        resolver: Callable[[], IHostnameResolver],
        *,
        allow: Callable[[], AllowList],
        trust: Any,  # noqa: ANN401 - a Certificate, or a root of trust; None: the system's
    ) -> None:
        self._reactor = reactor
        self._names = Names(resolver, LOOKUPS)
        self._allow = allow
        self._trust = trust

    async def connect(
        self,
        to: Destination,
        protocol: IProtocol,
        *,
        trusted: bool,
        timeout_s: float,
        pin: str = "",
    ) -> None:
        """Connect ``protocol`` to the server of ``to``; raises OutboundError.

        ``trusted``: the operator wrote the address into the file, so it is not judged.
        With TLS the protocol is connected before the handshake: what it writes
        waits, and what is wrong with the certificate ends the connection.
        ``ended_by`` has the words for that.
        """
        way = self._way(to, trusted=trusted, timeout_s=timeout_s, pin=pin)
        try:
            await connectProtocol(way, protocol)  # type: ignore[no-untyped-call]
        except (*FAILURES, ConnectError) as error:
            raise explained(error, to.origin) from None

    def _way(
        self, to: Destination, *, trusted: bool, timeout_s: float, pin: str
    ) -> IStreamClientEndpoint:
        judge = _anywhere if trusted else self._may_reach
        ways = Ways(self._reactor, self._names, judge, self._trust, 0)
        endpoint: IStreamClientEndpoint = JudgedEndpoint(ways, to.host, to.port, timeout_s)
        if to.scheme != "https":
            return endpoint
        if pin:
            creator: IOpenSSLClientConnectionCreator = PinnedConnections(to.host, pin)
        else:
            creator = optionsForClientTLS(to.host, trustRoot=self._trust)
        secure: IStreamClientEndpoint = wrapClientTLS(creator, endpoint, self._reactor)
        return secure

    def _may_reach(self, name: str, address: str) -> bool:
        return may_reach(name, address, self._allow())


def ended_by(error: BaseException | None, origin: str) -> str:
    """Why a connection to ``origin`` ended, in a sentence; "" when the other side closed it."""
    if isinstance(error, OutboundError):
        return error.sentence
    found = None if error is None else explained(error, origin)
    if isinstance(found, OutboundError) and found.kind is Kind.TLS:
        return found.sentence
    return ""


def not_dialled(failure: Failure, log: Logger) -> str:
    """Why there is no connection, in a sentence; what nobody has foreseen goes to ``log``."""
    if isinstance(failure.value, OutboundError):
        return failure.value.sentence
    log.failure("a server could not be dialled", failure)
    return "could not be dialled"


def _anywhere(_name: str, _address: str) -> bool:
    return True
