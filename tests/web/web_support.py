"""A station made of values, a gatekeeper with a few logins, and whole exchanges in memory."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web.resource import IResource
from twisted.web.server import Site

from tinyice.core.access.gatekeeper import SourceLogin
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.access.sessions import OpenedSession, Session
from tinyice.core.access.tokens import Token
from tinyice.core.autodj_figures import AutoDJFigures
from tinyice.core.chronicle import Chronicle
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, MountIdle, MountUnknown, Refused
from tinyice.core.events import DropReason
from tinyice.core.flow import Flow
from tinyice.core.latest import Latest
from tinyice.core.levels import Level
from tinyice.core.played import Played
from tinyice.core.recent import Recent
from tinyice.core.snapshots import (
    AudienceSnapshot,
    DeliverySnapshot,
    MountSnapshot,
    ProcessSnapshot,
    PulseSnapshot,
    ServerFigures,
    StationHeaders,
    StationSnapshot,
    WorkerSnapshot,
    WorkersSnapshot,
)
from tinyice.core.tags import Tags
from tinyice.core.transcoding import TranscoderSnapshot, TranscoderState
from tinyice.core.trends import Trends
from tinyice.formats.base import AudioInfo
from tinyice.logs.tail import Tail
from tinyice.web.console.machine import Checked, Load, Versions
from tinyice.web.guard import Guard
from tinyice.web.live.levels import LevelFeed
from tinyice.web.live.live import Live
from tinyice.web.live.picture import Pictures
from tinyice.web.pages import Ready, prepare_in_worker
from tinyice.web.router import Route
from tinyice.web.settings import WebSettings
from tinyice.web.site import make_resource
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine
from web.api_support import Bench
from web.api_support import FakeStation as BenchStation

# Requests reach the web with every byte beyond ASCII escaped.
AS_THE_DOOR_GIVES_IT = "/?#[]@!$&'()*+,;=:%-._~|"
PROJECT = Path(__file__).parent.parent.parent
STARTED = datetime(2026, 11, 20, 6, 33, 26, tzinfo=UTC)
ADMIN = b"Authorization: Basic YWRtaW46aGFja21l\r\n"  # admin:hackme
SOURCE = b"Authorization: Basic c291cmNlOmxpdmU=\r\n"  # source:live
WRONG = b"Authorization: Basic YWRtaW46d3Jvbmc=\r\n"  # admin:wrong

BOSS = Principal("admin", Role.SUPERADMIN, Via.BASIC)
DJ = Principal("dj", Role.DJ, Via.BASIC, frozenset({"/live"}))
LOGINS = {("admin", b"hackme"): BOSS, ("dj", b"spin"): DJ}

SETTINGS = WebSettings(
    hostname="radio.example",
    port=8000,
    server_id="Icecast 2.4.4 (tinyice)",
    version="0.1",
    location="Pier 4",
    admin_email="ops@radio.example",
    page_title="Radio Meridian",
    page_subtitle="Slow radio from the harbour.",
)

IDLE = MountSnapshot(
    path="/idle",
    visible=True,
    disabled=False,
    configured=True,
    source=None,
    source_kind="",
    connected_at=None,
    content_type="",
    station=StationHeaders(),
    audio=AudioInfo(),
    tags=Tags(),
    listeners=0,
    listener_peak=0,
    listeners_max=0,
    slow_listeners=0,
    bytes_in=0,
    bytes_out=0,
    carries_icy=False,
    burst_bytes=65536,
    queue_bytes=524288,
    metaint=16000,
)

FIGURES = ServerFigures(
    pulses=(
        PulseSnapshot("normal", 0.25, 0.003, 1.5, 0.2),
        PulseSnapshot("low_latency", 0.04, 0.0, 1.0, 0.0),
    ),
    delivery=DeliverySnapshot(sends=123, jumps=7),
    audience=AudienceSnapshot(9, {**dict.fromkeys(DropReason, 0), DropReason.TOO_SLOW: 2}),
    workers=WorkersSnapshot(
        2, 1, (WorkerSnapshot(1, True, 40, (PulseSnapshot("normal", 0.5, 0.1, 1.2, 0.6),)),)
    ),
    process=ProcessSnapshot(
        resident_bytes=50_000_000,
        heap_bytes=30_000_000,
        stack_bytes=135_168,
        threads=4,
        collections=77,
        open_files=31,
        open_files_limit=20_000,
        reactor_lag_seconds=0.012,
    ),
    transcoders=(
        TranscoderSnapshot(
            "small",
            "/live",
            "/small",
            48,
            TranscoderState.ENCODING,
            seconds=90.5,
            restarts=1,
            left_out=4096,
        ),
    ),
    autodjs=(AutoDJFigures("/dj", "playing", is_encoding=True, tracks=12, library_tracks=99),),
)


def mount(path: str = "/live", **changes: object) -> MountSnapshot:
    """An MP3 mount on air, with ``changes``."""
    on_air = replace(
        IDLE,
        path=path,
        source=Client("192.0.2.7", "BUTT/0.1"),
        source_kind="client",
        connected_at=datetime(2026, 11, 20, 6, 34, 0, tzinfo=UTC),
        content_type="audio/mpeg",
        station=StationHeaders(name="Night & Day", bitrate="128", public=True),
        audio=AudioInfo(bitrate=128000, samplerate=44100, channels=2),
        tags=Tags(artist="Kestrel", title="Low Tide"),
        listeners=3,
        listener_peak=5,
        slow_listeners=1,
        bytes_in=1000,
        bytes_out=3000,
        carries_icy=True,
    )
    return replace(on_air, **changes)


def vorbis(path: str = "/v.ogg", **changes: object) -> MountSnapshot:
    """An Ogg Vorbis mount on air, with ``changes``."""
    plain = mount(
        path,
        content_type="application/ogg",
        station=StationHeaders(),
        audio=AudioInfo(bitrate=96000, samplerate=44100, channels=1, subtype="Vorbis"),
        carries_icy=False,
        tags=Tags(artist="VA", title="VT"),
    )
    return replace(plain, **changes)


@dataclass
class FakeStation:
    """The given mounts; remembers what was set and how often it was looked at."""

    mounts: tuple[MountSnapshot, ...] = ()
    looks: int = 0
    updates: list[tuple[str, Tags, str]] = field(default_factory=list)

    def snapshot(self) -> StationSnapshot:
        self.looks += 1
        return StationSnapshot(
            started_at=STARTED,
            uptime_seconds=100.0,
            mounts=self.mounts,
            listeners=sum(m.listeners for m in self.mounts),
            connections=40,
            listener_connections=30,
            source_connections=4,
            bytes_in=1,
            bytes_out=2,
            dropped_bytes=0,
        )

    def set_tags(self, mount: str, tags: Tags, origin: str) -> None:
        known = {m.path: m for m in self.mounts}
        if mount not in known:
            raise MountUnknown(mount)
        if not known[mount].on_air:
            raise MountIdle(mount)
        self.updates.append((mount, tags, origin))


@dataclass
class FakeGauges:
    """The given figures."""

    now: ServerFigures = FIGURES

    def figures(self) -> ServerFigures:
        return self.now


class FakeGatekeeper:
    """Knows admin:hackme and dj:spin, and the password ``live`` for the sources of /live.

    ``fault`` is raised by whatever is asked.
    """

    def __init__(self) -> None:
        self.refusals = 0
        self.fault: Exception | None = None
        self.sessions: dict[str, tuple[Principal, Session]] = {}
        self.tokens: dict[str, Principal] = {"ti_good": replace(BOSS, via=Via.TOKEN)}

    async def identify(
        self, credentials: Credentials | None, client: Client, mount: str = ""
    ) -> Principal:
        if self.fault is not None:
            raise self.fault
        if credentials is None:
            raise Challenge
        pair = (credentials.user, credentials.password)
        if pair in LOGINS:
            return LOGINS[pair]
        if pair == ("source", b"live") and mount == "/live":
            return Principal("source", Role.SOURCE, Via.SOURCE, frozenset({mount}))
        raise self._refused()

    async def log_in(self, name: str, password: bytes, client: Client) -> OpenedSession:
        who = await self.identify(Credentials(name, password), client)
        return self.open(replace(who, via=Via.SESSION))

    def open(self, who: Principal) -> OpenedSession:
        """A session of ``who``."""
        number = len(self.sessions) + 1
        then = STARTED.timestamp()
        session = Session(
            f"s{number}", who.name, f"csrf{number}", then, then, "203.0.113.9", "Browser/1"
        )
        self.sessions[f"cookie{number}"] = (who, session)
        return OpenedSession(f"cookie{number}", session)

    def by_session(self, cookie: str) -> tuple[Principal, Session] | None:
        return self.sessions.get(cookie)

    def log_out(self, session: Session) -> None:
        self.sessions = {
            cookie: found for cookie, found in self.sessions.items() if found[1] != session
        }

    def by_token(self, secret: str, client: Client) -> Principal:
        if secret not in self.tokens:
            raise self._refused()
        return self.tokens[secret]

    async def admit_shoutcast(self, line: PasswordLine, client: Client) -> SourceLogin:
        if line.password != b"live" or line.user not in ("", "dj"):
            raise self._refused()
        return SourceLogin(line.user, "/live", "hash")

    def _refused(self) -> Refused:
        self.refusals += 1
        return Refused("invalid password")


@dataclass
class FakeAccount:
    """An account with a session and a token, ``s9`` both; remembers what was changed."""

    gatekeeper: FakeGatekeeper
    changes: list[tuple[object, ...]] = field(default_factory=list)
    fault: Exception | None = None

    def sessions(self, user: str) -> list[Session]:
        then = STARTED.timestamp()
        here = [session for _, session in self.gatekeeper.sessions.values() if session.user == user]
        return [*here, Session("s9", user, "", then, then, "2001:db8::7", "<b>Browser/2</b>")]

    def end_session(self, session_id: str, *, who: Principal, client: Client) -> None:
        self.changes.append(("end", session_id, who.name))

    def tokens(self, user: str) -> list[Token]:
        return [Token("s9", "<i>deploy</i>", user, "digest", STARTED, None)]

    async def set_password(
        self, password: str, *, who: Principal, client: Client, keep_session: str
    ) -> None:
        self._change("password", password, who.name, keep_session)

    async def make_token(self, name: str, days: int, *, who: Principal, client: Client) -> str:
        self._change("make", name, days, who.name)
        return "ti_new"

    async def revoke_token(self, token_id: str, *, who: Principal, client: Client) -> None:
        self._change("revoke", token_id, who.name)

    def _change(self, *told: object) -> None:
        if self.fault is not None:
            raise self.fault
        self.changes.append(told)


@dataclass(frozen=True)
class Reply:
    """A response, taken apart."""

    status: int
    reason: str
    head: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> dict[str, object]:
        return json.loads(self.body)


def exchange(resource: IResource, raw: bytes) -> bytes:
    """What the whole of twisted.web answers to the bytes ``raw``."""
    site = Site(resource, timeout=None, parsePOSTFormSubmission=False)
    channel = site.buildProtocol(None)
    transport = StringTransport()
    transport.disconnecting = False
    channel.makeConnection(transport)
    channel.dataReceived(raw)
    return transport.value()


def parse(raw: bytes) -> Reply:
    """One response; its body is what follows the head."""
    head, _, body = raw.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    _, status, reason = status_line.split(" ", 2)
    fields = dict(line.split(": ", 1) for line in lines)
    return Reply(int(status), reason, {k.lower(): v for k, v in fields.items()}, body)


def prepare_now(folder: Path, static: Path) -> Deferred[Ready]:
    """The templates, without a worker."""
    return succeed(prepare_in_worker(folder, static))


def new_chronicle(clock: Clock, mounts: Sequence[Any] = ()) -> Chronicle:
    """A memory in which nothing happened yet."""

    def now() -> datetime:
        return STARTED + timedelta(seconds=clock.seconds())

    return Chronicle(
        trends=Trends(mounts, now=now),
        recent=Recent(now=now),
        latest=Latest(now=now),
        played=Played(now=now),
        flow=Flow(mounts, clock=clock.seconds),
    )


@dataclass
class FakeMachine:
    """A server with a short log and a good file; ``fault`` keeps it from being read anew."""

    log: Tail = field(default_factory=Tail)
    config_file: str = "/etc/tinyice.json"
    database_file: str = "/var/lib/tinyice.db"
    versions: Versions = field(
        default_factory=lambda: Versions("3.11.2", "26.4.0", "OpenSSL 3.0", "Linux 6.1")
    )
    given: dict[str, str] = field(default_factory=dict)
    waits: tuple[str, ...] = ()
    found: Checked = field(default_factory=lambda: Checked((), (), ()))
    fault: Exception | None = None
    reloads: list[str] = field(default_factory=list)

    def load(self) -> Load:
        return Load(0.034, 12.5, 1, 32)

    def waiting_keys(self) -> tuple[str, ...]:
        return self.waits

    async def check(self) -> Checked:
        return self.found

    async def reload(self, *, who: Principal, client: Client) -> tuple[str, ...]:
        if self.fault is not None:
            raise self.fault
        self.reloads.append(who.name)
        return ()


class FakeLevels:
    """Measures what it is asked to, and finds ``now``."""

    def __init__(self) -> None:
        self.watched: list[frozenset[str]] = []
        self.awake: frozenset[str] = frozenset()
        self.now: dict[str, tuple[Level, ...]] = {}

    def watch(self, mounts: Collection[str], awake: Collection[str] = ()) -> Callable[[], None]:
        one, self.awake = frozenset(mounts), frozenset(awake)
        self.watched.append(one)
        return lambda: self.watched.remove(one)

    def levels(self) -> dict[str, tuple[Level, ...]]:
        return self.now


class Web:
    """A web site on a fake station."""

    def __init__(self, *mounts: MountSnapshot, **changes: object) -> None:
        self.station = FakeStation(mounts)
        self.gatekeeper = FakeGatekeeper()
        self.account = FakeAccount(self.gatekeeper)
        self.gauges = FakeGauges()
        self.bench = Bench(BenchStation(self.station))
        self.clock = Clock()
        self.chronicle = new_chronicle(self.clock)
        pictures = Pictures(self.station.snapshot, self.chronicle, lambda: STARTED)
        self.levels = FakeLevels()
        feed = LevelFeed(self.levels, self.clock)
        self.live = Live(pictures, self.clock, "e", levels=feed)
        self.machine = FakeMachine()
        settings = replace(SETTINGS, **changes)
        self.client = Client("203.0.113.9")
        self.guard = Guard(self.gatekeeper, lambda _: self.client, settings=settings)
        self.resource = make_resource(
            self.station,
            self.gatekeeper,
            self.gauges,
            guard=self.guard,
            clock=self.clock,
            settings=settings,
            templates=PROJECT / "templates",
            static=PROJECT / "static",
            prepare_pages=prepare_now,
            account=self.account,
            services=self.bench.services(settings),
            live=self.live,
            machine=self.machine,
            chronicle=self.chronicle,
        )

    @property
    def routes(self) -> list[Route]:
        """Every address of every application."""
        return [route for one in self.resource.applications for route in one.router.routes]

    def state(self) -> tuple[object, ...]:
        """What requests can change."""
        return (
            tuple(self.station.updates),
            tuple(self.gatekeeper.sessions),
            tuple(self.account.changes),
            tuple(self.bench.changes.made),
            tuple(self.bench.station.done),
            len(self.bench.lockouts.found),
            len(self.bench.logo.put_by),
            len(self.machine.reloads),
        )

    def open_session(self, who: Principal = BOSS) -> OpenedSession:
        """A session of ``who``."""
        return self.gatekeeper.open(replace(who, via=Via.SESSION))

    def show(self, *mounts: MountSnapshot) -> None:
        """Let the station be these mounts, and everything older forgotten."""
        self.station.mounts = mounts
        self.clock.advance(1)

    def ask(self, target: str | bytes, head: bytes = b"", *, method: bytes = b"GET") -> Reply:
        """One request, answered."""
        raw_target = quote(target, safe=AS_THE_DOOR_GIVES_IT).encode()
        host = b"" if b"Host:" in head else b"Host: radio.example:8000\r\n"
        line = method + b" " + raw_target + b" HTTP/1.1\r\n"
        return parse(exchange(self.resource, line + host + head + b"\r\n"))

    def send(
        self, method: str, target: str, body: object = None, head: bytes = b"", *, raw: bytes = b""
    ) -> Reply:
        """One request of the API with a good token, answered."""
        content = raw or (b"" if body is None else json.dumps(body).encode())
        kind = b"Content-Type: application/json\r\n" if content else b""
        login = b"" if b"Authorization" in head else b"Authorization: Bearer ti_good\r\n"
        start = f"{method} {quote(target, safe=AS_THE_DOOR_GIVES_IT)} HTTP/1.1\r\n".encode()
        host = b"Host: radio.example:8000\r\n"
        length = b"Content-Length: %d\r\n" % len(content)
        whole = start + host + login + kind + length + head + b"\r\n" + content
        return parse(exchange(self.resource, whole))

    def post(
        self, target: str, form: bytes, head: bytes = b"", *, method: bytes = b"POST"
    ) -> Reply:
        """One form, answered."""
        host = b"" if b"Host:" in head else b"Host: radio.example:8000\r\n"
        kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
        length = b"Content-Length: %d\r\n" % len(form)
        line = method + b" " + target.encode() + b" HTTP/1.1\r\n"
        raw = line + host + kind + length + head + b"\r\n" + form
        return parse(exchange(self.resource, raw))
