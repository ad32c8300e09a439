"""The schema as a fresh database has it. Loads SQLAlchemy: imported in the worker only.

Times are whole milliseconds of UTC since 1970. A change here needs a revision
in ``revisions``; a test compares what both of them make.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Moment(TypeDecorator[datetime]):
    """A time with its zone; comes back as UTC."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Milliseconds for the database."""
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401 (SQLAlchemy's own)
        """The time again."""
        return None if value is None else EPOCH + value * MILLISECOND


class Words(TypeDecorator[str]):
    """Text from anywhere: what is no character of UTF-8 is written as an escape."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Text that SQLite takes."""
        return None if value is None else writable(value)


class FilePath(TypeDecorator[str]):
    """A path byte for byte, as the system has it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """The bytes of the name."""
        return None if value is None else path_bytes(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401 (SQLAlchemy's own)
        """The path again."""
        return None if value is None else bytes(value).decode("utf-8", "surrogateescape")


class Values(TypeDecorator[Mapping[str, object]]):
    """Named values, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self, value: Mapping[str, object] | None, dialect: Dialect
    ) -> str | None:
        """JSON that people can search: letters of all alphabets stay as they are."""
        # The escape of a lone surrogate is one of JSON, too.
        return None if value is None else writable(json.dumps(value, ensure_ascii=False))

    def process_result_value(
        self,
        value: Any | None,  # noqa: ANN401 (SQLAlchemy's own)
        dialect: Dialect,
    ) -> Mapping[str, object] | None:
        """The values again."""
        return None if value is None else dict(json.loads(value))


def writable(text: str) -> str:
    """Make ``text`` encodable, which that of broken peers may not be."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def path_bytes(path: str) -> bytes:
    """The bytes of ``path``, of which those that are no UTF-8 are lone surrogates in it."""
    return path.encode("utf-8", "surrogateescape")


METADATA = MetaData()

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("digest", Words, primary_key=True),
    Column("user", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("address", Words, nullable=False),
    Column("agent", Words, nullable=False),
)

LOCKOUTS = Table(
    "lockouts",
    METADATA,
    Column("address", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("cause", Words, nullable=False),
    Column("reason", Words, nullable=False),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("user", Words, nullable=False),
    Column("via", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("mount", Words, nullable=False),
    Column("before", Values, nullable=False),
    Column("after", Values, nullable=False),
    Index("audit_at", "at"),
    Index("audit_user", "user"),
    Index("audit_action", "action"),
    Index("audit_mount", "mount"),
    # A page asks for what is older than a number: no number is ever given again.
    sqlite_autoincrement=True,
)

TOKEN_USES = Table(
    "token_uses",
    METADATA,
    Column("token", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("address", Words, nullable=False),
)

LIBRARIES = Table(
    "libraries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("root", FilePath, nullable=False, unique=True),
)

TRACKS = Table(
    "tracks",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("library", Integer, nullable=False),
    Column("path", FilePath, nullable=False),
    *(Column(n, Words, nullable=False) for n in ("title", "artist", "album")),
    *(Column(n, Words, nullable=False) for n in ("album_artist", "genre")),
    *(Column(n, Integer, nullable=False) for n in ("number", "disc", "year")),
    Column("seconds", Float, nullable=False),
    *(Column(n, Float) for n in ("track_db", "track_peak", "album_db", "album_peak")),
    *(Column(n, Integer, nullable=False) for n in ("has_cover", "samplerate", "channels")),
    *(Column(n, Integer, nullable=False) for n in ("bitrate", "size", "mtime_ns")),
    Column("fault", Words, nullable=False),
    # All the words and the path, as they are compared in a search.
    Column("folded", Words, nullable=False),
    UniqueConstraint("library", "path"),
    Index("tracks_artist", "library", "artist"),
    Index("tracks_album", "library", "album"),
    Index("tracks_genre", "library", "genre"),
    # Clients remember tracks by their numbers.
    sqlite_autoincrement=True,
)

PLAYS = Table(
    "plays",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("mount", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("root", FilePath, nullable=False),
    Column("path", FilePath, nullable=False),
    *(Column(n, Words, nullable=False) for n in ("title", "artist", "album", "album_artist")),
    Column("seconds", Float, nullable=False),
    Index("plays_mount", "mount", "at"),
)

LOUDNESS = Table(
    "loudness",
    METADATA,
    Column("root", FilePath, primary_key=True),
    Column("path", FilePath, primary_key=True),
    *(Column(n, Integer, nullable=False) for n in ("size", "mtime_ns")),
    *(Column(n, Float, nullable=False) for n in ("lufs", "peak_db", "range_lu", "seconds")),
    # Why it could not be measured; "": it was.
    Column("fault", Words, nullable=False),
)

WAVEFORMS = Table(
    "waveforms",
    METADATA,
    Column("root", FilePath, primary_key=True),
    Column("path", FilePath, primary_key=True),
    # Of the file as LOUDNESS knows it: peaks and levels, a byte each.
    Column("packed", LargeBinary, nullable=False),
)

STICKERS = Table(
    "stickers",
    METADATA,
    Column("root", FilePath, primary_key=True),
    Column("path", FilePath, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
    Index("stickers_name", "root", "name"),
)

VERSION = Table(
    "alembic_version",
    METADATA,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, which a fresh database gets without loading Alembic."""
