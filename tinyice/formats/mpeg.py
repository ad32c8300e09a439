"""MPEG audio (MP3 and its elder layers): one sync point a frame.

A Xing, Info or VBRI frame holds no audio but a table about the file that it
once began. A player that begins with it takes the stream for a file of that
length, so it passes through, is no sync point and counts as no time.
Free-format frames don't tell their length: such a stream is passed raw.
"""

import re
from functools import lru_cache

from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.formats.frames import FrameCutter, Lock, Run
from tinyice.formats.mpeg_header import HEADER_BYTES, parse_header

_SYNC = 0xFF
_CRC_ABSENT = 0x01
_SAMPLERATE_BITS = 0x0C
_TABLE_MARKS = (b"Xing", b"Info", b"VBRI")
_TABLE_OFFSETS = frozenset((13, 15, 21, 23, 36, 38))


class MpegFramer(FrameCutter):
    """The framer of MPEG audio."""

    kind = FormatKind.MPEG

    def __init__(self) -> None:
        super().__init__(_MpegSyntax())


class _MpegLock:
    """Frames of one version, layer and sample rate, with and without CRC."""

    def __init__(self, second: int, samplerate_bits: int) -> None:
        thirds = (third for third in range(256) if third & _SAMPLERATE_BITS == samplerate_bits)
        found = {third: parse_header(bytes((_SYNC, second, third))) for third in thirds}
        headers = {third: header for third, header in found.items() if header}
        any_header = next(iter(headers.values()))
        self._second = second | _CRC_ABSENT
        self.key = (second, samplerate_bits)
        self._lengths = tuple(
            headers[third].length if third in headers else 0 for third in range(256)
        )
        self._samples = any_header.samples
        self.samplerate = any_header.samplerate

    def length(self, buffer: bytearray, at: int) -> int:
        """Length of the frame at ``at``; 0: no header, or one of another chain."""
        if buffer[at] != _SYNC or buffer[at + 1] | _CRC_ABSENT != self._second:
            return 0
        return self._lengths[buffer[at + 2]]

    def run(self, buffer: bytearray, at: int) -> Run:
        """Follow the whole frames from ``at`` on: the innermost loop of the package."""
        begin, size, second, lengths = at, len(buffer), self._second, self._lengths
        starts = []
        while at + HEADER_BYTES <= size:
            if buffer[at] != _SYNC or buffer[at + 1] | _CRC_ABSENT != second:
                break
            length = lengths[buffer[at + 2]]
            if not length or at + length > size:
                break
            starts.append(at)
            at += length
        starts = _without_tables(buffer, begin, at, starts)
        return Run(at, starts, len(starts) * self._samples)


def _without_tables(buffer: bytearray, begin: int, end: int, starts: list[int]) -> list[int]:
    for mark in _TABLE_MARKS:
        found = buffer.find(mark, begin, end)
        while found >= 0:
            starts = [start for start in starts if found - start not in _TABLE_OFFSETS]
            found = buffer.find(mark, found + 1, end)
    return starts


@lru_cache(maxsize=64)
def _lock(second: int, samplerate_bits: int) -> Lock:
    return _MpegLock(second, samplerate_bits)


class _MpegSyntax:
    """What may be a header: all but the reserved values and free format."""

    pattern = re.compile(
        b"\xff[%b][%b]"
        % (
            b"\xe2-\xe7\xf2-\xf7\xfa-\xff",
            b"".join(
                b"\\x%02x" % third
                for third in range(256)
                if parse_header(bytes((_SYNC, 0xFB, third)))
            ),
        ),
    )
    pattern_bytes = HEADER_BYTES
    header_bytes = HEADER_BYTES

    def lock(self, buffer: bytearray, at: int) -> Lock:
        """The lock that is shared by all headers like this."""
        return _lock(buffer[at + 1] | _CRC_ABSENT, buffer[at + 2] & _SAMPLERATE_BITS)

    def lock_of(self, key: tuple[int, ...]) -> Lock:
        """The lock of that key."""
        second, samplerate_bits = key
        return _lock(second, samplerate_bits)

    def describe(self, buffer: bytearray, at: int) -> AudioInfo:
        """Bitrate, sample rate and channels of one frame."""
        header = parse_header(buffer, at)
        if header is None:
            return AudioInfo()
        return AudioInfo(header.bitrate, header.samplerate, header.channels)
