"""Tracks and entries as rows for pages, and the tracks that somebody has picked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tinyice.autodj.bounds import check_relative
from tinyice.autodj.deck import told
from tinyice.autodj.entries import Entry, TooManyEntries
from tinyice.autodj.foresight import Foresight
from tinyice.autodj.library import Library
from tinyice.autodj.player import Player
from tinyice.autodj.playlist import ENTRIES_MAX
from tinyice.autodj.running import RunningAutoDJ
from tinyice.core.autodjs import EntryRow, ListChanged, TrackRow
from tinyice.core.spelled import spelled, unspelled
from tinyice.core.tracks import PAGE_MAX, Condition, Tag, Track, TrackQuery
from tinyice.web.autodj_ports import Picked

NOTHING_AHEAD = Foresight()

as_text = told


@dataclass(frozen=True, slots=True)
class Found:
    """Tracks that can be played, what is not in the library, and how many can't be played.

    ``gains``: those of the entries that they become, in dB.
    """

    tracks: list[Track]
    gains: list[float]
    missing: tuple[str, ...] = ()
    left_out: int = 0


def track_row(track: Track) -> TrackRow:
    """A file of the library."""
    return TrackRow(
        id=track.id,
        path=spelled(track.path),
        title=as_text(track.title or track.name),
        artist=as_text(track.artist),
        album=as_text(track.album),
        album_artist=as_text(track.album_artist),
        genre=as_text(track.genre),
        number=track.number,
        disc=track.disc,
        year=track.year,
        seconds=track.seconds,
        has_cover=track.has_cover,
        samplerate=track.samplerate,
        channels=track.channels,
        bitrate=track.bitrate,
        size=track.size,
        fault=as_text(track.fault),
        version=f"{track.size:x}.{track.mtime_ns:x}",
    )


def entry_row(
    entry: Entry,
    player: Player,
    position: int,
    *,
    is_queued: bool = False,
    ahead: Foresight = NOTHING_AHEAD,
) -> EntryRow:
    """An entry of a list of ``player``."""
    return EntryRow(
        id=entry.id,
        track=track_row(entry.track),
        position=position,
        is_queued=is_queued,
        priority=player.priority(entry.id),
        fault=as_text(player.fault(entry.track)),
        begins_in=ahead.begins_in.get(entry.id),
        too_soon=as_text(ahead.too_soon.get(entry.id, "")),
        gain_db=entry.gain_db,
    )


def check_version(seen: int | None, version: int) -> None:
    """Raise ``ListChanged`` if somebody saw another version than this one."""
    if seen is not None and seen != version:
        raise ListChanged(seen, version)


def asked(query: TrackQuery) -> TrackQuery:
    """``query`` as the library has it; raises ``PathRefused``."""
    folder = path_of(query.folder) if query.folder else ""
    return replace(query, folder=folder, conditions=tuple(map(_condition, query.conditions)))


def path_of(text: str) -> str:
    """The path in a library that ``text`` tells; raises ``PathRefused``."""
    path = unspelled(text)
    check_relative(path)
    return path


async def found(running: RunningAutoDJ, picked: Picked) -> Found:
    """The tracks that were picked, in their order."""
    library = running.library
    rows: list[tuple[str, Track | None, float]] = []
    if picked.ids:
        known = {track.id: track for track in await library.of_ids(picked.ids)}
        rows += [(f"track {number}", known.get(number), 0.0) for number in picked.ids]
    if picked.paths:
        tracks = await library.tracks([path_of(text) for text in picked.paths])
        gains = picked.gains or [0.0] * len(tracks)
        rows += zip(picked.paths, tracks, gains, strict=True)
    if picked.query is not None:
        rows += [(each.path, each, 0.0) for each in await _all(library, asked(picked.query))]
    if picked.saved:
        listed = await running.saved.listed(picked.saved)
        gain_db = await running.saved.gain(picked.saved)
        tracks = await library.listed(listed)
        rows += [
            (spelled(one.place), track, gain_db) for one, track in zip(listed, tracks, strict=True)
        ]
    there = [(track, gain_db) for _, track, gain_db in rows if track is not None]
    missing = tuple(name for name, track, _ in rows if track is None)
    good = [(track, gain_db) for track, gain_db in there if not track.fault]
    gains = [gain_db for _, gain_db in good]
    return Found([track for track, _ in good], gains, missing, len(there) - len(good))


async def _all(library: Library, query: TrackQuery) -> Sequence[Track]:
    """All that is asked for; raises ``TooManyEntries`` for more than a list may have."""
    tracks: list[Track] = []
    while True:
        page = await library.find(replace(query, offset=len(tracks), limit=PAGE_MAX))
        if page.total > ENTRIES_MAX:
            raise TooManyEntries(ENTRIES_MAX)
        tracks += page.tracks
        if not page.tracks or len(tracks) >= page.total:
            return tracks


def _condition(condition: Condition) -> Condition:
    is_path = condition.tag is Tag.PATH
    return replace(condition, text=unspelled(condition.text)) if is_path else condition
