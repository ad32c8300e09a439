"""The header of an MPEG audio frame: MPEG 1, 2 and 2.5, layers I, II and III."""

from dataclasses import dataclass
from enum import Enum

HEADER_BYTES = 3
"""The bytes of a header that decide on the length of its frame."""

MAX_FRAME_BYTES = 2881
"""The longest frame there is: MPEG 2.5, layer II, 160 kbit/s at 8 kHz, padded."""

_MONO = 3


class MpegVersion(Enum):
    """The generations of MPEG audio; 2.5 is the unofficial one for low rates."""

    V1 = "1"
    V2 = "2"
    V25 = "2.5"


_VERSIONS = {3: MpegVersion.V1, 2: MpegVersion.V2, 0: MpegVersion.V25}
_SAMPLERATES = {
    MpegVersion.V1: (44100, 48000, 32000),
    MpegVersion.V2: (22050, 24000, 16000),
    MpegVersion.V25: (11025, 12000, 8000),
}
_KBITS_V1 = {
    1: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_KBITS_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_KBITS_V2 = {
    1: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: _KBITS_LOW,
    3: _KBITS_LOW,
}


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What the header says of its frame; ``length`` in bytes, header included."""

    version: MpegVersion
    layer: int
    bitrate: int
    samplerate: int
    channels: int
    samples: int
    length: int


def parse_header(data: bytes | bytearray, at: int = 0) -> FrameHeader | None:
    """Read the header at ``at``; None when there is none, or a free-format one.

    Three bytes are enough for everything but the number of channels, which
    is then taken for two.
    """
    if len(data) < at + HEADER_BYTES or data[at] != 0xFF or data[at + 1] < 0xE0:
        return None
    second, third = data[at + 1], data[at + 2]
    version = _VERSIONS.get(second >> 3 & 3)
    layer = 4 - (second >> 1 & 3)
    bitrate_index, samplerate_index = third >> 4, third >> 2 & 3
    if version is None or layer == 4 or samplerate_index == 3 or bitrate_index in (0, 15):
        return None
    kbits = (_KBITS_V1 if version is MpegVersion.V1 else _KBITS_V2)[layer]
    bitrate = kbits[bitrate_index - 1] * 1000
    samplerate = _SAMPLERATES[version][samplerate_index]
    samples = _samples(version, layer)
    mono = len(data) > at + 3 and data[at + 3] >> 6 == _MONO
    return FrameHeader(
        version=version,
        layer=layer,
        bitrate=bitrate,
        samplerate=samplerate,
        channels=1 if mono else 2,
        samples=samples,
        length=_length(layer, samples, bitrate, samplerate, third >> 1 & 1),
    )


def frame_length(data: bytes | bytearray, at: int = 0) -> int:
    """Length in bytes of the frame whose header stands at ``at``; 0: no header."""
    header = parse_header(data, at)
    return header.length if header else 0


def _samples(version: MpegVersion, layer: int) -> int:
    if layer == 1:
        return 384
    return 576 if layer == 3 and version is not MpegVersion.V1 else 1152


def _length(layer: int, samples: int, bitrate: int, samplerate: int, padding: int) -> int:
    if layer == 1:
        return (12 * bitrate // samplerate + padding) * 4
    return samples // 8 * bitrate // samplerate + padding
