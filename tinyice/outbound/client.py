"""The one way out: every HTTP request of the station to somebody else.

It needs no configuration and no thread until the first request; the libraries
are loaded then. Proxies of the environment are ignored: they would connect to
addresses that nobody judged.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IHostnameResolver

from tinyice.outbound.answer import Response
from tinyice.outbound.destination import Login, parse
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.guard import AllowList
from tinyice.outbound.limits import Capacity, Limits
from tinyice.outbound.names import Names
from tinyice.outbound.redirects import Hop, next_hop
from tinyice.outbound.timing import within
from tinyice.outbound.turns import Turns

if TYPE_CHECKING:
    from tinyice.outbound.dial import Dial
    from tinyice.outbound.sending import Sender

Fields = Mapping[str, str | bytes]
"""The fields of a form."""

_FORM = "application/x-www-form-urlencoded"


class Outbound:
    """Sends HTTP requests.

    ``allow`` is asked at each request which addresses may be reached although
    they are not public. ``agent`` is our User-Agent. ``resolver``: who looks
    names up; None: the reactor's. ``trust``: whose certificates are believed; None:
    those that the system believes.
    """

    def __init__(
        self,
        reactor: ReactorBase,
        *,
        allow: Callable[[], AllowList],
        agent: str,
        capacity: Capacity,
        resolver: IHostnameResolver | None = None,
        trust: Any = None,  # noqa: ANN401 - Twisted's IOpenSSLTrustRoot is private
    ) -> None:
        self._reactor = reactor
        self._resolver = lambda: resolver or reactor.nameResolver
        self._names = {
            trusted: Names(self._resolver, capacity.lookups) for trusted in (False, True)
        }
        self._allow = allow
        self._agent = agent
        self._capacity = capacity
        self._trust = trust
        # Whatever others make us ask, what the operator needs has places of its own.
        self._turns = {trusted: Turns(capacity) for trusted in (False, True)}
        self._sender: Sender | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Fields | None = None,
        json_body: object = None,
        auth: Login | None = None,
        trusted: bool = False,
        limits: Limits | None = None,
    ) -> Response:
        """Send a request and read its answer; raises OutboundError.

        ``data`` is a body, or the fields of a form. ``trusted``: the operator
        wrote the address into the configuration file, so it is not judged.
        """
        to = parse(url)
        content_type, body = _body(data, json_body)
        asked = {"User-Agent": self._agent, **content_type, **(headers or {})}
        hop = Hop(method.upper(), to, asked, body, auth or to.login, trusted=trusted)
        bounds = limits or Limits()
        answer = Deferred.fromCoroutine(self._follow(hop, bounds))
        return await within(answer, bounds.total_s, self._reactor, to.origin)

    def dial(self) -> "Dial":
        """The way to connections that are no requests."""
        from tinyice.outbound.dial import Dial  # noqa: PLC0415 - heavy: by first use

        return Dial(self._reactor, self._resolver, allow=self._allow, trust=self._trust)

    def stop(self) -> Deferred[None]:
        """Let go of the connections that are kept for the next request."""
        if self._sender is None:
            return succeed(None)
        return self._sender.close()

    async def _follow(self, hop: Hop, limits: Limits) -> Response:
        for _ in range(limits.redirects + 1):
            response = await self._in_turn(hop, limits)
            if not limits.redirects:
                return response
            location = response.headers.get("location", "")
            following = next_hop(hop, response.status, location, repeat_posts=limits.repeat_posts)
            if following is None:
                return response
            hop = following
        raise OutboundError(Kind.PROTOCOL, f"{hop.to.origin} leads on and on")

    async def _in_turn(self, hop: Hop, limits: Limits) -> Response:
        host, turns = hop.to.host, self._turns[hop.trusted]
        await turns.take(host)
        try:
            return await self._send().exchange(hop, limits)
        finally:
            turns.done(host)

    def _send(self) -> "Sender":
        if self._sender is None:
            from tinyice.outbound.sending import Sender  # noqa: PLC0415 - heavy: by first use

            self._sender = Sender(
                self._reactor,
                self._names,
                allow=self._allow,
                trust=self._trust,
                capacity=self._capacity,
            )
        return self._sender


def _body(data: bytes | Fields | None, json_body: object) -> tuple[Mapping[str, str], bytes | None]:
    """The Content-Type, where it is known, and the bytes."""
    if json_body is not None:
        words = json.dumps(json_body, separators=(",", ":"))
        return {"Content-Type": "application/json"}, words.encode()
    if isinstance(data, Mapping):
        return {"Content-Type": _FORM}, urlencode(data, quote_via=quote, safe="").encode()
    return {}, data
