"""ICY metadata, written between the audio of a listener; reading it is in ``icy_inline``."""

from tinyice.wire.charset import canonical, printable
from tinyice.wire.icy_inline import InlineMetadata, parse_stream_title

__all__ = [
    "EMPTY_BLOCK",
    "MAX_TEXT_BYTES",
    "MIN_FILLER",
    "InlineMetadata",
    "filler",
    "metadata_block",
    "parse_stream_title",
]

EMPTY_BLOCK = b"\0"
"""The block that says that nothing has changed."""

MAX_TEXT_BYTES = 255 * 16
"""The longest text that the one length byte of a block can announce."""

MIN_FILLER = 10
"""The length of the shortest filler."""

_MAX_FILLER = MIN_FILLER + (1 << 28) - 1


def metadata_block(title: str, url: str = "", charset: str = "utf-8") -> bytes:
    """A whole block: its length byte and ``StreamTitle`` (and ``StreamUrl``), padded.

    A title that is too long is cut between characters; an address that no
    longer fits is left out, since half an address is none.
    """
    codec = canonical(charset) or "utf-8"
    room = MAX_TEXT_BYTES - len(b"StreamTitle='';")
    text = b"StreamTitle='" + _encode(title, codec, room) + b"';"
    if url:
        extra = b"StreamUrl='" + _encode(url, codec, MAX_TEXT_BYTES) + b"';"
        if len(text) + len(extra) <= MAX_TEXT_BYTES:
            text += extra
    length = -(-len(text) // 16)
    return bytes((length,)) + text.ljust(length * 16, b"\0")


def filler(length: int) -> bytes:
    """An empty ID3v2.4 tag of exactly ``length`` bytes, which players pass over."""
    if not MIN_FILLER <= length <= _MAX_FILLER:
        message = f"no ID3 tag has {length} bytes"
        raise ValueError(message)
    padding = length - MIN_FILLER
    size = bytes((padding >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + bytes(padding)


def _encode(value: str, codec: str, room: int) -> bytes:
    """``value`` on one line, without the two characters that would end it early."""
    harmless = printable(value).replace("';", "' ;")
    encoded = harmless.encode(codec, "replace")
    if len(encoded) <= room:
        return encoded
    return encoded[:room].decode(codec, "ignore").encode(codec, "replace")
