"""Tones of a few soft instruments, made of sines; arithmetic only, no audio library.

A tone is 16-bit mono samples. Making one costs some milliseconds, so whoever
plays keeps what it made.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, pi, sin
from operator import add, mul
from random import Random

RATE = 44100
TABLE_SAMPLES = 4096
"""A wave table is about so long: whole periods, off pitch by a fifth of a cent at most."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Harmonics (levels, the fundamental first) that die away together."""

    levels: tuple[float, ...]
    decay: float
    detune: float = 1.0


@dataclass(frozen=True, slots=True)
class Timbre:
    """How an instrument sounds; ``volume`` is what a level of 1.0 is."""

    volume: int
    attack_s: float
    release_s: float
    layers: tuple[Layer, ...]


PAD = Timbre(
    volume=1900,
    attack_s=0.35,
    release_s=0.9,
    layers=(
        Layer((0.6, 0.22, 0.10, 0.05), decay=0.15, detune=0.9985),
        Layer((0.6, 0.18, 0.12, 0.03), decay=0.15, detune=1.0015),
    ),
)
BELL = Timbre(
    volume=5500,
    attack_s=0.004,
    release_s=0.15,
    layers=(Layer((0.8, 0.1), decay=2.6), Layer((0.0, 0.0, 0.1, 0.16), decay=9.0)),
)
BASS = Timbre(
    volume=6500, attack_s=0.015, release_s=0.12, layers=(Layer((0.8, 0.25, 0.08), decay=1.4),)
)
FLUTE = Timbre(
    volume=4800, attack_s=0.06, release_s=0.25, layers=(Layer((0.8, 0.2, 0.06), decay=0.7),)
)


def tone(timbre: Timbre, pitches: tuple[int, ...], seconds: float) -> Sequence[int]:
    """All ``pitches`` (MIDI numbers) struck at once."""
    count = int(seconds * RATE)
    mixed = [0.0] * count
    for layer in timbre.layers:
        shape = _shape(timbre.attack_s, layer.decay, timbre.release_s, count)
        for pitch in pitches:
            frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
            wave = _wave(frequency * layer.detune, layer.levels)
            endless = wave * (count // len(wave) + 1)
            mixed = list(map(add, mixed, map(mul, endless, shape)))
    volume = timbre.volume
    return array("h", [int(sample * volume) for sample in mixed])


def brush(random: Random, seconds: float = 0.09, volume: int = 900) -> Sequence[int]:
    """A soft stroke on a cymbal: noise that dies away."""
    count = int(seconds * RATE)
    return array(
        "h",
        [int(random.uniform(-volume, volume) * (1.0 - at / count) ** 3) for at in range(count)],
    )


def _wave(frequency: float, levels: tuple[float, ...]) -> "array[float]":
    period = RATE / frequency
    periods = max(1, int(TABLE_SAMPLES / period))
    count = round(periods * period)
    turn = 2.0 * pi * periods / count
    return array(
        "f",
        [
            sum(level * sin(turn * n * at) for n, level in enumerate(levels, 1) if level)
            for at in range(count)
        ],
    )


@lru_cache(maxsize=16)
def _shape(attack_s: float, decay: float, release_s: float, count: int) -> "array[float]":
    attack, release = int(attack_s * RATE), int(release_s * RATE)
    fall = exp(-decay / RATE)
    shape = array("f", bytes(4 * count))
    level = 1.0
    for at in range(count):
        shape[at] = level * min(1.0, at / attack, (count - at) / release)
        level *= fall
    return shape
