"""Just enough of Ogg to judge a stream: pages, their check sums, the comments."""

from collections.abc import Iterator
from dataclasses import dataclass

HEAD_BYTES = 27
COMMENT_STARTS = (b"\x03vorbis", b"OpusTags")
FLAC_COMMENT = 4


def _table() -> list[int]:
    rows = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        rows.append(value & 0xFFFFFFFF)
    return rows


CRC_TABLE = _table()


def crc(data: bytes) -> int:
    """The check sum of Ogg."""
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFFFFFF) ^ CRC_TABLE[(value >> 24) ^ byte]
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it lay in the stream."""

    offset: int
    raw: bytes

    @property
    def begins_stream(self) -> bool:
        """Whether it is the first page of a logical stream."""
        return bool(self.raw[5] & 2)

    @property
    def granule(self) -> int:
        """The position that it says it ends at."""
        return int.from_bytes(self.raw[6:14], "little", signed=True)

    @property
    def intact(self) -> bool:
        """Whether its check sum is right."""
        blank = self.raw[:22] + bytes(4) + self.raw[26:]
        return crc(blank) == int.from_bytes(self.raw[22:26], "little")

    @property
    def body(self) -> bytes:
        """What it carries."""
        return self.raw[HEAD_BYTES + self.raw[26] :]


def pages(data: bytes) -> Iterator[Page]:
    """The whole pages of ``data``, which begins with one; a cut last page is left out."""
    at = 0
    while at + HEAD_BYTES <= len(data):
        if data[at : at + 4] != b"OggS":
            message = f"no page at {at}: {data[at : at + 16]!r}"
            raise AssertionError(message)
        lacing = data[at + HEAD_BYTES : at + HEAD_BYTES + data[at + 26]]
        end = at + HEAD_BYTES + data[at + 26] + sum(lacing)
        if len(lacing) < data[at + 26] or end > len(data):
            return
        yield Page(at, data[at:end])
        at = end


def titles(data: bytes) -> list[str]:
    """The TITLE of every comment header in the stream (each within one page), in order."""
    found = []
    for page in pages(data):
        comment = _comment(page.body)
        if comment:
            found += [value for key, value in _fields(comment) if key == "title"]
    return found


def _comment(body: bytes) -> bytes:
    for start in COMMENT_STARTS:
        if body.startswith(start):
            return body[len(start) :]
    if body[:1] and body[0] & 0x7F == FLAC_COMMENT and b"=" in body:
        return body[4:]
    return b""


def _fields(comment: bytes) -> Iterator[tuple[str, str]]:
    at = 4 + int.from_bytes(comment[:4], "little")
    count = int.from_bytes(comment[at : at + 4], "little")
    at += 4
    for _ in range(min(count, 100)):
        length = int.from_bytes(comment[at : at + 4], "little")
        key, _, value = comment[at + 4 : at + 4 + length].decode("utf-8", "replace").partition("=")
        yield key.lower(), value
        at += 4 + length
