"""Tracks and plays as rows of their tables, and back. In the worker only."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from tinyice.core.folding import fold
from tinyice.core.tracks import Gains, Play, Track
from tinyice.store.rows import Fields
from tinyice.store.tables import TRACKS, writable

_WORDS = ("title", "artist", "album", "album_artist", "genre")
_NUMBERS = ("number", "disc", "year", "seconds")
_FACTS = ("samplerate", "channels", "bitrate", "size", "mtime_ns", "fault")
_GAINS = ("track_db", "track_peak", "album_db", "album_peak")
_AS_THEY_ARE = (*_WORDS, *_NUMBERS, *_FACTS)

READ = [TRACKS.c[name] for name in ("id", "path", *_AS_THEY_ARE, *_GAINS, "has_cover")]
"""The columns that make a track."""


def track_row(library: int, track: Track) -> Fields:
    """A row of ``tracks``; it gets its number when it is written."""
    return {
        "library": library,
        "path": track.path,
        **{name: getattr(track, name) for name in _AS_THEY_ARE},
        **{name: getattr(track.gains, name) for name in _GAINS},
        "has_cover": int(track.has_cover),
        "folded": folded(track),
    }


def folded(track: Track) -> str:
    """Everything that a search without a tag looks at, one below the other."""
    texts = [getattr(track, name) for name in _WORDS]
    return fold(writable("\n".join([*texts, track.path])))


def track_of(row: Row[Any]) -> Track:
    """The track of a row with the columns of ``READ``."""
    return Track(
        id=row.id,
        path=row.path,
        gains=Gains(*(getattr(row, name) for name in _GAINS)),
        has_cover=bool(row.has_cover),
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
    )


def play_row(play: Play) -> Fields:
    """A row of ``plays``."""
    track = play.track
    return {
        "mount": play.mount,
        "at": datetime.fromtimestamp(play.at, UTC),
        "root": play.root,
        "path": track.path,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "album_artist": track.album_artist,
        "seconds": track.seconds,
    }


def play_of(row: Row[Any]) -> Play:
    """The play of a row."""
    track = Track(
        path=row.path,
        title=row.title,
        artist=row.artist,
        album=row.album,
        album_artist=row.album_artist,
        seconds=row.seconds,
    )
    return Play(row.at.timestamp(), row.mount, row.root, track, row.id)
