"""An AutoDJ made of values, for the pages and operations that look at one and drive it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from tinyice.core.autodjs import (
    AutoDJSnapshot,
    DjModes,
    DjState,
    EntryRow,
    EntryRows,
    LibraryFacts,
    Mix,
    NameRow,
    NameRows,
    PlaylistOfStation,
    PlayRow,
    Put,
    SavedPlaylist,
    TrackRow,
    TrackRows,
)
from tinyice.core.errors import Conflict, NotThere
from tinyice.core.tracks import Tag, TrackQuery
from tinyice.web.autodj_ports import Picked

MINUTE = 60.0


def song(number: int, title: str = "", path: str = "", **more: object) -> TrackRow:
    """A track of three minutes."""
    told = {"artist": f"Artist {number}", "seconds": 3 * MINUTE, **more}
    return TrackRow(number, path or f"{number}.mp3", title or f"Song {number}", **told)  # type: ignore[arg-type]


@dataclass
class FakeList:
    """A playlist, or a queue."""

    dj: "FakeDj"
    is_queue: bool = False
    rows: list[EntryRow] = field(default_factory=list)
    version: int = 1

    def page(self, offset: int, limit: int) -> EntryRows:
        placed = [
            replace(row, position=at, is_queued=self.is_queue) for at, row in enumerate(self.rows)
        ]
        seconds = sum(row.track.seconds for row in self.rows)
        return EntryRows(tuple(placed[offset : offset + limit]), len(placed), seconds, self.version)

    async def add(
        self,
        picked: Picked,
        *,
        before: int | None = None,
        first: bool = False,
        version: int | None = None,
    ) -> Put:
        new, missing = self._new(picked)
        at = len(self.rows) if before is None else self._at(before)
        at = 0 if first else at
        self.rows[at:at] = new
        self._changed()
        return Put(tuple(row.id for row in new), tuple(missing))

    async def replace(self, picked: Picked, *, version: int | None = None) -> Put:
        self.rows, missing = self._new(picked)
        self._changed()
        return Put(tuple(row.id for row in self.rows), tuple(missing))

    def _new(self, picked: Picked) -> tuple[list[EntryRow], list[str]]:
        tracks, missing = self.dj.library.find(picked, self.dj.saved)
        gains = picked.gains or [self.dj.saved.gains.get(picked.saved, 0.0)] * len(tracks)
        pairs = zip(tracks, gains, strict=True)
        return [EntryRow(self.dj.take_id(), track, gain_db=gain) for track, gain in pairs], missing

    def remove(self, entries: Collection[int], *, version: int | None = None) -> None:
        for entry in entries:
            self._at(entry)
        self.rows = [row for row in self.rows if row.id not in entries]
        self._changed()

    def move(
        self, entries: Sequence[int], before: int | None, *, version: int | None = None
    ) -> None:
        moved = [self.rows[self._at(entry)] for entry in entries]
        left = [row for row in self.rows if row.id not in entries]
        at = len(left) if before is None else [row.id for row in left].index(before)
        self.rows = [*left[:at], *moved, *left[at:]]
        self._changed()

    def clear(self, *, version: int | None = None) -> None:
        self.rows = []
        self._changed()

    def shuffle(self, *, version: int | None = None) -> None:
        self._changed()

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        self.rows = [
            replace(row, priority=priority) if row.id in entries else row for row in self.rows
        ]

    @property
    def titles(self) -> str:
        """All of them, in a line."""
        return ", ".join(row.track.title for row in self.rows)

    def _at(self, entry: int) -> int:
        for at, row in enumerate(self.rows):
            if row.id == entry:
                return at
        raise NotThere(f"there is no entry {entry}")

    def _changed(self) -> None:
        self.version += 1


@dataclass
class FakeDeck:
    """Remembers what it was told."""

    told: list[str] = field(default_factory=list)

    def play(self, entry: int | None = None) -> None:
        self.told.append(f"play {entry}" if entry else "play")

    def pause(self, *, on: bool) -> None:
        self.told.append(f"pause {on}")

    def stop(self) -> None:
        self.told.append("stop")

    def next(self) -> None:
        self.told.append("next")

    def previous(self) -> None:
        self.told.append("previous")

    def seek(self, seconds: float, entry: int | None = None) -> None:
        self.told.append(f"seek {seconds} {entry}")

    def set_volume(self, percent: int) -> None:
        self.told.append(f"volume {percent}")

    def set_modes(self, modes: DjModes) -> None:
        self.told.append(f"modes {modes.shuffle}")

    def set_mix(self, mix: Mix) -> None:
        self.told.append(f"mix {mix.crossfade_s}")


@dataclass
class FakeLibrary:
    """Files by their paths. ``fault``: every question is refused with that."""

    files: list[TrackRow] = field(default_factory=list)
    told: LibraryFacts = field(default_factory=LibraryFacts)
    scans: int = 0
    fault: str = ""

    async def tracks(self, query: TrackQuery) -> TrackRows:
        self._check()
        found = self._wanted(query)
        if query.only_here:
            found = [one for one in found if "/" not in _rest(one.path, query.folder)]
        return TrackRows(tuple(found[query.offset : query.offset + query.limit]), len(found))

    async def folders(self, query: TrackQuery) -> NameRows:
        self._check()
        found: dict[str, int] = {}
        for one in self._wanted(query):
            name, slash, _ = _rest(one.path, query.folder).partition("/")
            if slash:
                found[name] = found.get(name, 0) + 1
        below = f"{query.folder}/" if query.folder else ""
        rows = [NameRow(name, below + name, count, 1.0) for name, count in sorted(found.items())]
        return NameRows(tuple(rows[query.offset : query.offset + query.limit]), len(rows))

    async def names(self, tag: Tag, query: TrackQuery) -> NameRows:
        return NameRows()

    async def facts(self) -> LibraryFacts:
        self._check()
        broken = sum(bool(one.fault) for one in self.files)
        seconds = sum(one.seconds for one in self.files)
        return replace(self.told, tracks=len(self.files), broken=broken, seconds=seconds)

    def scan(self, folder: str = "", *, again: bool = False) -> int:
        self.scans += 1
        return self.scans

    def find(self, picked: Picked, saved: "FakeSaved") -> tuple[list[TrackRow], list[str]]:
        """What is meant, and what is not there."""
        paths = [*picked.paths, *saved.kept.get(picked.saved, ())]
        by_path = {one.path: one for one in self.files}
        found = [one for wanted in picked.ids for one in self.files if one.id == wanted]
        found += [by_path[path] for path in paths if path in by_path]
        if picked.query is not None:
            found += self._wanted(picked.query)
        return found, [path for path in paths if path not in by_path]

    def _wanted(self, query: TrackQuery) -> list[TrackRow]:
        def fits(one: TrackRow) -> bool:
            text = f"{one.title} {one.artist} {one.album} {one.genre} {one.path}".casefold()
            is_below = not query.folder or one.path.startswith(f"{query.folder}/")
            is_asked = query.broken is None or bool(one.fault) == query.broken
            return (
                is_below and is_asked and all(c.text.casefold() in text for c in query.conditions)
            )

        return [one for one in self.files if fits(one)]

    def _check(self) -> None:
        if self.fault:
            raise Conflict(self.fault)


def _rest(path: str, folder: str) -> str:
    return path[len(folder) + 1 :] if folder else path


@dataclass
class FakeSaved:
    """Paths under names."""

    dj: "FakeDj"
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    of_station: set[str] = field(default_factory=set)
    gains: dict[str, float] = field(default_factory=dict)

    async def names(self) -> Sequence[SavedPlaylist]:
        return [
            SavedPlaylist(name, 1_795_000_000.0, name in self.of_station, self.gains.get(name, 0.0))
            for name in sorted(self.kept)
        ]

    async def save(self, name: str, *, replace: bool) -> int:
        self._check(name, replace=replace)
        self.kept[name] = tuple(row.track.path for row in self.dj.playlist.rows)
        return len(self.kept[name])

    async def take(self, name: str, data: bytes, kind: str, *, replace: bool) -> Put:
        self._check(name, replace=replace)
        self.files[name] = data
        self.kept[name] = tuple(line for line in data.decode().splitlines() if line[:1] != "#")
        return Put(missing=tuple(self.kept[name][:1]))

    async def give(self, name: str, kind: str) -> bytes:
        self._known(name)
        return "\n".join((kind, *self.kept[name])).encode()

    async def rename(self, name: str, to: str) -> None:
        self._known(name)
        self._check(name, replace=True)
        self._check(to, replace=False)
        self.kept[to] = self.kept.pop(name)

    async def set_gain(self, name: str, gain_db: float) -> None:
        self._known(name)
        self._check(name, replace=True)
        self.gains[name] = gain_db

    async def remove(self, name: str) -> None:
        self._known(name)
        self._check(name, replace=True)
        del self.kept[name]

    def _known(self, name: str) -> None:
        if name not in self.kept:
            raise NotThere(f"there is no playlist {name}")

    def _check(self, name: str, *, replace: bool) -> None:
        if name in self.of_station:
            raise PlaylistOfStation(name, "Save under another name.")
        if name in self.kept and not replace:
            raise Conflict(f"there is a playlist {name} already")


@dataclass
class FakeDj:
    """One AutoDJ; its playlist has the files of its library at first."""

    mount: str = "/dj"
    files: Sequence[TrackRow] = ()
    playing: int = 0
    plays: list[PlayRow] = field(default_factory=list)
    history_fault: str = ""
    told: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._id = 0
        self.deck = FakeDeck()
        self.library = FakeLibrary(list(self.files))
        self.saved = FakeSaved(self)
        self.queue = FakeList(self, is_queue=True)
        good = [one for one in self.files if not one.fault]
        self.playlist = FakeList(self, rows=[EntryRow(self.take_id(), one) for one in good])

    def take_id(self) -> int:
        """The next number of an entry."""
        self._id += 1
        return self._id

    def snapshot(self) -> AutoDJSnapshot:
        everything = [*self.playlist.page(0, 99_999).rows, *self.queue.page(0, 99_999).rows]
        now = next((row for row in everything if row.id == self.playing), None)
        return AutoDJSnapshot(
            self.mount,
            "Night",
            DjState.PLAY,
            is_heard=True,
            now=now,
            playlist_version=self.playlist.version,
            playlist_count=len(self.playlist.rows),
            queue_version=self.queue.version,
            queue_count=len(self.queue.rows),
            **self.told,  # type: ignore[arg-type]
        )

    async def history(self, limit: int, before: int | None = None) -> Sequence[PlayRow]:
        if self.history_fault:
            raise Conflict(self.history_fault)
        return [one for one in self.plays if before is None or one.id < before][:limit]
