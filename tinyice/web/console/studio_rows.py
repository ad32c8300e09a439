"""The rows of the Studio's columns: folders, tracks, entries and plays, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tinyice.core.autodjs import EntryRow, EntryRows, NameRow, PlayRow, TrackRow
from tinyice.web.console.figures import elapsed

Badge = tuple[str, str, str]
"""Words, a tone, and what it means in full."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A folder, whose ``folder`` leads into it, or a track, which has an ``id``.

    ``key`` tells it from the others. ``fault``: why it can't be played.
    """

    key: str
    plays: str
    by: str = ""
    length: str = ""
    id: int = 0
    folder: str = ""
    tracks: int = 0
    fault: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class ListRow:
    """An entry of the playlist or of the queue. ``place`` counts from 1.

    ``begins``: when it is bound to begin. The others are entries of the list, 0: there is
    none: ``before`` it, and ``behind`` the one that follows it, that is, where it comes to
    when it goes up and down.
    """

    id: int
    place: int
    plays: str
    by: str
    length: str
    begins: datetime | None
    badges: tuple[Badge, ...] = ()
    is_now: bool = False
    before: int = 0
    behind: int = 0
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class PlayedRow:
    """Something that has played, and when it began."""

    id: int
    at: datetime
    plays: str
    by: str
    length: str
    path: str


def folder_row(folder: NameRow) -> LibraryRow:
    """A folder."""
    return LibraryRow(
        f"f {folder.path}", folder.name, folder=folder.path or folder.name, tracks=folder.tracks
    )


def track_row(track: TrackRow, now: str) -> LibraryRow:
    """A track; ``now`` is the path of what plays."""
    return LibraryRow(
        f"t {track.id}",
        track.title,
        track.path if track.fault else track.artist,
        _length(track.seconds),
        id=track.id,
        fault=track.fault,
        is_now=track.path == now,
    )


def list_rows(
    page: EntryRows, *, start: int, count: int, playing: int, now: datetime
) -> list[ListRow]:
    """``count`` entries of ``page`` from the position ``start`` on; ``playing`` plays.

    The page has one more in front of them and two behind, as far as the list has.
    """
    found = []
    ids = [row.id for row in page.rows]
    for at, row in enumerate(page.rows):
        if not start <= row.position < start + count:
            continue
        begins = None if row.begins_in is None else now + timedelta(seconds=row.begins_in)
        found.append(
            ListRow(
                id=row.id,
                place=row.position + 1,
                plays=row.track.title,
                by=row.track.artist,
                length=_length(row.track.seconds),
                begins=begins,
                badges=tuple(_badges(row)),
                is_now=row.id == playing,
                before=ids[at - 1] if at else 0,
                behind=ids[at + 2] if at + 2 < len(ids) else 0,
                is_last=row.position == page.total - 1,
            )
        )
    return found


def played_row(play: PlayRow, now: datetime) -> PlayedRow:
    """What has played; times are those of the clock that ``now`` is told by."""
    return PlayedRow(
        id=play.id,
        at=datetime.fromtimestamp(play.at, now.tzinfo),
        plays=play.title or play.path.rpartition("/")[2],
        by=play.artist,
        length=_length(play.seconds),
        path=play.path,
    )


def span(seconds: float) -> str:
    """``31:43``, ``2 h 05 min``, ``31 h``: a length of many tracks."""
    if seconds < _HOUR:
        return elapsed(seconds)
    hours, rest = divmod(int(seconds), _HOUR)
    if hours >= _DAY // _HOUR:
        return f"{hours:,} h"
    return f"{hours} h {rest // _MINUTE:02} min"


def several(count: int, word: str) -> str:
    """``1 track``, ``1,284 tracks``."""
    return f"{count:,} {word if count == 1 else word + 's'}"


def _badges(row: EntryRow) -> list[Badge]:
    found: list[Badge] = []
    if row.fault:
        found.append(("left out", "bad", row.fault))
    if row.too_soon:
        found.append(("too soon", "warn", row.too_soon))
    if row.priority:
        found.append(("first", "info", f"Plays before others: priority {row.priority}"))
    return found


def _length(seconds: float) -> str:
    return elapsed(seconds) if seconds else ""
