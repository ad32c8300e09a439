"""An Ogg page: its header, its packets, its checksum."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

CAPTURE = b"OggS"
HEAD_BYTES = 27
MAX_PAGE_BYTES = 27 + 255 + 255 * 255

_CONTINUED, _FIRST, _LAST = 1, 2, 4
_ALL_FLAGS = _CONTINUED | _FIRST | _LAST
_FULL_SEGMENT = 255
_NUMBERS = struct.Struct("<QII")
_NUMBERS_AT, _CHECKSUM_AT = 6, 22
_ZEROS = memoryview(bytes(MAX_PAGE_BYTES))
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class OggError(ValueError):
    """The bytes are not one whole, sound page after the other."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page, as it stands in the stream."""

    raw: bytes

    @property
    def is_continued(self) -> bool:
        """Whether it begins with the rest of a packet."""
        return bool(self.raw[5] & _CONTINUED)

    @property
    def is_first(self) -> bool:
        """Whether it begins a logical stream (BOS)."""
        return bool(self.raw[5] & _FIRST)

    @property
    def is_last(self) -> bool:
        """Whether it ends a logical stream (EOS)."""
        return bool(self.raw[5] & _LAST)

    @property
    def granule(self) -> int:
        """The granule position after the last packet that ends here; -1: none ends."""
        return int.from_bytes(self.raw[6:14], "little", signed=True)

    @property
    def serial(self) -> int:
        """The number of the logical stream."""
        return int.from_bytes(self.raw[14:18], "little")

    @property
    def sequence(self) -> int:
        """The number of the page within its logical stream."""
        return int.from_bytes(self.raw[18:22], "little")

    def packets(self) -> list[tuple[bytes, bool]]:
        """The pieces of packets on this page, each with whether it ends its packet."""
        segments = self.raw[26]
        at = HEAD_BYTES + segments
        pieces, begin, length = [], at, 0
        for length in self.raw[HEAD_BYTES:at]:
            at += length
            if length < _FULL_SEGMENT:
                pieces.append((self.raw[begin:at], True))
                begin = at
        if length == _FULL_SEGMENT:
            pieces.append((self.raw[begin:at], False))
        return pieces


def page_length(buffer: bytes | bytearray, at: int) -> int | None:
    """Length of the page that claims to begin at ``at``; 0: no page, None: too few bytes."""
    head = bytes(buffer[at : at + HEAD_BYTES])
    if not _may_begin(head):
        return 0
    if len(head) < HEAD_BYTES or len(buffer) < at + HEAD_BYTES + head[26]:
        return None
    body = at + HEAD_BYTES + head[26]
    return HEAD_BYTES + head[26] + sum(buffer[at + HEAD_BYTES : body])


def _may_begin(head: bytes) -> bool:
    capture, version, flags = head[:4], head[4:5], head[5:6]
    return (
        CAPTURE.startswith(capture) and version in b"\0" and (not flags or flags[0] <= _ALL_FLAGS)
    )


def checksum(page: bytes | bytearray) -> int:
    """The CRC-32 of a page, taking its own checksum field as zeros.

    Ogg's CRC has the polynomial of zlib's, but takes the bits of each byte
    the other way round, begins with 0 and inverts nothing at the end. Hence:
    mirror every byte, let zlib count from 0, mirror the result.
    """
    mirrored = bytes(page).translate(_MIRRORED)
    crc = zlib.crc32(mirrored[:22], 0xFFFFFFFF)
    crc = zlib.crc32(bytes(4), crc)
    crc = zlib.crc32(mirrored[26:], crc) ^ 0xFFFFFFFF
    return int.from_bytes(crc.to_bytes(4, "little").translate(_MIRRORED), "big")


def renumbered(raw: bytes, *, granule: int, serial: int, sequence: int) -> bytes:
    """The page ``raw`` with other numbers in its head.

    The checksum is linear: it changes by that of the difference of the heads,
    with zeros for a body, whatever stands there. A wrong one stays wrong.
    """
    numbers = _NUMBERS.pack(granule & 0xFFFF_FFFF_FFFF_FFFF, serial, sequence)
    old = int.from_bytes(raw[_NUMBERS_AT:_CHECKSUM_AT], "big")
    difference = (old ^ int.from_bytes(numbers, "big")).to_bytes(_NUMBERS.size, "big")
    crc = zlib.crc32(difference.translate(_MIRRORED), 0xFFFFFFFF)
    crc = zlib.crc32(_ZEROS[: len(raw) - _CHECKSUM_AT], crc) ^ 0xFFFFFFFF
    change = int.from_bytes(crc.to_bytes(4, "little").translate(_MIRRORED), "big")
    crc = int.from_bytes(raw[_CHECKSUM_AT : _CHECKSUM_AT + 4], "little") ^ change
    return b"".join(
        (raw[:_NUMBERS_AT], numbers, crc.to_bytes(4, "little"), raw[_CHECKSUM_AT + 4 :])
    )


def end_page(*, granule: int, serial: int, sequence: int) -> bytes:
    """A page without packets that ends a logical stream."""
    empty = CAPTURE + bytes((0, _LAST)) + bytes(HEAD_BYTES - 6)
    sound = empty[:_CHECKSUM_AT] + checksum(empty).to_bytes(4, "little") + empty[-1:]
    return renumbered(sound, granule=granule, serial=serial, sequence=sequence)


def has_sound_checksum(page: bytes | bytearray) -> bool:
    """Whether the page says the checksum that it has."""
    return int.from_bytes(page[22:26], "little") == checksum(page)


def iter_pages(data: bytes) -> Iterator[Page]:
    """The pages of ``data``, which must be nothing but whole and sound pages.

    Raises OggError at the first byte that is not.
    """
    at = 0
    while at < len(data):
        length = page_length(data, at)
        if not length or at + length > len(data):
            message = f"no whole page at byte {at}"
            raise OggError(message)
        raw = data[at : at + length]
        if not has_sound_checksum(raw):
            message = f"wrong checksum in the page at byte {at}"
            raise OggError(message)
        yield Page(raw)
        at += length
