"""The web site, which is loaded at the first request."""

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from tinyice.assembly.late_site import LateSite, MakeResource
from tinyice.net.webchannel import make_site


class Page(Resource):
    """A site of one page."""

    isLeaf = True

    def __init__(self, asked: list[bytes]) -> None:
        super().__init__()
        self.asked = asked

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 (Twisted's name)
        """The page."""
        self.asked.append(request.uri)
        return b"a page"


class Door:
    """Who gave the request on, and cares no more."""

    def answered(self, status: int, bytes_out: int, *, persistent: bool) -> None: ...

    def closing(self) -> None: ...

    def drained(self) -> None: ...


class LateSiteTest(TestCase):
    """Requests wait for the site, each exactly once."""

    def setUp(self) -> None:
        """A site that nobody asked for yet."""
        self.loads: list[Deferred[MakeResource]] = []
        self.site = make_site(Site(LateSite(self._load), timeout=None))
        self.made = 0
        self.asked: list[bytes] = []

    def test_nothing_is_loaded_before_the_first_request(self) -> None:
        """An idle server has none of it in memory."""
        self.assertEqual(self.loads, [])

    def test_all_who_came_early_are_answered(self) -> None:
        """One load is enough for them."""
        transports = [self._ask()[1] for _ in range(3)]
        self.assertEqual([len(self.loads), transports[0].value()], [1, b""])
        self.loads[0].callback(self._make)
        for transport in transports:
            self.assertIn(b"200 OK", transport.value())
        self.assertEqual(self.made, 1)

    def test_later_ones_wait_for_nothing(self) -> None:
        """The site answers at once when it is there."""
        self._ask()
        self.loads[0].callback(self._make)
        self.assertIn(b"a page", self._ask()[1].value())
        self.assertEqual([len(self.loads), self.made], [1, 1])

    def test_it_may_be_loaded_before(self) -> None:
        """And then nobody waits; asked twice, it is loaded once."""
        late = self.site.resource
        late.prepare()
        late.prepare()
        self.loads[0].callback(self._make)
        late.prepare()
        self.assertIn(b"a page", self._ask()[1].value())
        self.assertEqual([len(self.loads), self.made], [1, 1])

    def test_who_went_is_not_answered(self) -> None:
        """Nothing is written to a connection that is gone."""
        channel, transport = self._ask()
        channel.connectionLost(Failure(ConnectionDone()))
        self.loads[0].callback(self._make)
        self.assertEqual((transport.value(), self.asked), (b"", []))

    def test_what_encoders_ask_for_once_is_done_although_they_went(self) -> None:
        """A title that came while the site was being loaded is not lost."""
        for target in (b"/admin/metadata?song=x", b"/admin.cgi?song=x"):
            channel, _ = self._ask(target)
            channel.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.asked, [])
        self.loads[0].callback(self._make)
        self.assertEqual(self.asked, [b"/admin/metadata?song=x", b"/admin.cgi?song=x"])

    def test_a_load_that_fails(self) -> None:
        """It is said and logged, and the next request tries again."""
        _, transport = self._ask()
        self.loads[0].errback(Failure(ImportError("no module named klein")))
        self.assertIn(b"503 Service Unavailable", transport.value())
        self.assertIn(b"Retry-After: 5", transport.value())
        self.assertEqual(len(self.flushLoggedErrors(ImportError)), 1)
        _, second = self._ask()
        self.loads[1].callback(self._make)
        self.assertIn(b"200 OK", second.value())

    def _load(self) -> Deferred[MakeResource]:
        self.loads.append(Deferred())
        return self.loads[-1]

    def _make(self) -> Page:
        self.made += 1
        return Page(self.asked)

    def _ask(self, target: bytes = b"/") -> tuple[HTTPChannel, StringTransport]:
        channel, transport = self.site.buildProtocol(None), StringTransport()
        channel.waiting = Door()
        channel.makeConnection(transport)
        channel.dataReceived(b"GET " + target + b" HTTP/1.1\r\nHost: radio\r\n\r\n")
        return channel, transport
