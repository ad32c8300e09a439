"""No input makes a framer work more than a bounded number of steps a byte."""

from collections import deque

import pytest

from formats.feeding import pieces_of
from formats.stepping import steps_of
from formats.synthetic import SAMPLES, Sample
from formats.synthetic_frames import mpeg_frame
from tinyice.formats import ogg_scan
from tinyice.formats.base import Framer
from tinyice.formats.mpeg import MpegFramer
from tinyice.formats.ogg_page import has_sound_checksum
from tinyice.formats.ogg_scan import PageScanner

MIB = 1024 * 1024
STEPS_PER_BYTE = 24

FLOODS = {
    "ff": b"\xff",
    "zero": b"\0",
    "mpeg": b"\xff\xfb\x92\x64",
    "adts": b"\xff\xf1\x50\x80\x01\x7f\xfc",
    "ogg": b"OggS\0\2" + bytes(20) + b"\xff",
    "cluster": b"\x1f\x43\xb6\x75\x81",
    "ebml": b"\x1a\x45\xdf\xa3\x90",
}

each_format = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
each_flood = pytest.mark.parametrize("fill", FLOODS.values(), ids=FLOODS.keys())


def run(framer: Framer, data: bytes, size: int) -> None:
    """Feed it all, and keep nothing."""
    deque(map(framer.feed, pieces_of(data, size)), maxlen=0)


def flood(fill: bytes, size: int) -> bytes:
    """So many bytes of the same."""
    return (fill * (size // len(fill) + 1))[:size]


@each_format
@each_flood
def test_floods_cost_steady_steps(sample: Sample, fill: bytes) -> None:
    """Twice the bytes are twice the steps, at most so many a byte."""
    once, twice = (
        steps_of(lambda size=size: run(sample[0](), flood(fill, size), 4096))
        for size in (MIB // 32, MIB // 16)
    )
    assert twice <= STEPS_PER_BYTE * MIB // 16
    assert twice <= once * 3 + 1000


@each_format
def test_single_bytes_cost_steady_steps(sample: Sample) -> None:
    """Bytes that come one by one are looked at once, not again and again."""
    steps = steps_of(lambda: run(sample[0](), flood(b"\xff", 8192), 1))
    assert steps <= 60 * 8192
    sound = sample[1] * 2
    steps = steps_of(lambda: run(sample[0](), sound, 1))
    assert steps <= 60 * len(sound)


@pytest.mark.parametrize("size", [1, 4096])
@each_format
def test_a_megabyte_of_ff_is_nothing(sample: Sample, size: int) -> None:
    """A megabyte of sync bytes is done long before a time-out, however it is cut."""
    run(sample[0](), flood(b"\xff", MIB), size)


def test_frames_cost_few_steps() -> None:
    """Locked, a feed costs a few steps a frame and none a byte."""
    audio = mpeg_frame() * 1000
    steps = steps_of(lambda: run(MpegFramer(), audio, 4096))
    assert steps <= 1000 * 12 + 110 * 60


def test_false_pages_are_checked_within_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages are claimed, the bytes checked in vain stay in proportion."""
    checked = 0

    def counting(page: bytes) -> bool:
        nonlocal checked
        checked += len(page)
        return has_sound_checksum(page)

    monkeypatch.setattr(ogg_scan, "has_sound_checksum", counting)
    scanner = PageScanner()
    claims = flood(b"OggS\0\2" + b"\xff" * 21, 4 * MIB)
    for piece in pieces_of(claims, 65536):
        scanner.feed(piece)
    assert MIB < checked <= 4 * len(claims) + 2 * MIB
