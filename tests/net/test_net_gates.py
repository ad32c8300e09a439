"""Somebody else decides who listens and who feeds: what is asked, and what becomes of it."""

from dataclasses import dataclass, field

import pytest
from twisted.internet.defer import CancelledError, Deferred

from net.net_station import MemoryStation, role_of, source_request
from tinyice.core.access.gatekeeper import SourceLogin
from tinyice.core.access.gates import ListenerPass, ListenerTicket
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, DomainError, LockedOut, Overloaded, Refused
from tinyice.core.events import (
    DropReason,
    ListenerJoined,
    ListenerLeft,
    RequestFinished,
    SourceConnected,
)
from tinyice.core.settings import MountSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.headers import Headers

LOGIN = b"Authorization: Basic YW5uYTpzZWNyZXQ=\r\n"
"""anna:secret"""


@dataclass
class Gate:
    """Asks about /live; decides at once, or when the test says so."""

    answer: ListenerPass | DomainError = field(default_factory=ListenerPass)
    tickets: list[ListenerTicket] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    waiting: Deferred[None] | None = None
    cancelled: int = 0

    def is_open(self, mount: str) -> bool:
        return mount != "/live"

    async def admit(self, ticket: ListenerTicket) -> ListenerPass:
        self.tickets.append(ticket)
        if self.waiting is not None:
            try:
                await self.waiting
            except CancelledError:
                self.cancelled += 1
                raise
        if isinstance(self.answer, DomainError):
            raise self.answer
        return self.answer

    def lets_in(self, user: str = "", until_s: float | None = None) -> None:
        self.answer = ListenerPass(user, until_s, self.left.append)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def station(gate: Gate) -> MemoryStation:
    made = MemoryStation(listener_gate=gate)
    for path in ("/live", "/two"):
        made.say(made.source(path), b"audio")
    return made


def get(path: str = "/live", more: bytes = b"", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.0\r\n".encode() + more + b"\r\n"


class TestListeners:
    def test_what_is_asked(self, station: MemoryStation, gate: Gate) -> None:
        """The gate learns who asks for what, with which number, and all the headers."""
        gate.lets_in("anna")
        player = station.connect()
        answer = station.say(player, get("/live?token=a%20b&x", b"User-Agent: VLC\r\n" + LOGIN))
        assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
        (ticket,) = gate.tickets
        (joined,) = station.told(ListenerJoined)
        assert (ticket.mount, ticket.query) == ("/live", b"token=a%20b&x")
        assert ticket.credentials == Credentials("anna", b"secret")
        assert ticket.client == Client("192.0.2.7", "VLC")
        assert ticket.headers.text("user-agent") == "VLC"
        assert ticket.listener == joined.listener

    def test_who_says_nothing(self, station: MemoryStation, gate: Gate) -> None:
        """It is for the gate to say what a request without credentials is worth."""
        assert station.player().sent.startswith(b"HTTP/1.0 200 OK\r\n")
        assert gate.tickets[0].credentials is None
        assert gate.tickets[0].query == b""

    def test_open_mounts_cost_nothing(self, station: MemoryStation, gate: Gate) -> None:
        """Where everyone may listen nobody is asked, and it happens at once."""
        player = station.connect()
        player.deliver(get("/two", LOGIN))
        assert role_of(player) == "listener"
        assert gate.tickets == []

    def test_the_user_is_known(self, station: MemoryStation, gate: Gate) -> None:
        """The access log and the list of listeners name the user."""
        gate.lets_in("anna")
        player = station.player()
        (listener,) = station.mounts.known("/live").listeners.values()
        assert listener.user == "anna"
        player.hang_up()
        assert [event.user for event in station.told(RequestFinished)] == ["anna"]

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (Challenge(), b"401"),
            (Refused("your subscription is over"), b"401"),
            (LockedOut(60), b"429"),
            (Overloaded(5), b"503"),
        ],
    )
    def test_refused(
        self, station: MemoryStation, gate: Gate, error: DomainError, status: bytes
    ) -> None:
        """Who may not is answered as Icecast does, and is no listener."""
        gate.answer = error
        player = station.player()
        assert player.sent[9:12] == status
        assert player.is_finished
        assert station.mounts.listeners == 0
        assert station.told(ListenerJoined) == []
        assert [event.status for event in station.told(RequestFinished)] == [int(status)]

    def test_later(self, station: MemoryStation, gate: Gate) -> None:
        """The player waits for the answer, and hears of the stream what is new by then."""
        gate.waiting = Deferred()
        player = station.player()
        assert player.sent == b""
        station.pass_time(9)
        assert player.is_open
        gate.waiting.callback(None)
        station.settle()
        assert role_of(player) == "listener"
        assert player.sent.endswith(b"audio")

    def test_gone_meanwhile(self, station: MemoryStation, gate: Gate) -> None:
        """When the player goes, nobody is asked any longer."""
        gate.waiting = Deferred()
        player = station.player()
        player.hang_up()
        assert gate.cancelled == 1
        assert station.told(ListenerJoined) == []
        assert station.traces[1:] == (0, 0)

    def test_no_answer(self, station: MemoryStation, gate: Gate) -> None:
        """A player for whom nobody decides is asked to come again, and nobody is asked any more."""
        gate.waiting = Deferred()
        player = station.player()
        station.pass_time(60)
        assert player.sent[9:12] == b"503"
        assert b"Retry-After: " in player.sent
        assert gate.cancelled == 1
        player.hang_up()
        assert station.traces == (0, 0, 0)

    def test_the_end_of_the_server(self, station: MemoryStation, gate: Gate) -> None:
        """Who waits for a decision when the server stops is let go."""
        gate.waiting = Deferred()
        player = station.player()
        station.front.waiting.end()
        station.settle()
        assert player.is_finished
        assert gate.cancelled == 1

    def test_talks_meanwhile(self, station: MemoryStation, gate: Gate) -> None:
        """What the player says while it waits is bounded, and does not keep it from listening."""
        gate.waiting = Deferred()
        player = station.player()
        for _ in range(10):
            station.say(player, bytes(20_000))
        assert not player.is_reading
        gate.waiting.callback(None)
        station.settle()
        assert role_of(player) == "listener"
        player.hang_up()
        assert station.mounts.listeners == 0

    def test_full_meanwhile(self, gate: Gate) -> None:
        """Limits hold once more when the gate has decided, and the pass is given back."""
        live = MountSettings("/live", configured=True, listeners_max=2)
        station = MemoryStation(listener_gate=gate, configured={"/live": live})
        station.say(station.source(), b"audio")
        gate.lets_in()
        gate.waiting = Deferred()
        players = [station.player() for _ in range(3)]
        gate.waiting.callback(None)
        station.settle()
        assert sorted(bytes(player.sent[9:12]) for player in players) == [b"200", b"200", b"403"]
        assert gate.left == [0.0]

    def test_a_pass_that_can_not_be_used(self, station: MemoryStation, gate: Gate) -> None:
        """When the source is gone by the time that the gate says yes, the pass is given back."""
        gate.lets_in("anna")
        gate.waiting = Deferred()
        player = station.player()
        source = station.mounts.known("/live").source
        assert source is not None
        source.control.close("over")
        gate.waiting.callback(None)
        station.settle()
        assert player.sent[9:12] == b"404"
        assert gate.left == [0.0]

    def test_nobody_is_asked_for_nothing(self, station: MemoryStation, gate: Gate) -> None:
        """A mount that can't be heard now is answered without asking."""
        source = station.mounts.known("/live").source
        assert source is not None
        source.control.close("over")
        assert station.player().sent[9:12] == b"404"
        assert gate.tickets == []

    def test_leaving(self, station: MemoryStation, gate: Gate) -> None:
        """The gate hears once that a listener is gone, and how long it was there."""
        gate.lets_in()
        player = station.player()
        station.clock.advance(7)
        assert gate.left == []
        player.hang_up()
        assert gate.left == [7.0]
        station.pass_time(5)
        assert gate.left == [7.0]

    def test_a_time_limit(self, station: MemoryStation, gate: Gate) -> None:
        """A listener who has so many seconds is let go after them."""
        gate.lets_in(until_s=30)
        player = station.player()
        station.clock.advance(29)
        assert player.is_open
        station.clock.advance(1)
        station.settle()
        assert not player.is_open
        (left,) = station.told(ListenerLeft)
        assert (left.reason, left.seconds) == (DropReason.TIME_LIMIT, 30.0)
        assert gate.left == [30.0]

    def test_gone_before_the_limit(self, station: MemoryStation, gate: Gate) -> None:
        """Nothing of the limit is left when the listener goes before it."""
        gate.lets_in(until_s=30)
        player = station.player()
        player.hang_up()
        station.clock.advance(60)
        assert len(station.told(ListenerLeft)) == 1
        assert station.clock.getDelayedCalls() == []

    def test_no_time_at_all(self, station: MemoryStation, gate: Gate) -> None:
        """A limit of nothing, or less, is one."""
        gate.lets_in(until_s=-1)
        assert not station.player().is_open
        assert gate.left == [0.0]

    def test_head(self, station: MemoryStation, gate: Gate) -> None:
        """HEAD asks nobody: with credentials it is answered, without them they are asked for."""
        bare = station.connect()
        assert station.say(bare, get(method="HEAD"))[9:12] == b"401"
        known = station.connect()
        assert station.say(known, get(more=LOGIN, method="HEAD"))[9:12] == b"200"
        assert station.say(station.connect(), get("/two", method="HEAD"))[9:12] == b"200"
        assert gate.tickets == []
        assert station.mounts.listeners == 0

    def test_what_goes_wrong(self, station: MemoryStation) -> None:
        """A gate that fails is no open one."""

        class Broken(Gate):
            async def admit(self, ticket: ListenerTicket) -> ListenerPass:
                raise ValueError("on purpose")

        made = MemoryStation(listener_gate=Broken())
        made.say(made.source(), b"audio")
        assert made.player().sent[9:12] == b"500"


@dataclass
class Site:
    """Decides about sources of /live: only "anna" may feed it."""

    asked: list[tuple[str, Credentials | None, str, Headers]] = field(default_factory=list)

    def delegates(self, mount: str) -> bool:
        return mount == "/live"

    async def admit(
        self, mount: str, credentials: Credentials | None, client: Client, headers: Headers
    ) -> SourceLogin | None:
        self.asked.append((mount, credentials, client.address, headers))
        if credentials is None or credentials.user != "anna":
            return None
        return SourceLogin(credentials.user, mount, "site:anna")


class TestSources:
    @pytest.fixture
    def site(self) -> Site:
        return Site()

    @pytest.fixture
    def station(self, site: Site) -> MemoryStation:
        return MemoryStation(source_gate=site)

    def test_let_in(self, station: MemoryStation, site: Site) -> None:
        """The gate decides in place of the mount's password."""
        encoder = station.connect()
        words = b"SOURCE /live HTTP/1.0\r\nIce-Name: x\r\n" + LOGIN + b"\r\n"
        assert station.say(encoder, words) == b"HTTP/1.0 200 OK\r\n\r\n"
        ((mount, credentials, address, headers),) = site.asked
        assert (mount, address) == ("/live", "192.0.2.7")
        assert credentials == Credentials("anna", b"secret")
        assert headers.text("ice-name") == "x"
        assert [event.user for event in station.told(SourceConnected)] == ["anna"]

    def test_the_password_of_the_mount_does_not_count(self, station: MemoryStation) -> None:
        """What would open the mount otherwise opens nothing here."""
        encoder = station.connect()
        assert station.say(encoder, source_request())[9:12] == b"401"

    def test_without_credentials(self, station: MemoryStation) -> None:
        """Encoders that begin without a password are asked for it."""
        answer = station.say(station.connect(), b"SOURCE /live HTTP/1.0\r\n\r\n")
        assert b"WWW-Authenticate: Basic" in answer

    def test_other_mounts(self, station: MemoryStation, site: Site) -> None:
        """Elsewhere the gatekeeper decides as ever."""
        station.source("/two")
        assert site.asked == []

    @pytest.mark.parametrize("line", [b"anna:secret", b"anna:secret:#1"])
    def test_shoutcast(self, station: MemoryStation, site: Site, line: bytes) -> None:
        """A Shoutcast source of that mount is the gate's affair as well."""
        peer = station.connect(shoutcast=True)
        assert station.say(peer, line + b"\r\n").startswith(b"OK2\r\n")
        assert site.asked[0][:2] == ("/live", Credentials("anna", b"secret"))

    def test_shoutcast_without_a_name(self, station: MemoryStation, site: Site) -> None:
        """Who gives a password only is "source"."""
        peer = station.connect(shoutcast=True)
        assert station.say(peer, b"hackme\r\n") == b"invalid password\r\n"
        assert site.asked[0][1] == Credentials("source", b"hackme")
