"""Questions about tracks as SQL. In the worker only."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_

from tinyice.core.folding import fold
from tinyice.core.tracks import Condition, Match, Order, Tag, TrackQuery
from tinyice.store.tables import TRACKS, path_bytes, writable

TEXT_MAX = 200
CONDITIONS_MAX = 50

_C = TRACKS.c

COLUMNS = {
    Tag.TITLE: _C.title,
    Tag.ARTIST: _C.artist,
    Tag.ALBUM: _C.album,
    Tag.ALBUM_ARTIST: _C.album_artist,
    Tag.GENRE: _C.genre,
    Tag.YEAR: _C.year,
}

_IN_ALBUM = (_C.album, _C.disc, _C.number, _C.path)
_ORDERS: dict[Order, tuple[ColumnElement[object], ...]] = {
    Order.PATH: (_C.path,),
    Order.TITLE: (func.fold(_C.title), _C.path),
    Order.ARTIST: (func.fold(_C.artist), *_IN_ALBUM),
    Order.ALBUM: (func.fold(_C.album), *_IN_ALBUM),
    Order.NEWEST: (_C.mtime_ns.desc(), _C.path),
}


def in_order(order: Order) -> tuple[ColumnElement[object], ...]:
    """What rows are sorted by."""
    return _ORDERS[order]


def wanted(library: int, query: TrackQuery) -> Iterator[ColumnElement[bool]]:
    """What a row must fulfil."""
    yield _C.library == library
    yield from below(query.folder)
    if query.after:
        yield _C.path > query.after
    if query.only_here:
        yield func.instr(rest_of_path(query.folder), literal(b"/")) == 0
    if query.broken is not None:
        yield (_C.fault != "") if query.broken else (_C.fault == "")
    for condition in query.conditions[:CONDITIONS_MAX]:
        fits = _fits(condition)
        yield not_(fits) if condition.negated else fits


def below(folder: str) -> Iterator[ColumnElement[bool]]:
    """That a track is somewhere below ``folder``."""
    if folder:
        yield _begins_with(path_bytes(f"{folder}/"))


def rest_of_path(folder: str) -> ColumnElement[bytes]:
    """The path of a track as seen from ``folder``, which it is below."""
    start = len(path_bytes(folder)) + 2 if folder else 1
    return func.substr(_C.path, start)


def _begins_with(prefix: bytes) -> ColumnElement[bool]:
    # A comparison of bytes, which an index helps; no name has a byte of 255 and nothing more.
    path = TRACKS.c.path
    low, high = prefix.decode("utf-8", "surrogateescape"), prefix + b"\xff" * 8
    return and_(path >= low, path < high.decode("utf-8", "surrogateescape"))


def _fits(condition: Condition) -> ColumnElement[bool]:
    text = condition.text[:TEXT_MAX]
    match condition.tag:
        case Tag.ANY:
            return _anywhere(text, condition.match)
        case Tag.PATH:
            return _path(text, condition.match)
        case tag if tag is Tag.YEAR or condition.match is Match.IS:
            return _is(COLUMNS[tag], tag, text)
        case tag:
            begins = condition.match is Match.BEGINS
            return _holds(COLUMNS[tag], fold(writable(text)), begins=begins)


def _anywhere(text: str, match: Match) -> ColumnElement[bool]:
    if match is Match.HOLDS:
        return _C.folded.contains(fold(writable(text)), autoescape=True)
    each = (Condition(tag, text, match) for tag in (*COLUMNS, Tag.PATH))
    return or_(*map(_fits, each))


def _path(text: str, match: Match) -> ColumnElement[bool]:
    match match:
        case Match.IS:
            return _C.path == text
        case Match.BEGINS:
            return _begins_with(path_bytes(text))
        case Match.HOLDS:
            return _C.folded.contains(fold(writable(text)), autoescape=True)


def _is(column: ColumnElement[object], tag: Tag, text: str) -> ColumnElement[bool]:
    if tag is Tag.YEAR:
        return column == (int(text[:4]) if text[:4].isdecimal() else -1)
    return column == text


def _holds(column: ColumnElement[object], text: str, *, begins: bool) -> ColumnElement[bool]:
    # The first half is fast, and leaves few rows for the second.
    folded = func.fold(column)
    exact = (folded.startswith if begins else folded.contains)(text, autoescape=True)
    return and_(_C.folded.contains(text, autoescape=True), exact)
