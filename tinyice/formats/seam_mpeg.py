"""The seam of MPEG audio: silence until the bit reservoir of the new programme is complete.

A layer III frame may begin its main data in the frames before it, up to 511
bytes back (ISO/IEC 11172-3, 2.4.2.7, main_data_begin). Behind a switch those
bytes are another programme's, and decoding them makes a loud noise. Such a
frame is made silent: its side information becomes zeros, which means no main
data at all. Its length, header and main data stay, so that the frames after it
find there what they need.

The first frame is made silent in any case, unless the programme begins with it:
frames overlap, and the last one before the switch has to fade away alone.

Layers I and II have no reservoir, and free-format streams are not framed: both
pass untouched. Tags in front of the first frame are left out (``seam_lead``).
"""

from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State
from tinyice.formats.mpeg_header import FrameHeader, MpegVersion, parse_header
from tinyice.formats.seam_lead import from_first_frame

_RESERVOIR_BYTES = 511
_HEADER_BYTES = 4
_CRC_BYTES = 2
_CRC_ABSENT = 0x01
_CRC_POLYNOMIAL = 0x8005


class MpegSeam:
    """Silences the first frame, and those that reach back before the entry."""

    name = "mpeg"

    def __init__(self, *, begins: bool = False) -> None:
        self._room = 0 if begins else -1
        """Bytes of main data since the entry, as far as they matter; -1: not even one frame."""
        self._leads = True
        """Whether no frame has come yet."""

    def mend(self, chunk: Chunk) -> Chunk:
        """The chunk with every frame silent that can't be decoded behind the joint."""
        if self._leads:
            self._leads = not chunk.sync_points
            chunk = from_first_frame(chunk)
        if self._room >= _RESERVOIR_BYTES:
            return chunk
        data = bytearray(chunk.data)
        for at in chunk.sync_points:
            header = parse_header(data, at)
            if header is not None and not self._take(data, at, header):
                break
        return Chunk(bytes(data), chunk.sync_points, chunk.seconds, chunk.headers, chunk.tags)

    def close(self) -> bytes:
        """Nothing: frames end by themselves."""
        return b""

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {"room": self._room, "leads": self._leads}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._room, self._leads = state["room"], state["leads"]

    def _take(self, data: bytearray, at: int, header: FrameHeader) -> bool:
        """Silence the frame at ``at`` if it needs it; whether another one may need it."""
        if header.layer != 3:
            self._room = _RESERVOIR_BYTES
            return False
        begin = at + _HEADER_BYTES + (0 if data[at + 1] & _CRC_ABSENT else _CRC_BYTES)
        end = begin + side_info_bytes(header)
        if main_data_begin(data, begin, header.version) > self._room:
            data[begin:end] = bytes(end - begin)
            if begin - at > _HEADER_BYTES:
                checked = data[at + 2 : at + _HEADER_BYTES] + data[begin:end]
                data[begin - _CRC_BYTES : begin] = crc16(checked).to_bytes(2, "big")
        self._room = max(0, self._room) + max(0, at + header.length - end)
        return self._room < _RESERVOIR_BYTES


def side_info_bytes(header: FrameHeader) -> int:
    """The length of a layer III frame's side information."""
    if header.version is MpegVersion.V1:
        return 17 if header.channels == 1 else 32
    return 9 if header.channels == 1 else 17


def main_data_begin(data: bytes | bytearray, side_info: int, version: MpegVersion) -> int:
    """How many bytes of main data before its frame the side information at this place needs."""
    if version is MpegVersion.V1:
        return data[side_info] << 1 | data[side_info + 1] >> 7
    return data[side_info]


def crc16(data: bytes | bytearray) -> int:
    """The checksum of a frame: of the second half of its header and its side information."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = value << 1 ^ (_CRC_POLYNOMIAL if value & 0x8000 else 0)
            value &= 0xFFFF
    return value
