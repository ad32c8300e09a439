"""A station in memory for MPD clients: it plays by a clock, and makes no sound."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from tinyice.autodj.cover_child import Cover
from tinyice.autodj.entries import Entry, EntryIds
from tinyice.autodj.failures import Failures
from tinyice.autodj.modes import Modes
from tinyice.autodj.mpd.needs import (
    EVERYTHING,
    GainMode,
    Keys,
    Permission,
    Playing,
    PlaylistNameRefused,
    PlaylistUnknown,
    State,
    Station,
    Stored,
    Subsystem,
)
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.separation import Recent, Separation
from tinyice.autodj.succession import Succession
from tinyice.core.autodjs import PlaylistOfStation
from tinyice.core.clients import Client
from tinyice.core.errors import Refused
from tinyice.core.tracks import (
    Condition,
    LibraryCount,
    Match,
    Named,
    NamedPage,
    Tag,
    Track,
    TrackPage,
    TrackQuery,
)

T = TypeVar("T")

MTIME_NS = 1_700_000_000 * 10**9
PICTURE = bytes(range(256)) * 100
FEW = 3
"""Pages are short, so that there are many."""

SECRET = b"open sesame"


def track(path: str, title: str, artist: str = "", album: str = "", **more: object) -> Track:
    """A track of 200 seconds."""
    facts = {"seconds": 200.0, "samplerate": 44100, "channels": 2, "mtime_ns": MTIME_NS} | more
    return Track(path, title=title, artist=artist, album=album, size=1000, **facts)  # type: ignore[arg-type]


TRACKS = (
    track("Björk/Post/01 Army of Me.flac", "Army of Me", "Björk", "Post", number=1, year=1995),
    track("Björk/Post/02 Hyperballad.flac", "Hyperballad", "Björk", "Post", number=2, year=1995),
    track("Queen/Duets/Under Pressure.mp3", "Under Pressure", "Queen & David Bowie", "Duets",
          album_artist="Queen", has_cover=True, genre="Rock", year=1981),
    track("Queen/Jazz/Mustapha.mp3", "Mustapha", "Queen", "Jazz", genre="Rock", number=1),
    track('Queen/Jazz/It\'s "Late".mp3', 'It\'s "Late"', "Queen", "Jazz", genre="Rock", number=2),
    track("odd/caf\udce9.ogg", "café", "Nobody"),
    track("odd/no tags.wav", ""),
    track("odd/broken.mp3", "", fault="no audio in it"),
    track("top.opus", "Top", "Somebody", "Alone", year=2020, genre="Ambient"),
)  # fmt: skip


class MemoryPlayer:
    """Plays by ``now``; what ends is followed when it is looked at."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._playlist = Playlist(EntryIds())
        self._succession = Succession(
            self._playlist,
            Recent(),
            Failures(now),
            separation=Separation,
            now=now,
            random=Random(1),
        )
        self._succession.modes = Modes(repeat=False)
        self._priorities: dict[int, int] = {}
        self._entry: Entry | None = None
        self._state = State.STOP
        self._since = 0.0
        self._elapsed = 0.0
        self._settings = Playing()
        self.tell: Callable[[Subsystem], None] = lambda subsystem: None

    @property
    def playlist(self) -> Playlist:
        return self._playlist

    @property
    def modes(self) -> Modes:
        return self._succession.modes

    def playing(self) -> Playing:
        upcoming = self._next()
        return replace(
            self._settings,
            state=self._state,
            entry=self._entry,
            upcoming=upcoming,
            elapsed_s=self._position(),
            bitrate=320 if self._state is State.PLAY else 0,
            samplerate=44100,
            channels=2,
        )

    def edit(self, change: Callable[[Playlist], T]) -> T:
        version = self._playlist.version
        result = change(self._playlist)
        if self._playlist.version != version:
            if self._entry is not None and self._entry.id not in self._playlist:
                self.stop()
                self._entry = None
            self.tell(Subsystem.PLAYLIST)
        return result

    def play(self, entry: int | None = None) -> None:
        if entry is None and self._state is State.PAUSE:
            self.pause(on=False)
            return
        if entry is None and self._state is State.PLAY:
            return
        chosen = self._entry or self._next() if entry is None else self._playlist.entry(entry)
        if chosen is not None:
            self._begin(chosen)

    def pause(self, *, on: bool) -> None:
        if self._state is not State.STOP and (self._state is State.PAUSE) is not on:
            self._elapsed, self._since = self._position(), self._now()
            self._state = State.PAUSE if on else State.PLAY
            self.tell(Subsystem.PLAYER)

    def stop(self) -> None:
        self._state, self._elapsed = State.STOP, 0.0
        self.tell(Subsystem.PLAYER)

    def next(self) -> None:
        following = self._next()
        if following is None:
            self.stop()
        else:
            self._begin(following)

    def previous(self) -> None:
        before = self._succession.previous()
        if before is not None:
            self._begin(before)

    def seek(self, entry: int, seconds: float) -> None:
        chosen = self._playlist.entry(entry)
        if self._entry != chosen or self._state is State.STOP:
            self._begin(chosen)
        self._elapsed, self._since = min(seconds, chosen.track.seconds), self._now()
        self.tell(Subsystem.PLAYER)

    def set_modes(self, modes: Modes) -> None:
        self._succession.modes = modes
        self.tell(Subsystem.OPTIONS)

    def set_volume(self, percent: int) -> None:
        self._settings = replace(self._settings, volume=percent)
        self.tell(Subsystem.MIXER)

    def set_crossfade(self, seconds: float) -> None:
        self._settings = replace(self._settings, crossfade_s=seconds)
        self.tell(Subsystem.OPTIONS)

    def set_gain(self, mode: GainMode) -> None:
        self._settings = replace(self._settings, gain=mode)
        self.tell(Subsystem.OPTIONS)

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        self._priorities |= dict.fromkeys(entries, priority)
        self.tell(Subsystem.PLAYLIST)

    def priority(self, entry: int) -> int:
        return self._priorities.get(entry, 0)

    def clear_fault(self) -> None:
        self._settings = replace(self._settings, fault="")

    def fail(self, fault: str) -> None:
        """Something goes wrong."""
        self._settings = replace(self._settings, fault=fault)

    def _begin(self, entry: Entry) -> None:
        self._succession.begin(entry.id)
        self._entry, self._state = entry, State.PLAY
        self._elapsed, self._since = 0.0, self._now()
        self.tell(Subsystem.PLAYER)

    def _next(self) -> Entry | None:
        urgent = [entry for entry in self._playlist if self.priority(entry.id)]
        urgent = [entry for entry in urgent if entry != self._entry]
        if urgent:
            return max(urgent, key=lambda entry: self.priority(entry.id))
        step = self._succession.next(by_hand=True)
        return None if step is None else step.entry

    def _position(self) -> float:
        since = self._now() - self._since if self._state is State.PLAY else 0.0
        return self._elapsed + since


class MemoryLibrary:
    """Tracks in memory, found as a database finds them."""

    def __init__(self, tracks: Sequence[Track] = TRACKS) -> None:
        self.all = sorted(tracks, key=lambda each: each.path)
        self.scanning = 0
        self.scanned_at = 1_700_000_000.0
        self.scans: list[tuple[str, bool]] = []

    async def find(self, query: TrackQuery) -> TrackPage:
        meant = self._meant(query)
        part = meant[query.offset : query.offset + min(query.limit, FEW)]
        return TrackPage(tuple(part), len(meant))

    def _meant(self, query: TrackQuery) -> list[Track]:
        folder = query.folder + "/" if query.folder else ""
        return [
            each
            for each in self.all
            if each.path.startswith(folder)
            and each.path > query.after
            and (not query.only_here or each.folder == query.folder)
            and (query.broken is None or bool(each.fault) is query.broken)
            and all(_fits(each, condition) for condition in query.conditions)
        ]

    async def tracks(self, paths: Sequence[str]) -> Sequence[Track | None]:
        by_path = {each.path: each for each in self.all}
        return [by_path.get(path) for path in paths]

    async def folders(self, query: TrackQuery) -> NamedPage:
        below = query.folder + "/" if query.folder else ""
        rests = [each.path[len(below) :] for each in self._meant(query)]
        return _named([rest.partition("/")[0] for rest in rests if "/" in rest], query)

    async def names(self, tag: Tag, query: TrackQuery) -> NamedPage:
        values = [_value(each, tag) for each in self._meant(query)]
        return _named([value for value in values if value], query)

    async def count(self) -> LibraryCount:
        good = [each for each in self.all if not each.fault]
        return LibraryCount(
            tracks=len(self.all),
            broken=len(self.all) - len(good),
            seconds=sum(each.seconds for each in good),
            artists=len({each.artist for each in good} - {""}),
            albums=len({each.album for each in good} - {""}),
        )

    async def cover(self, path: str) -> Cover | None:
        (found,) = await self.tracks([path])
        return Cover("image/png", PICTURE) if found is not None and found.has_cover else None

    def scan(self, folder: str = "", *, again: bool = False) -> int:
        self.scans.append((folder, again))
        return len(self.scans)


def _value(each: Track, tag: Tag) -> str:
    values = {
        Tag.TITLE: each.title,
        Tag.ARTIST: each.artist,
        Tag.ALBUM: each.album,
        Tag.GENRE: each.genre,
    }
    return values[tag]


def _fits(each: Track, condition: Condition) -> bool:
    value, text = _value(each, condition.tag), condition.text
    if condition.match is Match.IS:
        return value == text
    return text.casefold() in value.casefold()


def _named(values: list[str], query: TrackQuery) -> NamedPage:
    names = [Named(value, values.count(value), 0.0) for value in sorted(set(values))]
    part = names[query.offset : query.offset + min(query.limit, FEW)]
    return NamedPage(tuple(part), len(names))


class MemoryPlaylists:
    """Playlists under names, in memory."""

    def __init__(self) -> None:
        self.saved: dict[str, list[str]] = {}
        self.gains: dict[str, float] = {}
        self.of_station: set[str] = set()

    async def names(self) -> Sequence[Stored]:
        return [Stored(name, 1_700_000_000.0) for name in sorted(self.saved)]

    async def read(self, name: str) -> Sequence[str]:
        if name not in self.saved:
            raise PlaylistUnknown(name)
        return list(self.saved[name])

    async def gain(self, name: str) -> float:
        await self.read(name)
        return self.gains.get(name, 0.0)

    async def write(self, name: str, paths: Sequence[str]) -> None:
        if not name or "/" in name or name.startswith("."):
            raise PlaylistNameRefused(name, "playlist name is invalid")
        self._check(name)
        self.saved[name] = list(paths)

    async def remove(self, name: str) -> None:
        await self.read(name)
        self._check(name)
        del self.saved[name]

    async def rename(self, name: str, to: str) -> None:
        paths = await self.read(name)
        self._check(name)
        await self.write(to, paths)
        del self.saved[name]

    def _check(self, name: str) -> None:
        if name in self.of_station:
            raise PlaylistOfStation(name, "Save under another name.")


class MemoryStickers:
    """Stickers in memory."""

    def __init__(self) -> None:
        self._attached: dict[str, dict[str, str]] = {}

    async def of(self, path: str) -> dict[str, str]:
        return dict(self._attached.get(path, {}))

    async def set(self, path: str, name: str, value: str) -> None:
        self._attached.setdefault(path, {})[name] = value

    async def remove(self, path: str, name: str | None) -> bool:
        attached = self._attached.get(path, {})
        if name is None:
            return bool(self._attached.pop(path, None))
        return attached.pop(name, None) is not None

    async def named(self, folder: str, name: str) -> Sequence[tuple[str, str]]:
        prefix = folder + "/" if folder else ""
        return [
            (path, attached[name])
            for path, attached in self._attached.items()
            if path.startswith(prefix) and name in attached
        ]


class OneKey:
    """One password that allows everything."""

    async def open(self, password: bytes, client: Client) -> Permission:
        if password != SECRET:
            raise Refused("invalid password")
        return EVERYTHING


class MemoryStation:
    """All of it; ``station`` is what a server is given."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        tracks: Sequence[Track] = TRACKS,
        free: Permission = EVERYTHING,
        keys: Keys | None = None,
        with_stickers: bool = True,
    ) -> None:
        self.player = MemoryPlayer(now)
        self.library = MemoryLibrary(tracks)
        self.playlists = MemoryPlaylists()
        self.station = Station(
            mount="/radio",
            player=self.player,
            library=self.library,
            playlists=self.playlists,
            stickers=MemoryStickers() if with_stickers else None,
            keys=OneKey() if keys is None else keys,
            free=free,
            since=now(),
            now=now,
            random=Random(1),
        )
