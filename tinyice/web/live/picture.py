"""Pictures of the station for whoever subscribes: made from one look at it, whoever asks."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from tinyice.core.autodjs import AutoDJSnapshot
from tinyice.core.flow import Rates
from tinyice.core.latest import Lost
from tinyice.core.recent import Happening
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.artwork import AUTODJ, art_of
from tinyice.web.console.signal import chain_of, health_of, is_missed
from tinyice.web.live.board import Board
from tinyice.web.live.documents import (
    ConsoleMount,
    StationNow,
    Trend,
    console_mount,
    happened_of,
    public_mount,
    station_now,
    title_of,
    trend_of,
)
from tinyice.web.live.scope import CONSOLE, PUBLIC, Key, Scope
from tinyice.web.live.steady import steady_mount, steady_station
from tinyice.web.live.studio import StudioPlay, gone_from, parts_of, steady_play

TREND_S = 30.0
"""How often trends are drawn anew."""

_NOTHING = Rates(0.0, 0.0)

Documents = dict[Key, Struct]


class Trends(Protocol):
    """How many listened lately."""

    def of(self, mount: str) -> Sequence[int]:
        """The samples of ``mount``, oldest first."""


class Recent(Protocol):
    """What happened lately."""

    def after(self, number: int) -> Sequence[Happening]:
        """What is kept of what came after ``number``, oldest first."""


class Latest(Protocol):
    """What each mount had last."""

    def title_since(self, mount: str) -> datetime | None:
        """When the title that ``mount`` plays was told."""

    def lost(self, mount: str) -> Lost | None:
        """The source that ended on ``mount``, while no other came."""


class Flow(Protocol):
    """How fast bytes come and go."""

    def of(self, mount: str) -> Rates | None:
        """The rates of ``mount``."""

    def among(self, mounts: Iterable[str]) -> Rates:
        """The rates of those mounts together."""

    def loses(self, mount: str) -> bool:
        """Whether slow listeners of ``mount`` lost audio lately."""


class Memory(Protocol):
    """What the station remembers of itself."""

    @property
    def trends(self) -> Trends:
        """Listener counts."""

    @property
    def recent(self) -> Recent:
        """Happenings."""

    @property
    def latest(self) -> Latest:
        """Titles and sources."""

    @property
    def flow(self) -> Flow:
        """Bit rates."""


def nobody_plays(_mount: str) -> AutoDJSnapshot | None:
    """The AutoDJ of a mount, where there is none on any."""
    return None


class Pictures:
    """Brings a board up to date, as often as somebody says so.

    ``autodj`` gives how that of a mount is doing.
    """

    def __init__(
        self,
        station: Callable[[], StationSnapshot],
        memory: Memory,
        now: Callable[[], datetime],
        *,
        autodj: Callable[[str], AutoDJSnapshot | None] = nobody_plays,
    ) -> None:
        self._station = station
        self._memory = memory
        self._now = now
        self._autodj = autodj
        self._trends_at: float | None = None

    def renew(self, board: Board, scopes: Collection[Scope], studios: Collection[str] = ()) -> None:
        """Look at the station, and put on the board what those ``scopes`` are told of it.

        ``studios``: the mounts of whose AutoDJs all is told.
        """
        station = self._station()
        documents: Documents = {}
        sides = {scope.side for scope in scopes}
        if "public" in sides:
            documents |= self._public(station)
        if "console" in sides:
            documents |= self._console(board, station)
            documents |= self._trends(board, station)
            documents |= self._happened(board)
            documents |= self._studios(board, station, studios)
        for scope in scopes:
            key = Key(scope, "station")
            documents[key] = steady_station(board.told(key), self._sums(station, scope))
        board.renew(documents, sides)

    def _art(self, mount: MountSnapshot) -> str:
        """Where the picture of what plays is, if it has one."""
        return art_of(mount, self._autodj(mount.path)) if mount.source_kind == AUTODJ else ""

    def _sums(self, station: StationSnapshot, scope: Scope) -> StationNow:
        of_side = station.public_mounts if scope.side == "public" else station.mounts
        mounts = [mount for mount in of_side if scope.sees(mount.path)]
        return station_now(
            mounts,
            self._memory.flow.among(mount.path for mount in mounts),
            uptime_seconds=station.uptime_seconds,
            time=self._now(),
        )

    def _public(self, station: StationSnapshot) -> Documents:
        documents: Documents = {}
        for mount in station.public_mounts:
            since = self._memory.latest.title_since(mount.path)
            documents[Key(PUBLIC, "mount", mount.path)] = public_mount(
                mount, since, self._art(mount)
            )
            documents[Key(PUBLIC, "title", mount.path)] = title_of(mount)
        return documents

    def _console(self, board: Board, station: StationSnapshot) -> Documents:
        documents: Documents = {}
        now = self._now()
        playing = {mount.path for mount in station.mounts if mount.on_air}
        for mount in station.mounts:
            key = Key(CONSOLE, "mount", mount.path)
            fresh = self._described(mount, playing, now)
            documents[key] = steady_mount(board.told(key), fresh)
            if mount.on_air:
                documents[Key(CONSOLE, "title", mount.path)] = title_of(mount)
        return documents

    def _described(
        self, mount: MountSnapshot, playing: Collection[str], now: datetime
    ) -> ConsoleMount:
        memory = self._memory
        lost = memory.latest.lost(mount.path)
        missed = is_missed(mount, lost, now)
        rates = memory.flow.of(mount.path) if mount.on_air else _NOTHING
        return console_mount(
            mount,
            memory.latest.title_since(mount.path),
            rates,
            health=health_of(
                mount,
                None if rates is None else rates.bits_in,
                missed=missed,
                loses=memory.flow.loses(mount.path),
            ),
            chain=chain_of(mount, lost, playing, missed=missed),
        )

    def _trends(self, board: Board, station: StationSnapshot) -> Documents:
        at, last = station.uptime_seconds, self._trends_at
        is_due = last is None or not 0 <= at - last < TREND_S
        if is_due:
            self._trends_at = at
        documents: Documents = {}
        for mount in station.mounts:
            key = Key(CONSOLE, "trend", mount.path)
            told = board.told(key)
            if is_due or not isinstance(told, Trend):
                told = trend_of(mount.path, self._memory.trends.of(mount.path))
            documents[key] = told
        return documents

    def _studios(
        self, board: Board, station: StationSnapshot, studios: Collection[str]
    ) -> Documents:
        """The parts of each, as far as there is one."""
        if not studios:
            return {}
        mounts = {mount.path: mount for mount in station.mounts}
        documents: Documents = {}
        for path in studios:
            dj = self._autodj(path)
            parts = (
                (gone_from(path),) if dj is None else parts_of(dj, mounts.get(path), self._now())
            )
            for part in parts:
                key = Key(CONSOLE, "studio", path, part.number)
                if isinstance(part, StudioPlay):
                    documents[key] = steady_play(board.told(key), part)
                else:
                    documents[key] = part
        return documents

    def _happened(self, board: Board) -> Documents:
        documents: Documents = {}
        for happening in self._memory.recent.after(0):
            key = Key(CONSOLE, "happened", happening.mount, happening.id)
            documents[key] = board.told(key) or happened_of(happening)
        return documents
