"""Connections to addresses that were judged, at the moment they are made.

The name is looked up here, every address is judged here, and the connection
goes to exactly such an address: nobody looks the name up again in between, so
that an answer that changes (DNS rebinding) changes nothing. With TLS the
certificate must be for the name, whatever the address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import (
    IProtocol,
    IProtocolFactory,
    IStreamClientEndpoint,
)
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.heads import MeteredFactory, wrapped_in
from tinyice.outbound.names import Names
from tinyice.outbound.timing import within

MayReach = Callable[[str, str], bool]
"""Whether the host of this name may be reached at this address."""


def judged(name: str, addresses: tuple[str, ...], may_reach: MayReach) -> tuple[str, ...]:
    """Those of the ``addresses`` of ``name`` that may be reached; OutboundError when none may."""
    passed = tuple(address for address in addresses if may_reach(name, address))
    if not passed:
        sentence = f"{name} is not at an address that may be reached from here"
        raise OutboundError(Kind.REFUSED_ADDRESS, sentence)
    return passed


@dataclass(frozen=True, slots=True)
class Ways:
    """How connections are made: for all requests that are judged alike."""

    reactor: ReactorBase
    names: Names
    may_reach: MayReach
    trust: Any
    head_bytes: int


@implementer(IStreamClientEndpoint)
class JudgedEndpoint:
    """The way to one host and port."""

    def __init__(self, ways: Ways, host: str, port: int, timeout_s: float) -> None:
        self._ways = ways
        self._host = host
        self._port = port
        self._timeout_s = timeout_s

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect to the first address that answers; fails with OutboundError."""
        connected = Deferred.fromCoroutine(self._connect(factory))
        return within(connected, self._timeout_s, self._ways.reactor, self._host)

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        found = await self._ways.names.addresses(self._host)
        addresses = judged(self._host, found, self._ways.may_reach)
        # each gets its part of the time, so that a dead one does not use up all of it
        patience = self._timeout_s / len(addresses)
        reason = ""
        for address in addresses:
            try:
                return await self._endpoint(address, patience).connect(factory)
            except ConnectError as error:
                reason = str(error).partition(": ")[0].rstrip(".")
        raise OutboundError(Kind.CONNECT, f"no connection to {self._host}: {reason}")

    def _endpoint(self, address: str, timeout_s: float) -> IStreamClientEndpoint:
        kind = TCP6ClientEndpoint if ":" in address else TCP4ClientEndpoint
        endpoint: IStreamClientEndpoint = kind(
            self._ways.reactor, address, self._port, timeout=timeout_s
        )
        return endpoint


@implementer(IStreamClientEndpoint)
class MeteredEndpoint:
    """A way on which the heads of answers are metered."""

    def __init__(self, endpoint: IStreamClientEndpoint, head_bytes: int) -> None:
        self._endpoint = endpoint
        self._head_bytes = head_bytes

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect; the answer is the protocol that ``factory`` made."""
        metered = MeteredFactory(factory, self._head_bytes)
        return self._endpoint.connect(metered).addCallback(wrapped_in)


@implementer(IAgentEndpointFactory)
class JudgedEndpoints:
    """Gives Twisted's agent its endpoints."""

    def __init__(self, ways: Ways, timeout_s: float) -> None:
        self._ways = ways
        self._timeout_s = timeout_s

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:  # noqa: N802
        """The way to the server of ``uri``."""
        host = uri.host.decode("ascii")
        endpoint: IStreamClientEndpoint = JudgedEndpoint(
            self._ways, host, uri.port, self._timeout_s
        )
        if uri.scheme == b"https":
            options = optionsForClientTLS(host, trustRoot=self._ways.trust)
            endpoint = wrapClientTLS(options, endpoint, self._ways.reactor)
        return MeteredEndpoint(endpoint, self._ways.head_bytes)
