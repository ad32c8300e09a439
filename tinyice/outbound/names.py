"""Names become addresses, off the reactor, and only so many at once."""

from collections.abc import Callable
from ipaddress import ip_address

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer

from tinyice.outbound.errors import Kind, OutboundError


class Names:
    """Looks names up with the system's resolver.

    A thread that asks a dead name server can't be stopped: a lookup that
    nobody waits for any more keeps its place until the system lets go of it.
    """

    def __init__(self, resolver: Callable[[], IHostnameResolver], limit: int) -> None:
        self._resolver = resolver
        self._limit = limit
        self._under_way = 0

    def addresses(self, name: str) -> Deferred[tuple[str, ...]]:
        """All addresses of ``name``, best first; OutboundError when there are none."""
        if _is_literal(name):
            return succeed((name,))
        if self._under_way >= self._limit:
            return fail(OutboundError(Kind.BUSY, "too many names are being looked up"))
        self._under_way += 1
        lookup = _Lookup(name)
        lookup.over.addBoth(self._let_go)
        self._resolver().resolveHostName(lookup, name)
        return lookup.found

    def _let_go(self, _over: None) -> None:
        self._under_way -= 1


@implementer(IResolutionReceiver)
class _Lookup:
    """Collects what the resolver finds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._addresses: dict[str, None] = {}
        self._wanted = True
        self.found: Deferred[tuple[str, ...]] = Deferred(self._forget)
        self.over: Deferred[None] = Deferred()

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        """Is told too early to be of use."""

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        """One more address."""
        if isinstance(address, IPv4Address | IPv6Address):
            self._addresses[address.host] = None

    def resolutionComplete(self) -> None:  # noqa: N802
        """That was all."""
        self.over.callback(None)
        if not self._wanted:
            return
        if self._addresses:
            self.found.callback(tuple(self._addresses))
        else:
            self.found.errback(OutboundError(Kind.DNS, f"the name {self._name} has no address"))

    def _forget(self, _found: Deferred[tuple[str, ...]]) -> None:
        self._wanted = False


def _is_literal(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
