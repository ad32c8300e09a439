"""AAC in ADTS frames: one sync point a frame."""

import re
from functools import lru_cache

from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.formats.frames import FrameCutter, Lock, Run

HEADER_BYTES = 7

_SYNC = 0xFF
_SAMPLES_PER_BLOCK = 1024
_SAMPLERATES = (
    *(96000, 88200, 64000, 48000, 44100, 32000),
    *(24000, 22050, 16000, 12000, 11025, 8000, 7350),
)
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)
_CRC_ABSENT = 0x01
_PRIVATE = 0x02
_CHANNEL_BITS = 0xC0


class AdtsFramer(FrameCutter):
    """The framer of AAC in ADTS: rate and channels of the core (HE-AAC may play at twice that)."""

    kind = FormatKind.ADTS

    def __init__(self) -> None:
        super().__init__(_AdtsSyntax())


class _AdtsLock:
    """Frames of one profile, sample rate and channel configuration."""

    def __init__(self, second: int, third: int, channel_bits: int) -> None:
        self._second = second
        self._third = third
        self._channel_bits = channel_bits
        self.key = (second, third, channel_bits)
        self.samplerate = _SAMPLERATES[third >> 2 & 15]

    def length(self, buffer: bytearray, at: int) -> int:
        """Length of the frame at ``at``; 0: no header, or one of another chain."""
        if (
            buffer[at] != _SYNC
            or buffer[at + 1] | _CRC_ABSENT != self._second
            or buffer[at + 2] | _PRIVATE != self._third
            or buffer[at + 3] & _CHANNEL_BITS != self._channel_bits
        ):
            return 0
        length = (buffer[at + 3] & 3) << 11 | buffer[at + 4] << 3 | buffer[at + 5] >> 5
        return length if length > HEADER_BYTES else 0

    def run(self, buffer: bytearray, at: int) -> Run:
        """Follow the whole frames from ``at`` on."""
        size, blocks, starts = len(buffer), 0, []
        while at + HEADER_BYTES <= size:
            length = self.length(buffer, at)
            if not length or at + length > size:
                break
            starts.append(at)
            blocks += (buffer[at + 6] & 3) + 1
            at += length
        return Run(at, starts, blocks * _SAMPLES_PER_BLOCK)


@lru_cache(maxsize=64)
def _lock(second: int, third: int, channel_bits: int) -> Lock:
    return _AdtsLock(second, third, channel_bits)


class _AdtsSyntax:
    """What may be a header: layer 0, a sample rate that is not reserved."""

    pattern = re.compile(
        b"\xff[\xf0\xf1\xf8\xf9][%b]"
        % b"".join(
            b"\\x%02x" % third for third in range(256) if third >> 2 & 15 < len(_SAMPLERATES)
        ),
    )
    pattern_bytes = 3
    header_bytes = HEADER_BYTES

    def lock(self, buffer: bytearray, at: int) -> Lock:
        """The lock that is shared by all headers like this."""
        channel_bits = buffer[at + 3] & _CHANNEL_BITS if len(buffer) > at + 3 else 0
        return _lock(buffer[at + 1] | _CRC_ABSENT, buffer[at + 2] | _PRIVATE, channel_bits)

    def lock_of(self, key: tuple[int, ...]) -> Lock:
        """The lock of that key."""
        second, third, channel_bits = key
        return _lock(second, third, channel_bits)

    def describe(self, buffer: bytearray, at: int) -> AudioInfo:
        """Sample rate and channels; ADTS does not tell a bitrate."""
        channels = (buffer[at + 2] & 1) << 2 | buffer[at + 3] >> 6
        return AudioInfo(0, _SAMPLERATES[buffer[at + 2] >> 2 & 15], _CHANNELS[channels])
