"""Folders of music whose every sample is known, for AutoDJs of real servers."""

from pathlib import Path

import numpy as np
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TALB, TIT2, TPE1, TRCK
from numpy.typing import NDArray

from codec.playing import write

RATE = 44100
Samples = NDArray[np.int16]


def both_sides(wave: NDArray[np.float64]) -> Samples:
    """A wave from -1.0 to 1.0, on two channels."""
    one = np.rint(32767 * wave).astype(np.int16)
    return np.stack([one, one], axis=1)


def tone(seconds: float, pitch: float, level: float = 0.25, first: int = 0) -> Samples:
    """A steady tone from sample ``first`` on."""
    at = np.arange(first, first + round(seconds * RATE))
    return both_sides(level * np.sin(2 * np.pi * pitch * at / RATE))


def sweep(seconds: float, low: float = 300.0, high: float = 3000.0, level: float = 0.25) -> Samples:
    """A tone that rises all the time, so that no part of it is like another."""
    at = np.arange(round(seconds * RATE)) / RATE
    turns = low * at + (high - low) * at**2 / (2 * seconds)
    return both_sides(level * np.sin(2 * np.pi * turns))


def noise(seconds: float, level: float, seed: int) -> Samples:
    """Noise of which each half second is as loud as the next."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE)
    wave = np.convolve(random.normal(0, 1, count), np.ones(8) / 8, "same")
    return both_sides((wave * level).clip(-1.0, 1.0))


def put(path: Path, samples: Samples, *, number: int = 0, **tags: str) -> Path:
    """A FLAC or MP3 file with these samples and tags."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".flac":
        write(path, samples, RATE, "flac")
        told = FLAC(path)
        told.update({name: [text] for name, text in tags.items()})
        if number:
            told["tracknumber"] = [str(number)]
        told.save()
        return path
    write(path, samples, RATE, "libmp3lame")
    frames = ID3()
    for kind, text in (
        (TIT2, tags.get("title", "")),
        (TPE1, tags.get("artist", "")),
        (TALB, tags.get("album", "")),
        (TRCK, str(number or "")),
    ):
        if text:
            frames.add(kind(encoding=3, text=[text]))
    frames.save(path)
    return path


def album(folder: Path, samples: Samples, cuts: tuple[float, ...], ending: str) -> list[float]:
    """``samples`` cut into files of one album after so many seconds each; the whole lengths."""
    first, lengths = 0, []
    for number, seconds in enumerate((*cuts, 0.0), 1):
        end = first + round(seconds * RATE) if seconds else len(samples)
        name = f"Part {number}"
        put(
            folder / f"{number:02}{ending}",
            samples[first:end],
            number=number,
            title=name,
            artist="Cut",
            album="Whole",
        )
        lengths.append((end - first) / RATE)
        first = end
    return lengths
