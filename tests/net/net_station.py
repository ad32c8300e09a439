"""A small station behind one door, in memory: real mounts, a fake password check."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.task import Clock
from twisted.web.pages import notFound
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from net.memory import ALL, PEER, MemoryTransport
from tinyice.core.access.accounts import Account, Accounts
from tinyice.core.access.gatekeeper import Gatekeeper
from tinyice.core.access.gates import ListenerGate, NothingDelegated, OpenToAll, SourceGate
from tinyice.core.access.lockouts import LockoutRules, Lockouts
from tinyice.core.access.principal import Role
from tinyice.core.access.sessions import SessionRules, Sessions
from tinyice.core.access.tokens import Tokens
from tinyice.core.bans import Ban, Bans
from tinyice.core.errors import Overloaded
from tinyice.core.events import Event
from tinyice.core.mounts import Mounts
from tinyice.core.networks import Networks
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.net.front import Front, Limits
from tinyice.net.peer import Clients
from tinyice.net.ports import DoorFactory, Reception, ShoutcastFactory
from tinyice.net.room import BOUNDLESS, Room
from tinyice.net.webchannel import WebChannel, make_site

NOW = datetime(2026, 11, 20, 6, 33, 26, tzinfo=UTC)
DATE = b"Fri, 20 Nov 2026 06:33:26 GMT"
RIGHT = b"Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n"
"""source:hackme"""
WRONG = b"Authorization: Basic c291cmNlOndyb25n\r\n"
"""source:wrong"""
PASSING = "application/x-any"
"""A content type that passes through as it is."""

LIMITS = Limits(
    header_timeout_s=15,
    body_timeout_s=30,
    idle_timeout_s=20,
    head_bytes=1024,
    head_lines=20,
    body_bytes=1000,
    pending=50,
    source_lead_s=10,
)
CONFIGURED = {
    "/live": MountSettings("/live", configured=True, queue_bytes=65536),
    "/off": MountSettings("/off", configured=True, disabled=True),
    "/idle": MountSettings("/idle", configured=True),
    "/two": MountSettings("/two", configured=True, listeners_max=2),
}


class FakePasswords:
    """Knows "hackme"; at once, or when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Deferred[None]] | None = None
        self.overloaded = False

    def hold(self) -> None:
        """From now on nothing is decided before ``decide``."""
        self.waiting = []

    def decide(self) -> None:
        waiting, self.waiting = self.waiting or [], None
        for one in waiting:
            one.callback(None)

    async def verify(self, password: bytes, hashed: str) -> bool:
        if self.overloaded:
            raise Overloaded(3)
        if self.waiting is not None:
            held: Deferred[None] = Deferred()
            self.waiting.append(held)
            await held
        return hashed == f"hash of {password.decode('latin-1')}"

    def remembers(self, password: bytes, hashed: str) -> bool:
        return False

    async def equal_cost_miss(self, password: bytes) -> bool:
        return await self.verify(password, "")


class Page(Resource):
    """Answers with ``body``, or with what was posted."""

    isLeaf = True

    def __init__(self, body: bytes = b"a page") -> None:
        super().__init__()
        self.body = body

    def render(self, request: Request) -> bytes:
        content = request.content.read()
        return b"got " + content if request.method == b"POST" else self.body


class Slow(Resource):
    """Answers when the test says so."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.lost: list[object] = []

    def render(self, request: Request) -> int:
        self.requests.append(request)
        request.notifyFinish().addErrback(self.lost.append)
        return NOT_DONE_YET


class Echo(Resource):
    """Tells how the request came through."""

    isLeaf = True

    def render(self, request: Request) -> bytes:
        fields = sorted(request.requestHeaders.getAllRawHeaders())
        return repr((request.uri, fields)).encode()


class Poke(Resource):
    """Answers as the admin pages do to what they do not know."""

    isLeaf = True

    def render(self, request: Request) -> bytes:
        request.setResponseCode(400)
        return b"no such command"


class Root(Resource):
    """The site: a few pages, and 404."""

    def __init__(self, slow: Slow, pages: Mapping[bytes, Resource]) -> None:
        super().__init__()
        self.putChild(b"", Page())
        self.putChild(b"slow", slow)
        self.putChild(b"echo", Echo())
        for name, page in pages.items():
            self.putChild(name, page)
        poke = Resource()
        poke.putChild(b"!POKE", Poke())
        self.putChild(b"admin", poke)

    def getChild(self, path: bytes, request: Request) -> Resource:
        return notFound()


@dataclass
class Recording:
    """Keeps what a mount takes."""

    kept: dict[str, bytes]
    path: str

    def write(self, data: bytes) -> None:
        self.kept[self.path] = self.kept.get(self.path, b"") + data

    def close(self) -> None:
        pass


@dataclass
class Station:
    """Everything behind the ports; ``events`` is what was published."""

    clock: IReactorTime
    limits: Limits = LIMITS
    settings: StationSettings = field(default_factory=StationSettings)
    configured: Mapping[str, MountSettings] = field(default_factory=lambda: CONFIGURED)
    banned: tuple[str, ...] = ()
    pages: Mapping[bytes, Resource] = field(default_factory=dict)
    room: Room = BOUNDLESS
    secure: bool = False
    proxied: bool = False
    trusted: tuple[str, ...] = ()
    listener_gate: ListenerGate = field(default_factory=OpenToAll)
    source_gate: SourceGate = field(default_factory=NothingDelegated)

    def __post_init__(self) -> None:
        self.events: list[Event] = []
        self.passwords = FakePasswords()
        self.slow = Slow()
        self.recorded: dict[str, bytes] = {}
        self.probes: list[tuple[str, str]] = []
        self.trusted_proxies = Networks(self.trusted)
        self.mounts = Mounts(
            self.configured,
            self.settings_for,
            self.settings,
            publish=self.events.append,
            clock=self.clock.seconds,
            recorder_for=self._record,
        )
        self.front = Front(
            mounts=self.mounts,
            gatekeeper=self._gatekeeper(),
            limits=self.limits,
            bans=Bans(map(Ban, self.banned), now=lambda: NOW, spared=self.trusted_proxies),
            clock=self.clock,
            now=lambda: NOW,
            publish=self.events.append,
            room=self.room,
            clients=Clients(self.trusted_proxies),
            listener_gate=self.listener_gate,
            source_gate=self.source_gate,
            unknown_path=lambda address, path: self.probes.append((address, path)),
            shoutcast_mount=lambda: "/live",
        )
        self.reception = Reception(self.front)
        site = make_site(Site(Root(self.slow, self.pages), reactor=self.clock))
        self.channels: list[WebChannel] = []

        def channel() -> WebChannel:
            made: WebChannel = site.buildProtocol(None)
            self.channels.append(made)
            return made

        self.doors = DoorFactory(
            self.front, self.reception, channel, secure=self.secure, proxied=self.proxied
        )
        self.shoutcast_doors = ShoutcastFactory(
            self.front, self.reception, self.doors.door, proxied=self.proxied
        )

    def _record(self, settings: MountSettings) -> "Recording":
        return Recording(self.recorded, settings.path)

    def settings_for(self, path: str) -> MountSettings:
        return self.configured.get(path) or MountSettings(path, queue_bytes=65536)

    def _gatekeeper(self) -> Gatekeeper:
        now = self.clock.seconds
        self.lockouts = Lockouts(
            now,
            LockoutRules,
            self.events.append,
            shelf=None,
            allowed=lambda _: False,
            local_time=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        )
        admin = Account("admin", Role.SUPERADMIN, "hash of admin")
        return Gatekeeper(
            lambda: Accounts({"admin": admin}, "hash of hackme"),
            self.settings_for,
            self.passwords,
            lockouts=self.lockouts,
            tokens=Tokens(tuple, lambda: NOW, lambda _token, _client: None),
            sessions=Sessions(now, bytes, SessionRules, None),
            shoutcast_mount=lambda: "/live",
            publish=self.events.append,
        )

    def told(self, kind: type[Event]) -> list[Event]:
        """The events of that kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def traces(self) -> tuple[int, int, int]:
        """Sources, listeners and deadlines that are left."""
        return self.mounts.sources, self.mounts.listeners, len(self.front.waiting.deadlines)


class MemoryStation(Station):
    """A station on a clock of the test's own, with peers in memory."""

    clock: Clock

    def __init__(self, **changes: object) -> None:
        super().__init__(Clock(), **changes)  # type: ignore[arg-type]

    def connect(
        self, *, shoutcast: bool = False, room: int = ALL, peer: IAddress = PEER
    ) -> MemoryTransport:
        """Somebody connects."""
        factory = self.shoutcast_doors if shoutcast else self.doors
        transport = MemoryTransport(self.clock, room=room, peer=peer)
        protocol = factory.buildProtocol(peer)
        assert protocol is not None
        transport.protocol = protocol
        protocol.makeConnection(transport)
        return transport

    def turn(self, times: int = 4) -> None:
        """Let everything happen that needs no time."""
        for _ in range(times):
            self.clock.advance(0)

    def settle(self) -> None:
        """Turn until nothing is left to be done now."""
        while any(call.getTime() <= self.clock.seconds() for call in self.clock.getDelayedCalls()):
            self.clock.advance(0)

    def say(self, peer: MemoryTransport, *pieces: bytes) -> bytes:
        """Give ``pieces``, one after the other; the bytes that came in answer."""
        before = len(peer.sent)
        for piece in pieces:
            peer.deliver(piece)
            self.settle()
        return bytes(peer.sent[before:])

    def pulse(self) -> None:
        """Listeners get what is new."""
        self.mounts.deliver()
        self.settle()

    def pass_time(self, seconds: float) -> None:
        """Time goes by, with the sweep that the service makes each second."""
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end:
            self.clock.advance(min(1.0, end - self.clock.seconds()))
            self.mounts.sweep()
            self.front.waiting.sweep(self.clock.seconds())
        self.settle()

    def source(self, path: str = "/live", content_type: str = PASSING) -> MemoryTransport:
        """An encoder on air."""
        encoder = self.connect()
        answer = self.say(encoder, source_request(path, content_type))
        assert answer == b"HTTP/1.0 200 OK\r\n\r\n", answer
        return encoder

    def player(self, path: str = "/live", *, room: int = ALL, head: bytes = b"") -> MemoryTransport:
        """A listener."""
        player = self.connect(room=room)
        self.say(player, f"GET {path} HTTP/1.0\r\n".encode() + head + b"\r\n")
        return player


def source_request(path: str = "/live", content_type: str = PASSING) -> bytes:
    return f"SOURCE {path} HTTP/1.0\r\nContent-Type: {content_type}\r\n".encode() + RIGHT + b"\r\n"


def with_limits(**changes: object) -> Limits:
    return replace(LIMITS, **changes)


def one_by_one(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


def cuts(data: bytes) -> list[list[bytes]]:
    """``data`` whole, byte by byte, and in every two (many two, where it is long)."""
    step = 1 + len(data) // 400
    halves = [[data[:at], data[at:]] for at in range(1, len(data), step)]
    return [[data], one_by_one(data), *halves]


def play(station: MemoryStation, pieces: Sequence[bytes], *, shoutcast: bool = False) -> "Outcome":
    """What becomes of a connection on which ``pieces`` come in."""
    before = len(station.events)
    peer = station.connect(shoutcast=shoutcast)
    # Twisted's web server looks at the real clock for its Date.
    answer = re.sub(rb"Date: [^\r]*", b"Date: " + DATE, station.say(peer, *pieces))
    return Outcome(answer, role_of(peer), tuple(station.events[before:]), dict(station.recorded))


@dataclass(frozen=True)
class Outcome:
    """All that can be seen of a conversation."""

    answer: bytes
    role: str
    events: tuple[Event, ...]
    recorded: dict[str, bytes]

    @property
    def statuses(self) -> list[int]:
        """The status codes of the answers, in order."""
        found = re.findall(rb"HTTP/1\.[01] (\d{3}) ", self.answer)
        return [int(status) for status in found]

    @property
    def told(self) -> list[str]:
        """The ids of the events, the access log's left out."""
        return [event.id for event in self.events if event.id != "request.finished"]


def role_of(peer: MemoryTransport) -> str:
    """What a connection is now."""
    if not peer.is_open or peer.is_finished:
        return "closed"
    return {
        "SourceConnection": "source",
        "ListenerConnection": "listener",
        "Door": "door",
        "Introduction": "introduction",
        "ShoutcastDoor": "shoutcast",
    }[type(peer.protocol).__name__]
