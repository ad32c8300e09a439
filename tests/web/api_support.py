"""What the operations of the API need, on values in memory: a configuration that can be changed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from tinyice.config.accounts import accounts_of, tokens_of
from tinyice.config.build import Walk, build
from tinyice.config.edits import Document, Edit
from tinyice.config.faults import ConfigFaults
from tinyice.config.guarded import require_for
from tinyice.config.model import Config
from tinyice.config.rules import faults_between
from tinyice.core.access.lockouts import Lockout, LockoutKind
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.access.sessions import Session
from tinyice.core.audit import AuditEntry, AuditPage
from tinyice.core.autodjs import FolderRow, FolderRows
from tinyice.core.clients import Client
from tinyice.core.countries import Country
from tinyice.core.errors import ListenerUnknown, MountIdle, MountUnknown, NotUsable
from tinyice.core.events import Event
from tinyice.core.played import Title
from tinyice.core.pushing import PushSnapshot
from tinyice.core.relaying import MasterSnapshot, RelaySnapshot
from tinyice.core.snapshots import ListenerSnapshot, StationSnapshot
from tinyice.core.tags import Tags
from tinyice.core.transcoding import TranscoderSnapshot
from tinyice.web.api.services import Services, Station
from tinyice.web.autodj_ports import AutoDj
from tinyice.web.pictures import Picture, picture_of
from tinyice.web.settings import WebSettings

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
HASH = "$2b$04$" + "a" * 53

DOCUMENT: Document = {
    "admin_password": HASH,
    "mounts": {"/live": ""},
    "users": {"anna": {"role": "dj", "password": HASH, "mounts": {"/live": HASH}}},
    "whitelisted_ips": ["198.51.100.1"],
    "lockout_failures": 5,
    "api_rate": 0,
}


def listener(number: int, mount: str = "/live") -> ListenerSnapshot:
    """Somebody who listens."""
    client = Client(f"192.0.2.{number % 250}", "VLC/3.0")
    return ListenerSnapshot(number, mount, client, "", 12.3, 1000, 5, 0.1, 0, False, False)


def session(session_id: str, user: str = "anna") -> Session:
    """A login of a browser."""
    then = NOW.timestamp()
    return Session(session_id, user, "", then, then, "192.0.2.9", "Browser/1")


@dataclass
class FakeChanges:
    """Judges and keeps changes as the writer does, without a file. ``fault`` is raised first.

    ``made`` and ``makers`` tell what was changed, and by whom each time.
    """

    document: Document = field(default_factory=lambda: deepcopy(DOCUMENT))
    made: list[tuple[Action, str, str]] = field(default_factory=list)
    makers: list[str] = field(default_factory=list)
    fault: Exception | None = None

    @property
    def config(self) -> Config:
        """What is in force."""
        return build(Config, self.document, Walk())

    async def change(
        self,
        edit: Edit,
        *,
        who: Principal,
        client: Client,
        action: Action,
        subject: str,
        mount: str = "",
    ) -> Sequence[str]:
        if self.fault is not None:
            raise self.fault
        document, walk = deepcopy(self.document), Walk()
        edit(document)
        config = build(Config, document, walk)
        faults = [*walk.faults, *(fault for _, fault in faults_between(config))]
        if faults:
            raise ConfigFaults(faults)
        require_for(who, self.document, document, is_bounded=any(config.media_roots))
        self.document = document
        self._note(who, action, subject, mount)
        return ()

    async def reload(self, *, who: Principal, client: Client) -> Sequence[str]:
        if self.fault is not None:
            raise self.fault
        self._note(who, Action.RELOAD, "configuration")
        return ("port: needs a restart",)

    async def upgrade(self, *, who: Principal, client: Client) -> Sequence[str]:
        if self.fault is not None:
            raise self.fault
        self._note(who, Action.UPGRADE, "server")
        return ("process 7 serves",)

    def _note(self, who: Principal, action: Action, subject: str, mount: str = "") -> None:
        self.made.append((action, subject, mount))
        self.makers.append(who.name)


class FakeStation:
    """The mounts of another fake, and listeners by number."""

    def __init__(self, mounts: Any) -> None:  # noqa: ANN401 (a fake of web_support)
        self._mounts = mounts
        self.present = [listener(number) for number in range(1, 8)]
        self.done: list[tuple[object, ...]] = []

    def snapshot(self) -> StationSnapshot:
        found: StationSnapshot = self._mounts.snapshot()
        return found

    def set_tags(self, mount: str, tags: Tags, origin: str) -> None:
        self._mounts.set_tags(mount, tags, origin)

    def listeners(
        self, mounts: Collection[str] | None, after: int, limit: int
    ) -> Sequence[ListenerSnapshot]:
        found = (one for one in self.present if one.id > after)
        chosen = (one for one in found if mounts is None or one.mount in mounts)
        return tuple(islice(chosen, limit))

    def kick_listener(self, mount: str, listener: int) -> None:
        self._known(mount)
        if not any(one.id == listener and one.mount == mount for one in self.present):
            raise ListenerUnknown(mount, listener)
        self.done.append(("kick", mount, listener))

    def kick_listeners(self, mount: str) -> int:
        self._known(mount)
        self.done.append(("kick all", mount))
        return len(self.present)

    def kick_source(self, mount: str) -> None:
        self._known(mount)
        self.done.append(("kick source", mount))

    def move_listeners(
        self, mount: str, destination: str, ids: Collection[int] | None = None
    ) -> int:
        self._known(mount)
        self._known(destination)
        self.done.append(("move", mount, destination, ids))
        return len(self.present) if ids is None else len(ids)

    def _known(self, path: str) -> None:
        known = {mount.path: mount for mount in self.snapshot().mounts}
        if path not in known:
            raise MountUnknown(path)
        if not known[path].on_air:
            raise MountIdle(path)


@dataclass
class FakeLockouts:
    """One address is locked out."""

    found: list[Lockout] = field(
        default_factory=lambda: [
            Lockout("203.0.113.77", LockoutKind.LOGIN, 5, 0.0, 1e9, "203.0.113.77", "wrong")
        ]
    )

    def listed(self) -> Sequence[Lockout]:
        return tuple(self.found)

    def clear(self, address: str) -> bool:
        before = len(self.found)
        self.found = [one for one in self.found if one.address != address]
        return len(self.found) < before

    def put_back(self, lockouts: Iterable[Lockout]) -> None:
        self.found += lockouts


@dataclass
class FakeAudit:
    """One entry; remembers what was asked."""

    asked: list[dict[str, object]] = field(default_factory=list)

    async def page(self, **wanted: Any) -> AuditPage:  # noqa: ANN401 (seen in the test)
        self.asked.append(wanted)
        entry = AuditEntry(
            NOW, "admin", "session", "192.0.2.1", "bans.change", "x", "", {}, {"a": 1}, id=3
        )
        return AuditPage((entry,), None, 1)


@dataclass
class FakeTrends:
    """The same line for everything."""

    line: tuple[int, ...] = (1, 3, 2)

    def of(self, mount: str) -> Sequence[int]:
        return self.line

    def among(self, mounts: Iterable[str]) -> Sequence[int]:
        return self.line

    def of_all(self) -> Sequence[int]:
        return self.line


@dataclass
class FakeRelays:
    """Relays that are as they are said to be."""

    running: list[RelaySnapshot] = field(default_factory=list)
    mirrored: list[MasterSnapshot] = field(default_factory=list)

    def snapshot(self) -> list[RelaySnapshot]:
        return self.running

    def masters(self) -> list[MasterSnapshot]:
        return self.mirrored


@dataclass
class FakePushes:
    """Pushes that are as they are said to be."""

    running: list[PushSnapshot] = field(default_factory=list)

    def snapshot(self) -> list[PushSnapshot]:
        return self.running


@dataclass
class FakeTranscoders:
    """Transcoders that are as they are said to be."""

    running: list[TranscoderSnapshot] = field(default_factory=list)

    def snapshot(self) -> list[TranscoderSnapshot]:
        return self.running


@dataclass
class FakeAutoDjs:
    """Those that a test lets run, and folders: /music, and what is below it."""

    running: dict[str, AutoDj] = field(default_factory=dict)
    no_folder: str = ""

    def get(self, mount: str) -> AutoDj | None:
        return self.running.get(mount)

    def all(self) -> Sequence[AutoDj]:
        return list(self.running.values())

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    async def browse(self, path: str) -> FolderRows:
        if path and path == self.no_folder:
            raise NotUsable("it is no folder")
        return FolderRows("", None, (FolderRow("/music", "/music"),))


@dataclass
class FakeLogo:
    """Judges what it is given, and remembers it."""

    picture: Picture | None = None
    fault: str = ""
    put_by: list[str] = field(default_factory=list)

    async def ready(self) -> None:
        """It always is."""

    async def put(self, content: bytes, *, who: Principal, client: Client) -> Sequence[str]:
        self.picture = picture_of(content)
        self.put_by.append(who.name)
        return ()


@dataclass
class FakeCountries:
    """Knows some addresses, once it ``is_on``."""

    is_on: bool = False
    fault: str = ""
    known: dict[str, Country] = field(default_factory=dict)

    async def of(self, addresses: Iterable[str]) -> Mapping[str, Country]:
        return {one: self.known[one] for one in addresses if one in self.known}


@dataclass
class Bench:
    """The services, and the fakes behind them."""

    station: FakeStation
    changes: FakeChanges = field(default_factory=FakeChanges)
    lockouts: FakeLockouts = field(default_factory=FakeLockouts)
    audit: FakeAudit = field(default_factory=FakeAudit)
    events: list[Event] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=lambda: [session("s9")])
    trends: FakeTrends = field(default_factory=FakeTrends)
    logo: FakeLogo = field(default_factory=FakeLogo)
    relays: FakeRelays = field(default_factory=FakeRelays)
    pushes: FakePushes = field(default_factory=FakePushes)
    transcoders: FakeTranscoders = field(default_factory=FakeTranscoders)
    autodjs: FakeAutoDjs = field(default_factory=FakeAutoDjs)
    countries: FakeCountries = field(default_factory=FakeCountries)
    played: dict[str, Sequence[Title]] = field(default_factory=dict)

    def end_session(self, session_id: str) -> bool:
        """Forget it."""
        before = len(self.sessions)
        self.sessions = [one for one in self.sessions if one.id != session_id]
        return len(self.sessions) < before

    def services(self, settings: WebSettings) -> Services:
        """What the API is given."""
        station: Station = self.station

        async def hash_password(_password: str) -> str:
            return HASH

        async def token_uses() -> Mapping[str, datetime]:
            return {}

        return Services(
            station=station,
            changes=self.changes,
            reload=self.changes,
            upgrades=self.changes,
            lockouts=self.lockouts,
            audit=self.audit,
            config=lambda: self.changes.config,
            accounts=lambda: accounts_of(self.changes.config),
            tokens=lambda: tokens_of(self.changes.config),
            settings=lambda: settings,
            hash_password=hash_password,
            token_uses=token_uses,
            end_sessions=self.ended.append,
            sessions=lambda: self.sessions,
            end_session=self.end_session,
            trends=self.trends,
            logo=self.logo,
            relays=self.relays,
            pushes=self.pushes,
            transcoders=self.transcoders,
            autodjs=self.autodjs,
            countries=self.countries,
            played=lambda mount: self.played.get(mount, ()),
            publish=self.events.append,
            now=lambda: NOW,
            random=lambda size: bytes(range(size)),
        )
