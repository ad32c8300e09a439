"""One request to one place, by way of treq; what is heavy is imported here.

Trusted and judged requests have pools of connections of their own: a connection
that was made without a look at its address is never used for another request.
When the allow list changes, the connections that were kept under the old one go.
"""

from collections.abc import Callable, Mapping
from typing import Any

from treq.client import HTTPClient
from treq.response import _Response
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, gatherResults
from twisted.web.client import Agent, HTTPConnectionPool
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer, IResponse
from zope.interface import implementer

from tinyice.outbound.answer import Response
from tinyice.outbound.bodies import WholeBody, drop_body, read_body
from tinyice.outbound.connecting import JudgedEndpoints, Ways
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.failures import FAILURES, explained
from tinyice.outbound.guard import AllowList, may_reach
from tinyice.outbound.limits import Capacity, Limits
from tinyice.outbound.names import Names
from tinyice.outbound.redirects import Hop
from tinyice.outbound.timing import within

_UNUSED = "http://address.invalid/"


class Sender:
    """Sends requests, and keeps connections for the next ones."""

    def __init__(
        self,
        reactor: ReactorBase,
        names: Mapping[bool, Names],
        *,
        allow: Callable[[], AllowList],
        trust: Any,  # noqa: ANN401 - a Certificate, or a root of trust; None: the system's
        capacity: Capacity,
    ) -> None:
        self._reactor = reactor
        self._allow = allow
        self._allowed = allow()
        self._capacity = capacity
        self._pools = {trusted: self._pool() for trusted in (False, True)}
        judges = {False: self._may_reach, True: _anywhere}
        self._ways = {
            trusted: Ways(reactor, names[trusted], may_reach, trust, capacity.head_bytes)
            for trusted, may_reach in judges.items()
        }

    async def exchange(self, hop: Hop, limits: Limits) -> Response:
        """Send one request and read its answer; raises OutboundError."""
        self._forget_what_was_allowed()
        try:
            response = await self._head(hop, limits)
            body = await read_body(response, limits.body_bytes)
        except FAILURES as error:
            raise explained(error, hop.to.origin) from None
        return Response(response.code, _texts(response.headers), body)

    def close(self) -> Deferred[None]:
        """Let go of the connections that are kept."""
        closing = [_emptied(pool) for pool in self._pools.values()]
        return gatherResults(closing).addCallback(lambda _: None)

    def _head(self, hop: Hop, limits: Limits) -> Deferred[_Response]:
        endpoints = JudgedEndpoints(self._ways[hop.trusted], limits.connect_s)
        pool = self._pools[hop.trusted]
        agent: IAgent = Agent.usingEndpointFactory(  # type: ignore[no-untyped-call]
            self._reactor, endpoints, pool
        )
        login = hop.login
        # a client for one request: what it collects (cookies) goes with it
        exact = ExactAgent(agent, hop.to.url.encode("ascii"))
        head = HTTPClient(exact, data_to_body_producer=WholeBody).request(
            hop.method,
            _UNUSED,
            headers=Headers({name: [value] for name, value in hop.headers.items()}),
            data=hop.body,
            auth=None if login is None else (login.user.encode(), login.password),
            allow_redirects=False,
            unbuffered=True,
            reactor=self._reactor,  # type: ignore[arg-type]  # it only needs a clock
        )
        seconds = limits.connect_s + limits.head_s
        return within(head, seconds, self._reactor, hop.to.origin)

    def _may_reach(self, name: str, address: str) -> bool:
        return may_reach(name, address, self._allowed)

    def _forget_what_was_allowed(self) -> None:
        allowed = self._allow()
        if allowed != self._allowed:
            self._allowed = allowed
            _emptied(self._pools[False])
            self._pools[False] = self._pool()

    def _pool(self) -> HTTPConnectionPool:
        pool = HTTPConnectionPool(self._reactor)  # type: ignore[no-untyped-call]
        pool.maxPersistentPerHost = self._capacity.at_once_per_host
        pool.cachedConnectionTimeout = self._capacity.idle_s  # type: ignore[assignment]
        return pool


@implementer(IAgent)
class ExactAgent:
    """Sends to an address as it stands, and asks for bodies as they are.

    treq would write the address anew, and can't for IPv6. It would unpack bodies, and
    what is packed may be a thousand times larger unpacked.
    """

    def __init__(self, agent: IAgent, url: bytes) -> None:
        self._agent = agent
        self._url = url

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,  # noqa: N803 - Twisted's name
    ) -> Deferred[IResponse]:
        """Send the request; an answer that is packed all the same is an error."""
        asked = Headers() if headers is None else headers.copy()
        asked.setRawHeaders(b"accept-encoding", [b"identity"])
        return self._agent.request(method, self._url, asked, bodyProducer).addCallback(_unpacked)


def _unpacked(response: IResponse) -> IResponse:
    packing = response.headers.getRawHeaders(b"content-encoding", [b"identity"])
    if any(word.strip().lower() not in (b"", b"identity") for word in packing):
        drop_body(response)
        raise OutboundError(Kind.PROTOCOL, "the answer is packed, which was not asked for")
    return response


def _emptied(pool: HTTPConnectionPool) -> Deferred[None]:
    closed: Deferred[None] = pool.closeCachedConnections()  # type: ignore[no-untyped-call]
    return closed


def _anywhere(_name: str, _address: str) -> bool:
    return True


def _texts(headers: Headers) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): ", ".join(map(_text, values))
        for name, values in headers.getAllRawHeaders()
    }


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
