"""The comments of Vorbis, Opus, FLAC and Speex: what plays."""

from collections.abc import Mapping

MAX_COMMENTS = 256
MAX_TAGS = 64
MAX_VALUE_BYTES = 4096

_PICTURES = frozenset(("metadata_block_picture", "coverart", "coverartmime"))


def parse_comment(comment: bytes) -> Mapping[str, str]:
    """The tags of a comment, keys in lower case, repeated ones joined by a comma.

    Never raises: reads as far as the comment is sound, and no further than the
    limits of this module. Pictures and longer values are left out.
    """
    tags: dict[str, str] = {}
    for entry in _entries(comment):
        name, equals, value = entry.partition(b"=")
        key = _text(name).lower()
        if not equals or not key.isprintable() or key in _PICTURES:
            continue
        text = _text(value).replace("\0", "").strip()
        if text and (key in tags or len(tags) < MAX_TAGS):
            joined = f"{tags[key]}, {text}" if key in tags else text
            tags[key] = joined if len(joined) <= MAX_VALUE_BYTES else tags.get(key, text)
    return tags


def _entries(comment: bytes) -> list[bytes]:
    at = 4 + int.from_bytes(comment[:4], "little")
    count = int.from_bytes(comment[at : at + 4], "little")
    at += 4
    entries = []
    for _ in range(min(count, MAX_COMMENTS)):
        begin = at + 4
        at = begin + int.from_bytes(comment[at:begin], "little")
        if at > len(comment) or begin > len(comment):
            break
        if at - begin <= MAX_VALUE_BYTES:
            entries.append(comment[begin:at])
    return entries


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
