"""How many samples the packets of an Ogg stream hold, told by their first bytes.

Sources: RFC 6716, 3.1 (Opus); the Vorbis I specification, 4.2.4 and 4.3.8;
RFC 9639, 9.1 (FLAC); the Speex manual's table of the header.
"""

from collections.abc import Sequence
from itertools import count

from tinyice.formats.frozen import State

HEAD_BYTES = 16
"""So many bytes of a packet are enough."""

_OPUS_SILK = (480, 960, 1920, 2880)
_OPUS_HYBRID = (480, 960)
_OPUS_CELT = (120, 240, 480, 960)
_MODES_MAX = 64
_MODE_BITS = 41
_SPEEX_FRAME_MAX = 4096


class PacketSamples:
    """Counts the samples of one stream's packets, at the rate of its granules."""

    def __init__(self, codec: str = "", headers: Sequence[bytes] = ()) -> None:
        self._codec = codec
        self._fixed = 0
        self._blocks: list[int] = []
        """Vorbis: the block size of each mode."""
        self._last_block = 0
        if codec == "Speex":
            self._fixed = _speex_samples(headers[0])
        elif codec == "Vorbis":
            self._blocks = _vorbis_blocks(headers[0], headers[-1])

    @property
    def are_known(self) -> bool:
        """Whether the headers told enough."""
        return self._codec in ("Opus", "FLAC") or self._fixed > 0 or bool(self._blocks)

    def of(self, packet: bytes) -> int:
        """The samples that a decoder gives for the next packet: of it and its overlap."""
        if self._codec == "Opus":
            return _opus_samples(packet)
        if self._codec == "FLAC":
            return _flac_samples(packet)
        return self._vorbis_samples(packet) if self._blocks else self._fixed

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "codec": self._codec,
            "fixed": self._fixed,
            "blocks": list(self._blocks),
            "last_block": self._last_block,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._codec, self._fixed = state["codec"], state["fixed"]
        self._blocks, self._last_block = list(state["blocks"]), state["last_block"]

    def _vorbis_samples(self, packet: bytes) -> int:
        if not packet or packet[0] & 1:
            return 0
        mode = packet[0] >> 1 & (1 << (len(self._blocks) - 1).bit_length()) - 1
        block, before = self._blocks[min(mode, len(self._blocks) - 1)], self._last_block
        self._last_block = block
        return (before + block) // 4 if before else 0


def _opus_samples(packet: bytes) -> int:
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = _OPUS_SILK[config & 3]
    elif config < 16:
        frame = _OPUS_HYBRID[config & 1]
    else:
        frame = _OPUS_CELT[config & 3]
    if code == 3:
        return frame * (packet[1] & 63) if len(packet) > 1 else 0
    return frame * (1 if code == 0 else 2)


def _flac_samples(packet: bytes) -> int:
    if len(packet) < 5 or packet[0] != 0xFF:
        return 0
    code = packet[2] >> 4
    if code in (6, 7):
        ones = 8 - (packet[4] ^ 0xFF).bit_length()
        at = 4 + max(1, ones)
        return int.from_bytes(packet[at : at + code - 5], "big") + 1
    if code == 1:
        return 192
    return 576 << code - 2 if code < 6 else 256 << code - 8


def _speex_samples(header: bytes) -> int:
    frame = int.from_bytes(header[56:60], "little")
    frames = int.from_bytes(header[64:68], "little")
    return frame * frames if frame * frames <= _SPEEX_FRAME_MAX else 0


def _vorbis_blocks(identification: bytes, setup: bytes) -> list[int]:
    """The block size of each mode; [] where the headers are not sound.

    The modes stand at the end of the setup header, all else before them is
    code books. So they are read from its end: mapping (8 bits), transform (16)
    and window type (16), both 0, and the flag of the long block; before the
    first of them their number less one (6).
    """
    if len(identification) < 29:
        return []
    short, long = 1 << (identification[28] & 15), 1 << (identification[28] >> 4)
    bits = int.from_bytes(setup, "little")
    end = bits.bit_length() - 1
    flags: list[int] = []
    found: list[int] = []
    for number in count(1):
        end -= _MODE_BITS
        fields = bits >> end if end >= 6 else -1
        if number > _MODES_MAX or fields < 0 or fields >> 1 & 0xFFFF_FFFF or fields >> 33 & 0xC0:
            break
        flags.append(fields & 1)
        if bits >> end - 6 & 63 == number - 1:
            found = flags[::-1]
    return [long if flag else short for flag in found]
