"""Pictures made byte by byte, so that tests can break them where they like."""

import struct
import zlib

PNG_START = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(1)</script>"


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 3, height: int = 2, *more: bytes) -> bytes:
    """A black PNG; ``more`` are chunks before its data."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"\0" * min(100_000, (width + 1) * height))
    return PNG_START + head + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def jpeg(width: int = 3, height: int = 2, *more: bytes) -> bytes:
    """Something with the bones of a JPEG; ``more`` are segments before its frame."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(more) + segment(0xDB, b"\0" * 65) + frame + scan + b"\xff\xd9"


def riff(kind: bytes, data: bytes) -> bytes:
    """A chunk of a WebP."""
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp(*chunks: bytes) -> bytes:
    """A WebP of these chunks."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lossy(width: int = 3, height: int = 2) -> bytes:
    """The chunk of a lossy WebP."""
    return riff(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"data")


def lossless(width: int = 3, height: int = 2) -> bytes:
    """The chunk of a lossless WebP."""
    bits = struct.pack("<I", width - 1 | (height - 1) << 14)
    return riff(b"VP8L", b"\x2f" + bits + b"data")


def extended(flags: int = 0, width: int = 3, height: int = 2) -> bytes:
    """The head of a WebP that says more about itself."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff(b"VP8X", bytes((flags, 0, 0, 0)) + sides)
