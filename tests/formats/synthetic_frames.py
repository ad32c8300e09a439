"""MPEG and ADTS streams made by hand: right headers, senseless audio."""

from tinyice.formats.mpeg_header import parse_header

MP3_128 = b"\xff\xfb\x90\x64"
"""MPEG 1, layer III, 128 kbit/s, 44.1 kHz, joint stereo: 417 bytes a frame."""

MP3_128_BYTES = 417


def mpeg_frame(header: bytes = MP3_128, filling: bytes = b"\x55") -> bytes:
    """A frame of the length that its header says."""
    parsed = parse_header(header)
    assert parsed is not None
    body = filling * (parsed.length // len(filling) + 1)
    return (header + body)[: parsed.length]


def xing_frame(mark: bytes = b"Xing", offset: int = 36) -> bytes:
    """A frame that holds a table of the file instead of audio."""
    frame = bytearray(mpeg_frame(filling=b"\0"))
    frame[offset : offset + 4] = mark
    return bytes(frame)


def id3v2(body_bytes: int, *, footer: bool = False) -> bytes:
    """An ID3v2.4 tag with a body that looks like MPEG headers."""
    size = bytes(body_bytes >> shift & 0x7F for shift in (21, 14, 7, 0))
    body = (MP3_128 * (body_bytes // 4 + 1))[:body_bytes]
    flags = b"\x10" if footer else b"\0"
    end = b"3DI\x04\0" + flags + size if footer else b""
    return b"ID3\x04\0" + flags + size + body + end


def id3v1() -> bytes:
    """An ID3v1 tag."""
    return b"TAG" + MP3_128 * 31 + b"x"


def adts_frame(
    body_bytes: int,
    rate_index: int = 4,
    channels: int = 2,
    blocks: int = 1,
    *,
    mpeg2: bool = False,
) -> bytes:
    """An ADTS frame without CRC around ``body_bytes`` of nothing."""
    length = 7 + body_bytes
    head = 0xFFF1 | (8 if mpeg2 else 0)
    head = head << 2 | 1
    head = head << 4 | rate_index
    head = head << 1
    head = head << 3 | channels
    head = head << 4
    head = head << 13 | length
    head = head << 11 | 0x7FF
    head = head << 2 | blocks - 1
    return head.to_bytes(7, "big") + b"\x55" * body_bytes
