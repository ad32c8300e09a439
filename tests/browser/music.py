"""Folders of music for AutoDJs whose pages are looked at."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from mutagen.flac import FLAC, Picture

from features.music import RATE, both_sides, put, tone

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


def breathe(folder: Path) -> Path:
    """The four songs as they would look: they swell and fade, and each has a cover."""
    fill(folder, seconds=1.0)
    for number, path in enumerate(sorted(folder.rglob("*.flac"), key=lambda path: path.stem), 1):
        told = FLAC(path)
        tags = {name: told[name][0] for name in ("title", "artist", "album") if name in told}
        at = np.arange(round((90 + 20 * number) * RATE)) / RATE
        noise = np.random.default_rng(number).normal(0, 0.16, len(at))
        swell = 0.35 + 0.65 * np.sin(at / (5 + number)) ** 2 * np.sin(at / 3.1) ** 2
        ends = np.minimum(1, np.minimum(at / 4, (at[-1] - at) / 9))
        put(path, both_sides((noise * swell * ends).clip(-1, 1)), **tags)
        _cover(path, number)
    return folder


def _cover(path: Path, number: int) -> None:
    colours = ("0x12332b", "0x1c2a4a", "0x3a1c2e", "0x2b2b16")
    drawn = f"gradients=s=300x300:c0={colours[number - 1]}:c1=0x7fb6a0:seed={number}:d=1"
    png = ["-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", drawn, *png]
    picture = Picture()
    picture.type, picture.mime = 3, "image/png"
    picture.data = subprocess.run(command, check=True, capture_output=True, timeout=30).stdout
    told = FLAC(path)
    told.add_picture(picture)
    told.save()
