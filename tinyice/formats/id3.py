"""How long the ID3 tags are that stand between audio frames."""

MAX_TAG_BYTES = 16 * 1024 * 1024
"""A longer ID3v2 tag is not believed."""

_V2_HEAD_BYTES = 10
_V1_BYTES = 128
_FOOTER_FLAG = 0x10


def tag_length(data: bytes | bytearray, at: int) -> int | None:
    """Length of the tag that begins at ``at``; 0: no tag, None: more bytes are needed."""
    head = bytes(data[at : at + _V2_HEAD_BYTES])
    if head.startswith(b"TAG"):
        return _V1_BYTES
    if not head.startswith(b"ID3"):
        return None if b"ID3".startswith(head) or b"TAG".startswith(head) else 0
    if len(head) < _V2_HEAD_BYTES:
        return None
    return _v2_length(head)


def _v2_length(head: bytes) -> int:
    if 0xFF in head[3:5] or max(head[6:]) & 0x80:
        return 0
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte
    size += _V2_HEAD_BYTES * (2 if head[5] & _FOOTER_FLAG else 1)
    return size if size <= MAX_TAG_BYTES else 0
