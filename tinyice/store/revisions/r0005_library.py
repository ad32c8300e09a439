"""Libraries of audio files, their tracks, and what was played."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_WORDS = ("title", "artist", "album", "album_artist", "genre")
_NUMBERS = ("number", "disc", "year")
_GAINS = ("track_db", "track_peak", "album_db", "album_peak")
_FACTS = ("has_cover", "samplerate", "channels", "bitrate", "size", "mtime_ns")


def upgrade() -> None:
    """Make the tables, and indexes for what is browsed by."""
    op.create_table(
        "libraries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("root", sa.LargeBinary, nullable=False, unique=True),
    )
    op.create_table(
        "tracks",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("library", sa.Integer, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _WORDS),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _NUMBERS),
        sa.Column("seconds", sa.Float, nullable=False),
        *(sa.Column(name, sa.Float, nullable=True) for name in _GAINS),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _FACTS),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.UniqueConstraint("library", "path"),
        sqlite_autoincrement=True,
    )
    for column in ("artist", "album", "genre"):
        op.create_index(f"tracks_{column}", "tracks", ["library", column])
    op.create_table(
        "plays",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mount", sa.Text, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _WORDS[:4]),
        sa.Column("seconds", sa.Float, nullable=False),
    )
    op.create_index("plays_mount", "plays", ["mount", "at"])
