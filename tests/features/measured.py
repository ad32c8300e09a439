"""What was recorded from a listener, taken apart: titles and where they stand, links, pitches."""

import io
from dataclasses import dataclass

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from codec.sounds import heard
from programs.raw import TITLE, Answer

WINDOW_S = 0.01
HEADER_PAGES = 3


@dataclass(frozen=True)
class Known:
    """What kind of stream it is, as its bytes tell."""

    codec: str
    container: str
    samplerate: int
    channels: int


def known(data: bytes) -> Known:
    """What FFmpeg finds without being told."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.best("audio")
        assert isinstance(stream, AudioStream)
        context = stream.codec_context
        codec = context.codec.canonical_name
        return Known(codec, container.format.name, context.sample_rate, context.layout.nb_channels)


def samples(data: bytes, kind: str) -> NDArray[np.int16]:
    """What is heard, one channel; there must be no fault in it."""
    found = heard(data, kind, piece=16_384)
    assert found.faults == 0
    return np.array(found.samples, np.int16)


def links(data: bytes) -> list[bytes]:
    """The links of a chained Ogg stream; of one that has just begun there is nothing to hear."""
    begins = []
    at = data.find(b"OggS\0\2")
    while at >= 0:
        begins.append(at)
        at = data.find(b"OggS\0\2", at + 1)
    found = [data[a:b] for a, b in zip(begins, [*begins[1:], len(data)], strict=True)]
    # Headers are two or three pages.
    return found if found[-1].count(b"OggS") > HEADER_PAGES else found[:-1]


def icy_titles(answer: Answer) -> list[tuple[int, str]]:
    """Each title, and how many bytes of audio came before it."""
    body, step, at, audio = answer.body, answer.metaint, 0, 0
    found = []
    while at + step < len(body):
        at, audio = at + step, audio + step
        length = 16 * body[at]
        match = TITLE.match(body[at + 1 : at + 1 + length])
        if match:
            found.append((audio, match[1].decode()))
        at += 1 + length
    return found


def rms(wave: NDArray[np.int16]) -> float:
    """How loud it is."""
    return float(np.sqrt(np.mean(wave.astype(np.float64) ** 2)))


def softest_db(wave: NDArray[np.int16], samplerate: int) -> float:
    """How far the softest window of 10 ms is below the loudest one."""
    size = round(WINDOW_S * samplerate)
    levels = [rms(wave[at : at + size]) for at in range(0, len(wave) - size, size // 4)]
    return 20 * float(np.log10(max(min(levels), 1e-6) / max(levels)))


def corner(wave: NDArray[np.int16], samplerate: int, *pitches: float) -> float:
    """What is left at most when tones of these pitches are taken away, whatever their levels do."""
    left = wave.astype(np.float64)
    for pitch in pitches:
        twice = 2 * np.cos(2 * np.pi * pitch / samplerate)
        left = left[2:] - twice * left[1:-1] + left[:-2]
    return float(np.abs(left).max())


def pitches(wave: NDArray[np.int16], samplerate: int, step_s: float = 0.02) -> NDArray[np.float64]:
    """The pitch of each piece: how often the wave goes up through zero; 0 where it is silent."""
    size = round(step_s * samplerate)
    found = []
    for at in range(0, len(wave) - size, size):
        part = wave[at : at + size].astype(np.float64)
        up = np.flatnonzero((part[:-1] < 0) & (part[1:] >= 0))
        if len(up) < 3 or np.abs(part).max() < 100:
            found.append(0.0)
            continue
        exact = up - part[up] / (part[up + 1] - part[up])
        found.append((len(up) - 1) / (exact[-1] - exact[0]) * samplerate)
    return np.array(found)


def place_of(probe: NDArray[np.int16], whole: NDArray[np.int16]) -> int:
    """Where ``probe`` stands in ``whole``, sample by sample; -1: nowhere."""
    for at in np.flatnonzero(whole[: len(whole) - len(probe)] == probe[0]):
        if np.array_equal(whole[at : at + len(probe)], probe):
            return int(at)
    return -1
