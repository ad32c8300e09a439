"""Folders of music for AutoDJs whose pages are looked at."""

from collections.abc import Iterable
from pathlib import Path

from features.music import put, tone

LONG_S = 40.0
SONGS = (
    ("Jazz/Night", "Glasshouse", "Oda Lindqvist Trio", "Winter Garden"),
    ("Jazz/Night", "Northbound", "The Quiet Hours", "North"),
    ("Jazz", "Paper Lanterns", "Mira Holt", ""),
    ("Ballads", "Slack Water", "Kestrel & Vane", ""),
)


def fill(folder: Path, *, seconds: float = LONG_S) -> Path:
    """Four songs in three folders, as FLAC."""
    for number, (below, title, artist, album) in enumerate(SONGS, 1):
        path = folder / below / f"{number}.flac"
        put(path, tone(seconds, 200.0 * number), title=title, artist=artist, album=album)
    return folder


def fill_with(folder: Path, words: Iterable[str], *, seconds: float = 4.0) -> Path:
    """A song for each of the words, in whose tags there is nothing else."""
    samples = tone(seconds, 300.0)
    for number, word in enumerate(words, 1):
        tags = dict.fromkeys(("title", "artist", "album", "genre"), word)
        put(folder / f"{number}.flac", samples, **tags)
    return folder
