"""The station's web site decides: asked over real sockets, and it is not always there."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase
from twisted.web.server import NOT_DONE_YET, Request, Site

from outbound.webserver import HOST, Echo, Net, Talking
from tinyice.assembly.urlauth import Gates, make_gates
from tinyice.core.access.gates import ListenerPass, ListenerTicket
from tinyice.core.access.listeners import RefusedBySite
from tinyice.core.access.lockouts import Lockout, LockoutRules, Lockouts
from tinyice.core.access.sitecalls import Server
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, Overloaded
from tinyice.core.events import Event, SourceConnected, SourceDisconnected
from tinyice.core.settings import MountSettings, UrlAuthSettings
from tinyice.outbound.breaker import FAILURES
from tinyice.wire.basic import Credentials
from tinyice.wire.headers import Headers

CLIENT = Client("198.51.100.7", agent="VLC")
ANN = Credentials("ann", b"right")


class NoShelf:
    """Keeps nothing."""

    def keep(self, lockout: Lockout) -> None:
        """Forget it."""

    def forget(self, lockout: Lockout) -> None:
        """It is forgotten already."""


class NoPasswords:
    """There are no accounts here."""

    async def verify(self, password: bytes, hashed: str) -> bool:
        return False

    async def equal_cost_miss(self, password: bytes) -> bool:
        return False


def decide(request: Request) -> bytes:
    """Let ann in for a minute, and say to bob what he has to do."""
    fields = parse_qs(request.content.getvalue().decode(), keep_blank_values=True)
    user = fields["user"][0]
    if user == "ann":
        request.setHeader(b"ICECAST-Auth-User", b"1")
        request.setHeader(b"icecast-auth-timelimit", b"60")
    if user == "bob":
        request.setHeader(b"icecast-auth-message", "bitte bezahlen, Jürgen".encode())
    return b""


class GateTests(TestCase):
    timeout = 20

    def setUp(self) -> None:
        self.net = Net()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.net.close()))
        self.settings = MountSettings("/live")
        self.events: list[Event] = []
        self.is_trusted = True
        self.gates = self.make_gates()

    def make_gates(self) -> Gates:
        lockouts = Lockouts(
            reactor.seconds,
            LockoutRules,
            self.events.append,
            shelf=NoShelf(),
            allowed=lambda _: False,
            local_time=lambda at: datetime.fromtimestamp(at, UTC),
        )
        return make_gates(
            lambda _: self.settings,
            NoPasswords(),
            lockouts,
            self.net.client(allow=False),
            publish=self.events.append,
            clock=reactor,
            server=lambda: Server("radio.example", 8000),
            trusted=lambda _: self.is_trusted,
        )

    def ask_at(self, port: int, **more: object) -> None:
        """All questions and news go to this port; ``more``: other settings."""
        at = f"http://{HOST}:{port}"
        auth = UrlAuthSettings(f"{at}/add", f"{at}/remove", f"{at}/on", f"{at}/off", f"{at}/feed")
        self.settings = MountSettings("/live", url_auth=replace(auth, timeout_s=2, **more))

    def listen(self, credentials: Credentials | None = None) -> Awaitable[ListenerPass]:
        ticket = ListenerTicket("/live", CLIENT, credentials, b"a=b", Headers(), 7)
        return self.gates.listeners.admit(ticket)

    async def heard(self, echo: Echo, count: int) -> list[str]:
        while len(echo.heard) < count:
            await deferLater(reactor, 0.01)
        return [heard.path for heard in echo.heard]

    async def test_the_site_decides(self) -> None:
        """It lets in with a header, for a time, or refuses with a word for the listener."""
        echo, port = self.net.web(add=decide, remove=lambda _: b"")
        self.ask_at(port)
        assert not self.gates.listeners.is_open("/live")
        admitted = await self.listen(ANN)
        assert (admitted.user, admitted.until_s) == ("ann", 60)
        with self.assertRaises(RefusedBySite) as caught:
            await self.listen(Credentials("bob", b"x"))
        assert caught.exception.message == "bitte bezahlen, Jürgen"
        with self.assertRaises(Challenge):
            await self.listen()
        assert admitted.leave is not None
        admitted.leave(61.9)
        await self.heard(echo, 4)
        assert parse_qs(echo.heard[3].body.decode())["duration"] == ["61"]
        logins = [heard.headers["authorization"] for heard in echo.heard]
        assert logins == ["Basic YW5uOnJpZ2h0", "Basic Ym9iOng=", "Basic Og==", logins[0]]

    async def test_the_server_logs_in(self) -> None:
        """With a login in the settings, that one is used."""
        echo, port = self.net.web(add=decide)
        self.ask_at(port, username="us", password="secret")
        await self.listen(ANN)
        assert echo.heard[0].headers["authorization"] == "Basic dXM6c2VjcmV0"

    async def test_sources(self) -> None:
        """The site decides about sources, and is told in order of those that come and go."""
        echo, port = self.net.web(feed=decide)
        self.ask_at(port)
        assert self.gates.sources.delegates("/live")
        login = await self.gates.sources.admit("/live", ANN, CLIENT, Headers())
        assert login.user == "ann"
        with self.assertRaises(RefusedBySite):
            await self.gates.sources.admit("/live", Credentials("eve", b""), CLIENT, Headers())
        for _ in range(5):
            self.gates.news(SourceConnected("/live", "client", CLIENT, "ann", "audio/mpeg"))
            self.gates.news(SourceDisconnected("/live", "client", CLIENT, "ended", 1, 1))
        await self.gates.stop(5)
        assert await self.heard(echo, 12) == ["/feed", "/feed", *["/on", "/off"] * 5]

    async def test_a_site_that_is_down(self) -> None:
        """Nobody there, an error of its proxy, silence: refused for now, or let in."""
        silent = self.net.listen(Talking(lambda talker: None))
        broken = Echo({"/add": lambda request: request.setResponseCode(502) or b""})
        for port in (1, silent, self.net.listen(Site(broken))):
            self.ask_at(port)
            auth = self.settings.url_auth
            assert auth is not None
            for allows in (False, True):
                quick = replace(auth, timeout_s=0.2, allow_when_down=allows)
                self.settings = MountSettings("/live", url_auth=quick)
                if allows:
                    assert (await self.listen(ANN)).until_s is None
                else:
                    with self.assertRaises(Overloaded):
                        await self.listen(ANN)
        assert self.events == []

    async def test_errors_of_the_site_are_refusals(self) -> None:
        """Only who does not answer is down: a question that breaks the site lets nobody in."""
        _, port = self.net.web(add=lambda request: request.setResponseCode(500) or b"")
        self.ask_at(port, allow_when_down=True)
        with self.assertRaises(RefusedBySite):
            await self.listen(ANN)

    async def test_a_dead_site_holds_nobody_up(self) -> None:
        """After a few time-outs the settings decide at once; when it is back, it decides again."""
        talking = Talking(lambda talker: None)
        port = self.net.listen(talking)
        self.ask_at(port, allow_when_down=True)
        auth = self.settings.url_auth
        assert auth is not None
        self.settings = MountSettings("/live", url_auth=replace(auth, timeout_s=0.2))
        stories = [Deferred.fromCoroutine(self.listen()) for _ in range(FAILURES)]
        await gatherResults(stories)
        asked = len(talking.connections)
        began = reactor.seconds()
        for _ in range(200):
            await self.listen()
        assert reactor.seconds() - began < 0.2
        assert len(talking.connections) == asked == FAILURES

    async def test_many_are_asked_about_at_once(self) -> None:
        """One slow answer does not hold up the next listener."""
        waiting: list[Request] = []

        def slow(request: Request) -> int:
            waiting.append(request)
            return NOT_DONE_YET

        _, port = self.net.web(add=slow)
        self.ask_at(port)
        stories = [Deferred.fromCoroutine(self.listen(ANN)) for _ in range(10)]
        while len(waiting) < 10:
            await deferLater(reactor, 0.01)
        for request in waiting:
            request.setHeader(b"icecast-auth-user", b"1")
            request.finish()
        assert {admitted.user for admitted in await gatherResults(stories)} == {"ann"}

    async def test_a_listener_who_goes_away_while_we_ask(self) -> None:
        """The site may have counted it, so it is told."""
        held: list[Request] = []

        def hold(request: Request) -> int:
            held.append(request)
            return NOT_DONE_YET

        echo, port = self.net.web(add=hold)
        self.ask_at(port)
        story = Deferred.fromCoroutine(self.listen(ANN))
        story.addErrback(lambda _: None)
        while not held:
            await deferLater(reactor, 0.01)
        story.cancel()
        assert await self.heard(echo, 2) == ["/add", "/remove"]
        assert parse_qs(echo.heard[1].body.decode())["duration"] == ["0"]

    async def test_addresses_that_are_not_the_operators(self) -> None:
        """What was set from afar is judged: nobody points us at this machine."""
        echo, port = self.net.web(add=decide)
        self.ask_at(port)
        self.is_trusted = False
        with self.assertRaises(Overloaded):
            await self.listen(ANN)
        assert echo.heard == []

    async def test_the_end_has_a_deadline(self) -> None:
        """A silent site does not keep the server from stopping."""
        port = self.net.listen(Talking(lambda talker: None))
        self.ask_at(port)
        self.gates.news(SourceConnected("/live", "client", CLIENT, "ann", "audio/mpeg"))
        began = reactor.seconds()
        await self.gates.stop(0.2)
        assert reactor.seconds() - began < 1.5
        while self.gates.notices.count:
            await deferLater(reactor, 0.05)
