"""The seam of AAC in ADTS: one silent frame at the joint.

Each AAC frame overlaps with the one before it. Between two programmes a frame
of silence lets the one end and the other set in on its own. A programme that
begins needs none: encoders begin with silence. Tags in front of the first frame
are left out (``seam_lead``).
"""

from tinyice.formats.adts import HEADER_BYTES
from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State
from tinyice.formats.seam_lead import from_first_frame

_SINGLE, _PAIR, _LOW, _END = 0, 1, 3, 7
_ELEMENTS = (
    (),
    (_SINGLE,),
    (_PAIR,),
    (_SINGLE, _PAIR),
    (_SINGLE, _PAIR, _SINGLE),
    (_SINGLE, _PAIR, _PAIR),
    (_SINGLE, _PAIR, _PAIR, _LOW),
    (_SINGLE, _PAIR, _PAIR, _PAIR, _LOW),
)
_CHANNEL_BITS = 8 + 11 + 3
"""Of a silent channel: gain, a long window without bands, no pulses, noise shaping or gain."""


class AdtsSeam:
    """Puts a frame of silence in front of the programme."""

    name = "adts"

    def __init__(self, *, begins: bool = False) -> None:
        self._is_joined = begins
        self._leads = True
        """Whether no frame has come yet."""

    def mend(self, chunk: Chunk) -> Chunk:
        """The chunk, the first one with frames behind a frame of silence."""
        if self._leads:
            self._leads = not chunk.sync_points
            chunk = from_first_frame(chunk)
        if self._is_joined or not chunk.sync_points:
            return chunk
        self._is_joined = True
        frame = silent_frame(chunk.data[chunk.sync_points[0] :])
        if not frame:
            return chunk
        points = (0, *(len(frame) + point for point in chunk.sync_points))
        return Chunk(frame + chunk.data, points, chunk.seconds, chunk.headers, chunk.tags)

    def close(self) -> bytes:
        """Nothing: frames end by themselves."""
        return b""

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {"is_joined": self._is_joined, "leads": self._leads}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._is_joined, self._leads = state["is_joined"], state["leads"]


def silent_frame(like: bytes) -> bytes:
    """A frame of silence with the header of the frame ``like``; b"": its channels are unusual."""
    if len(like) < HEADER_BYTES:
        return b""
    elements = _ELEMENTS[(like[2] & 1) << 2 | like[3] >> 6]
    if not elements:
        return b""
    bits, length = 0, 0
    for number_of_kind, element in _numbered(elements):
        channels = 2 if element == _PAIR else 1
        width = 3 + 4 + (1 if element == _PAIR else 0) + channels * _CHANNEL_BITS
        bits = bits << width | (element << 4 | number_of_kind) << width - 7
        length += width
    bits, length = bits << 3 | _END, length + 3
    payload = (bits << -length % 8).to_bytes((length + 7) // 8, "big")
    size = HEADER_BYTES + len(payload)
    head = bytearray(like[:HEADER_BYTES])
    head[1] |= 1
    head[3] = head[3] & 0xFC | size >> 11
    head[4] = size >> 3 & 0xFF
    head[5] = (size & 7) << 5 | 0x1F
    head[6] = 0xFC
    return bytes(head) + payload


def _numbered(elements: tuple[int, ...]) -> list[tuple[int, int]]:
    """Each element with its number among those of its kind."""
    return [(elements[:at].count(element), element) for at, element in enumerate(elements)]
