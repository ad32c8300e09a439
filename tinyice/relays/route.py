"""The way of a request through redirects: where it goes now, and whether it may go on.

A login stays with the servers that the relay names, and so does trust: where a
redirect leads that nobody wrote down, the address is judged. Circles are named.
"""

from dataclasses import replace

from tinyice.outbound.destination import Destination
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.redirects import Hop, next_hop
from tinyice.relays.settings import RelaySettings, Upstream, name_of
from tinyice.wire.response import ResponseHead

REDIRECTS_MAX = 10
_SHOWN = 3


class Route:
    """One request of the relay ``settings`` for the stream at ``upstream``."""

    def __init__(self, settings: RelaySettings, upstream: Upstream) -> None:
        self._upstream = upstream
        self._named = {one.to.origin for one in settings.upstreams}
        self._way = [upstream.to]
        self.hop = Hop("GET", upstream.to, {}, None, upstream.login, trusted=upstream.trusted)
        """The request as it is sent now."""

    @property
    def pin(self) -> str:
        """The SHA-256 of the certificate that must be there; "": verify name and authority."""
        return self._upstream.pin if self.hop.to.origin in self._named else ""

    def leads_on(self, head: ResponseHead) -> bool:
        """Whether the answer is a redirect, which is followed; OutboundError when it may not be."""
        location = head.headers.text("location")
        following = next_hop(self.hop, head.status, location, repeat_posts=False)
        if following is None:
            return False
        way = [*self._way, following.to]
        if following.to.url in {one.url for one in self._way}:
            raise OutboundError(Kind.PROTOCOL, f"leads in a circle: {_named(way)}")
        if len(way) > REDIRECTS_MAX + 1:
            raise OutboundError(Kind.PROTOCOL, f"leads on and on: {_named(way[:_SHOWN])} -> ...")
        if self._upstream.pin and following.to.scheme != "https":
            raise OutboundError(Kind.PROTOCOL, f"leads to where nothing is pinned: {_named(way)}")
        if following.to.origin in self._named:
            # The file names that server for this relay: the login is meant for it, too.
            trusted, login = self._upstream.trusted, self._upstream.login
            following = replace(following, trusted=trusted, login=login)
        self._way, self.hop = way, following
        return True


def _named(way: list[Destination]) -> str:
    return " -> ".join(map(name_of, way))
