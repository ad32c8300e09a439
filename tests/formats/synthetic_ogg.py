"""Ogg streams made by hand: sound pages, right headers, senseless audio."""

import struct
from collections.abc import Mapping, Sequence
from itertools import count

POLYNOMIAL = 0x04C11DB7
FIRST, LAST, CONTINUED = 2, 4, 1


def plain_crc(data: bytes) -> int:
    """Ogg's CRC bit by bit, as the format's description defines it."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (POLYNOMIAL if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF


def _table() -> list[int]:
    return [plain_crc(bytes((byte,))) for byte in range(256)]


TABLE = _table()


def table_crc(data: bytes) -> int:
    """The same, byte by byte with a table."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ TABLE[value >> 24 ^ byte]
    return value


def lacing_of(packet_bytes: int) -> bytes:
    """The segment table of one whole packet."""
    return b"\xff" * (packet_bytes // 255) + bytes((packet_bytes % 255,))


def page(
    serial: int,
    sequence: int,
    granule: int,
    packets: Sequence[bytes],
    flags: int = 0,
    *,
    open_end: bool = False,
) -> bytes:
    """A page of whole packets; ``open_end``: the last one (n * 255 bytes) goes on."""
    lacing = b"".join(lacing_of(len(packet)) for packet in packets)
    lacing = lacing[:-1] if open_end else lacing
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, serial, sequence, 0)
    raw = bytearray(head + bytes((len(lacing),)) + lacing + b"".join(packets))
    raw[22:26] = struct.pack("<I", table_crc(raw))
    return bytes(raw)


def comment(tags: Mapping[str, str]) -> bytes:
    """A Vorbis comment."""
    entries = [f"{key}={value}".encode() for key, value in tags.items()]
    parts = [b"someone", struct.pack("<I", len(entries))]
    body = b"".join(struct.pack("<I", len(entry)) + entry for entry in entries)
    return struct.pack("<I", len(parts[0])) + parts[0] + parts[1] + body


def vorbis_headers(tags: Mapping[str, str], rate: int = 44100) -> list[bytes]:
    """The three header packets of Vorbis."""
    first = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 2, rate, -1, 128000, -1, 0xB8, 1)
    return [first, b"\x03vorbis" + comment(tags) + b"\1", b"\x05vorbis" + b"setup" * 700]


def opus_headers(tags: Mapping[str, str], skipped: int = 312) -> list[bytes]:
    """The two header packets of Opus."""
    first = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, skipped, 44100, 0, 0)
    return [first, b"OpusTags" + comment(tags)]


def flac_headers(tags: Mapping[str, str], announced: int | None = None) -> list[bytes]:
    """The header packets of FLAC: stream information, comment, padding."""
    rate_bits = (48000 << 12 | (2 - 1) << 9 | (16 - 1) << 4).to_bytes(4, "big")
    information = struct.pack(">HH", 4096, 4096) + bytes(6) + rate_bits + bytes(20)
    body = comment(tags)
    rest = [b"\x04" + len(body).to_bytes(3, "big") + body, b"\x81" + (64).to_bytes(3, "big")]
    rest[1] += bytes(64)
    number = len(rest) if announced is None else announced
    first = b"\x7fFLAC\1\0" + number.to_bytes(2, "big") + b"fLaC" + b"\0\0\0\x22" + information
    return [first, *rest]


def speex_headers(tags: Mapping[str, str], extra: int = 0) -> list[bytes]:
    """The header packets of Speex."""
    numbers = (1, 80, 16000, 1, 4, 1, 27800, 320, 0, 1, extra, 0, 0)
    first = b"Speex   " + b"1.2".ljust(20, b"\0") + struct.pack("<13i", *numbers)
    return [first, comment(tags), *(b"extra header" for _ in range(extra))]


def link(  # noqa: PLR0917
    headers: Sequence[bytes],
    serial: int = 1,
    pages: int = 5,
    step: int = 44100,
    start: int = 0,
    audio: bytes = b"\x33" * 300,
) -> bytes:
    """One logical stream: the headers on two pages, then ``pages`` of three packets."""
    number = count()
    out = [page(serial, next(number), 0, headers[:1], FIRST)]
    if headers[1:]:
        out.append(page(serial, next(number), 0, headers[1:]))
    for at in range(1, pages + 1):
        flags = LAST if at == pages else 0
        out.append(page(serial, next(number), start + at * step, [audio] * 3, flags))
    return b"".join(out)
