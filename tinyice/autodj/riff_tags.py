"""The words of a WAV file's LIST INFO (RIFF, Microsoft 1991), which mutagen does not read.

In the child only.
"""

from struct import Struct
from typing import BinaryIO

from tinyice.autodj.tag_words import mended

NAMES = {
    b"INAM": "title",
    b"IART": "artist",
    b"IPRD": "album",
    b"IGNR": "genre",
    b"ICRD": "year",
    b"IPRT": "number",
    b"ITRK": "number",
}
CHUNKS_MAX = 64
INFO_BYTES_MAX = 64 * 1024
_CHUNK = Struct("<4sI")


def riff_words(file: BinaryIO, assumed: str = "") -> dict[str, list[object]]:
    """What ``file`` says, by our names; {}: nothing, or it is no WAV file.

    ``assumed``: the charset of words that are no UTF-8.
    """
    found: dict[str, list[object]] = {}
    if file.read(4) not in (b"RIFF", b"RF64") or file.read(8)[4:] != b"WAVE":
        return found
    for _ in range(CHUNKS_MAX):
        head = file.read(_CHUNK.size)
        if len(head) < _CHUNK.size:
            break
        kind, size = _CHUNK.unpack(head)
        behind = file.tell() + size + size % 2
        if kind == b"LIST" and 4 <= size <= INFO_BYTES_MAX and file.read(4) == b"INFO":
            _read(file.read(size - 4), assumed, found)
        file.seek(behind)
    return found


def _read(data: bytes, assumed: str, found: dict[str, list[object]]) -> None:
    at = 0
    while at + _CHUNK.size <= len(data):
        kind, size = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        text = data[at : at + size].split(b"\0")[0].strip()
        name = NAMES.get(kind)
        if name is not None and text:
            found.setdefault(name, []).append(mended(text.decode("latin-1"), assumed))
        at += size + size % 2
