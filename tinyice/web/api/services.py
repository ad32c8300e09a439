"""What the operations need of the rest of the station, as small promises."""

from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from tinyice.config.model import Config
from tinyice.core.access.accounts import Accounts
from tinyice.core.access.lockouts import Lockout
from tinyice.core.access.principal import Principal
from tinyice.core.access.sessions import Session
from tinyice.core.access.tokens import Token
from tinyice.core.audit import AuditPage
from tinyice.core.clients import Client
from tinyice.core.countries import Country
from tinyice.core.events import Event
from tinyice.core.played import Title
from tinyice.core.pushing import PushSnapshot
from tinyice.core.relaying import MasterSnapshot, RelaySnapshot
from tinyice.core.snapshots import ListenerSnapshot, StationSnapshot
from tinyice.core.tags import Tags
from tinyice.core.transcoding import TranscoderSnapshot
from tinyice.web.autodj_ports import AutoDjs
from tinyice.web.changes import Changes, Reload, Upgrade
from tinyice.web.pictures import Picture
from tinyice.web.settings import WebSettings


class Station(Protocol):
    """Mounts, sources and listeners."""

    def snapshot(self) -> StationSnapshot:
        """The whole station now."""

    def listeners(
        self, mounts: Collection[str] | None, after: int, limit: int
    ) -> Sequence[ListenerSnapshot]:
        """The next listeners by number, on those mounts (None: all); costs no more than that."""

    def set_tags(self, mount: str, tags: Tags, origin: str) -> None:
        """Let ``tags`` play; raises ``MountUnknown`` or ``MountIdle``."""

    def kick_listener(self, mount: str, listener: int) -> None:
        """End a listener; raises ``ListenerUnknown``."""

    def kick_listeners(self, mount: str) -> int:
        """End all of a mount; how many."""

    def kick_source(self, mount: str) -> None:
        """End the source; raises ``MountUnknown`` or ``MountIdle``."""

    def move_listeners(
        self, mount: str, destination: str, ids: Collection[int] | None = None
    ) -> int:
        """Let listeners go on at another mount; how many did."""


class Lockouts(Protocol):
    """Addresses whose logins are not tried."""

    def listed(self) -> Sequence[Lockout]:
        """Those that are locked out now."""

    def clear(self, address: str) -> bool:
        """Let logins of ``address`` in again; whether it was locked out."""

    def put_back(self, lockouts: Iterable[Lockout]) -> None:
        """Take ``clear`` back."""


class Trends(Protocol):
    """How many listened in the last half hour: a number for each ten seconds, oldest first."""

    def of(self, mount: str) -> Sequence[int]:
        """Those of one mount."""

    def among(self, mounts: Iterable[str]) -> Sequence[int]:
        """Those of some mounts together."""

    def of_all(self) -> Sequence[int]:
        """Those of the whole station."""


class Audit(Protocol):
    """What was changed, by whom."""

    async def page(
        self,
        *,
        user: str,
        action: str,
        mount: str,
        mounts: Collection[str] | None,
        text: str,
        before: int | None,
        limit: int,
    ) -> AuditPage:
        """The newest entries with a smaller number than ``before``; empty words match all."""


class Logo(Protocol):
    """The picture of the station, and the way to another one."""

    @property
    def picture(self) -> Picture | None:
        """What is shown; None: the server's own mark."""

    @property
    def fault(self) -> str:
        """Why the one that the configuration names is not shown."""

    async def ready(self) -> None:
        """Wait until what the configuration says can be shown."""

    async def put(self, content: bytes, *, who: Principal, client: Client) -> Sequence[str]:
        """Show that; raises ``PictureRefused``, ``NotSaved``, or what changes do."""


class Countries(Protocol):
    """Where addresses are, if the operator has a database that says it."""

    @property
    def is_on(self) -> bool:
        """Whether one is named."""

    @property
    def fault(self) -> str:
        """Why the one that is named is of no use."""

    async def of(self, addresses: Iterable[str]) -> Mapping[str, Country]:
        """The countries of those addresses, as far as they are known."""


class Relays(Protocol):
    """Streams of other servers."""

    def snapshot(self) -> Sequence[RelaySnapshot]:
        """How each relay that runs is doing."""

    def masters(self) -> Sequence[MasterSnapshot]:
        """How each server that is mirrored is doing."""


class Pushes(Protocol):
    """Mounts that are sent to other servers."""

    def snapshot(self) -> Sequence[PushSnapshot]:
        """How each push that runs is doing."""


class Transcoders(Protocol):
    """Mounts that play what other mounts play, in another quality."""

    def snapshot(self) -> Sequence[TranscoderSnapshot]:
        """How each transcoder that runs is doing."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that operations use."""

    station: Station
    changes: Changes
    reload: Reload
    upgrades: Upgrade
    lockouts: Lockouts
    audit: Audit
    config: Callable[[], Config]
    accounts: Callable[[], Accounts]
    tokens: Callable[[], Iterable[Token]]
    settings: Callable[[], WebSettings]
    hash_password: Callable[[str], Coroutine[Any, Any, str]]
    token_uses: Callable[[], Coroutine[Any, Any, Mapping[str, datetime]]]
    end_sessions: Callable[[str], object]
    sessions: Callable[[], Sequence[Session]]
    end_session: Callable[[str], bool]
    trends: Trends
    logo: Logo
    relays: Relays
    pushes: Pushes
    transcoders: Transcoders
    autodjs: AutoDjs
    countries: Countries
    publish: Callable[[Event], None]
    now: Callable[[], datetime]
    random: Callable[[int], bytes]
    played: Callable[[str], Sequence[Title]] = field(default=lambda _mount: (), kw_only=True)

    def moment_of(self, seconds: float) -> datetime:
        """The time that ``seconds`` since 1970 are."""
        return datetime.fromtimestamp(seconds, UTC)
