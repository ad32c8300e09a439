"""The library's tables: what is written into them and asked of them. In the worker only."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, delete, func, literal, select
from sqlalchemy.dialects.sqlite import insert

from tinyice.core.loudness import Loudness, Measurement
from tinyice.core.tracks import (
    PAGE_MAX,
    FileState,
    LibraryCount,
    Named,
    NamedPage,
    Play,
    Tag,
    Track,
    TrackPage,
    TrackQuery,
)
from tinyice.core.waveform import Waveform, unpacked
from tinyice.store.tables import LIBRARIES, LOUDNESS, PLAYS, TRACKS, WAVEFORMS, writable
from tinyice.store.track_rows import READ, play_of, play_row, track_of, track_row
from tinyice.store.track_search import COLUMNS, below, in_order, rest_of_path, wanted

PLAYS_KEPT = 200_000
PLAYS_READ = 5000
AT_ONCE = 500

_C = TRACKS.c


class TrackTables:
    """Libraries, tracks and plays, through one connection in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, root: str, after: str, limit: int) -> list[FileState]:
        """The files whose path comes after ``after``, in order."""
        rows = select(_C.path, _C.size, _C.mtime_ns).where(
            _C.library == self._library(root), _C.path > after
        )
        return [
            FileState(*row) for row in self._connection.execute(rows.order_by(_C.path).limit(limit))
        ]

    def put(self, root: str, tracks: Sequence[Track]) -> None:
        """Write ``tracks``; those of a path that is known keep their numbers."""
        if not tracks:
            return
        library = self._made_library(root)
        statement = insert(TRACKS)
        others = {
            c.name: statement.excluded[c.name]
            for c in TRACKS.columns
            if c.name not in ("id", "library", "path")
        }
        keys = [_C.library, _C.path]
        rows = [track_row(library, track) for track in tracks]
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=others), rows
        )

    def remove(self, root: str, paths: Sequence[str]) -> None:
        """Take away the tracks of ``paths``."""
        if paths:
            library = self._library(root)
            gone = delete(TRACKS).where(_C.library == library, _C.path == bindparam("gone"))
            self._connection.execute(gone, [{"gone": path} for path in paths])

    def page(self, root: str, query: TrackQuery) -> TrackPage:
        """The tracks that are wanted."""
        conditions = tuple(wanted(self._library(root), query))
        rows = select(*READ).where(*conditions).order_by(*in_order(query.order))
        offset, limit = max(0, query.offset), _limit(query.limit)
        found = self._connection.execute(rows.offset(offset).limit(limit))
        tracks = tuple(map(track_of, found))
        total = len(tracks) + (len(tracks) == limit)
        if query.is_counted and (offset or len(tracks) == limit):
            counted = select(func.count()).select_from(TRACKS).where(*conditions)
            total = self._connection.execute(counted).scalar_one()
        return TrackPage(tracks, total)

    def names(self, root: str, tag: Tag, query: TrackQuery) -> NamedPage:
        """The values of ``tag`` in the tracks that are wanted; those without one are left out."""
        column = COLUMNS[tag]
        conditions = [
            *wanted(self._library(root), query),
            column != ("" if tag is not Tag.YEAR else 0),
        ]
        total = self._connection.execute(select(func.count(column.distinct())).where(*conditions))
        rows = (
            select(column, func.count(), func.sum(_C.seconds))
            .where(*conditions)
            .group_by(column)
            .order_by(func.fold(column), column)
        )
        rows = rows.offset(max(0, query.offset)).limit(_limit(query.limit))
        found = (
            Named(str(name), count, seconds)
            for name, count, seconds in self._connection.execute(rows)
        )
        return NamedPage(tuple(found), total.scalar_one())

    def folders(self, root: str, query: TrackQuery) -> NamedPage:
        """The folders right in that of ``query``, with what is wanted below them."""
        conditions = (*wanted(self._library(root), query),)
        rest = rest_of_path(query.folder)
        slash = func.instr(rest, literal(b"/"))
        name = func.substr(rest, 1, slash - 1, type_=_C.path.type)
        rows = (
            select(name.label("name"), func.count(), func.sum(_C.seconds))
            .where(*conditions, slash > 0)
            .group_by(name)
            .order_by(name)
        )
        total = self._connection.execute(
            select(func.count()).select_from(rows.order_by(None).subquery())
        )
        rows = rows.offset(max(0, query.offset)).limit(_limit(query.limit))
        found = (
            Named(name, count, seconds) for name, count, seconds in self._connection.execute(rows)
        )
        return NamedPage(tuple(found), total.scalar_one())

    def measurement(self, root: str, track: Track) -> Measurement | None:
        """What was measured of ``track``, if its file is still the same."""
        c, look = LOUDNESS.c, WAVEFORMS.c
        row = self._connection.execute(
            select(c.lufs, c.peak_db, c.range_lu, c.seconds, c.fault, look.packed)
            .join_from(
                LOUDNESS, WAVEFORMS, and_(look.root == c.root, look.path == c.path), isouter=True
            )
            .where(
                c.root == root,
                c.path == track.path,
                c.size == track.size,
                c.mtime_ns == track.mtime_ns,
            )
        ).first()
        if row is None:
            return None
        if row.fault:
            return Measurement(fault=row.fault)
        return Measurement(Loudness(*row[:4]), waveform=_waveform(row.packed))

    def note_measurement(self, root: str, track: Track, measured: Measurement) -> None:
        """Keep this of ``track``, in place of what was known."""
        loudness = measured.loudness or Loudness(0.0, 0.0)
        values = {
            "size": track.size,
            "mtime_ns": track.mtime_ns,
            "lufs": loudness.lufs,
            "peak_db": loudness.peak_db,
            "range_lu": loudness.range_lu,
            "seconds": loudness.seconds,
            "fault": writable(measured.fault),
        }
        statement = insert(LOUDNESS).values(root=root, path=track.path, **values)
        keys = [LOUDNESS.c.root, LOUDNESS.c.path]
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
        look = WAVEFORMS.c
        gone = delete(WAVEFORMS).where(look.root == root, look.path == track.path)
        self._connection.execute(gone)
        if measured.waveform is not None:
            packed = measured.waveform.packed
            added = insert(WAVEFORMS).values(root=root, path=track.path, packed=packed)
            self._connection.execute(added)

    def at_paths(self, root: str, paths: Sequence[str]) -> list[Track]:
        """The tracks of ``paths``, as far as they are known, in that order."""
        library = self._library(root)
        found: dict[str, Track] = {}
        for start in range(0, len(paths), AT_ONCE):
            rows = select(*READ).where(
                _C.library == library, _C.path.in_(paths[start : start + AT_ONCE])
            )
            found.update(
                (track.path, track) for track in map(track_of, self._connection.execute(rows))
            )
        return [found[path] for path in paths if path in found]

    def of_ids(self, root: str, ids: Sequence[int]) -> list[Track]:
        """The tracks of these numbers, as far as there are any, in that order."""
        library = self._library(root)
        found: dict[int, Track] = {}
        for start in range(0, len(ids), AT_ONCE):
            rows = select(*READ).where(
                _C.library == library, _C.id.in_(ids[start : start + AT_ONCE])
            )
            found.update(
                (track.id, track) for track in map(track_of, self._connection.execute(rows))
            )
        return [found[each] for each in ids if each in found]

    def draw(self, root: str, mount: str, count: int, folder: str) -> list[Track]:
        """Good tracks at random among those that ``mount`` has never played, or not for longest."""
        played = (
            select(PLAYS.c.path, func.max(PLAYS.c.id).label("last"))
            .where(PLAYS.c.mount == mount, PLAYS.c.root == root)
            .group_by(PLAYS.c.path)
            .subquery()
        )
        rows = (
            select(*READ)
            .join_from(TRACKS, played, and_(played.c.path == _C.path), isouter=True)
            .where(_C.library == self._library(root), _C.fault == "", *below(folder))
            .order_by(func.coalesce(played.c.last, 0), func.random())
            .limit(_limit(count))
        )
        return list(map(track_of, self._connection.execute(rows)))

    def count(self, root: str) -> LibraryCount:
        """What there is."""
        broken = _C.fault != ""
        row = self._connection.execute(
            select(
                func.count(),
                func.count().filter(broken),
                func.coalesce(func.sum(_C.seconds), 0.0),
                func.count(func.nullif(_C.artist, "").distinct()),
                func.count(func.nullif(_C.album, "").distinct()),
            ).where(_C.library == self._library(root))
        ).one()
        return LibraryCount(*row)

    def forget(self, root: str) -> None:
        """Take away the library, and all that is in it."""
        self._connection.execute(delete(TRACKS).where(_C.library == self._library(root)))
        for table in (LIBRARIES, LOUDNESS, WAVEFORMS):
            self._connection.execute(delete(table).where(table.c.root == root))

    def roots(self) -> list[str]:
        """The folders of all libraries."""
        return list(
            self._connection.execute(select(LIBRARIES.c.root).order_by(LIBRARIES.c.root)).scalars()
        )

    def note(self, play: Play) -> None:
        """Write down what was played; the oldest plays go when there are very many."""
        written = self._connection.execute(
            insert(PLAYS).values(play_row(play))
        ).inserted_primary_key
        last = written[0] if written else 0
        if last > PLAYS_KEPT:
            self._connection.execute(delete(PLAYS).where(PLAYS.c.id <= last - PLAYS_KEPT))

    def plays(self, mount: str, limit: int, before: int | None) -> list[Play]:
        """What ``mount`` played, newest first; ``before``: only what came before this one."""
        rows = select(PLAYS).where(PLAYS.c.mount == mount).order_by(PLAYS.c.id.desc())
        if before is not None:
            rows = rows.where(PLAYS.c.id < before)
        limit = min(max(1, limit), PLAYS_READ)
        return list(map(play_of, self._connection.execute(rows.limit(limit))))

    def _library(self, root: str) -> int:
        """The number of the library; 0, which none has, if it is not known."""
        found = self._connection.execute(
            select(LIBRARIES.c.id).where(LIBRARIES.c.root == root)
        ).scalar()
        return found or 0

    def _made_library(self, root: str) -> int:
        self._connection.execute(insert(LIBRARIES).values(root=root).on_conflict_do_nothing())
        return self._library(root)


def _waveform(packed: bytes | None) -> Waveform | None:
    try:
        return None if packed is None else unpacked(packed)
    except ValueError:
        return None


def _limit(limit: int) -> int:
    return min(max(1, limit), PAGE_MAX)
