"""EBML: the binary tree that Matroska and WebM are made of."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_ID_BYTES = 4
_MAX_SIZE_BYTES = 8
_FLOATS = {4: ">f", 8: ">d"}


@dataclass(frozen=True, slots=True)
class ElementHead:
    """The id and size of an element. ``size`` None: unknown, it ends where it must.

    ``id`` is 0 where the bytes are no element head; ``id_length`` of the
    ``length`` bytes of the head are the id.
    """

    id: int
    size: int | None
    id_length: int
    length: int


_NO_HEAD = ElementHead(0, 0, 0, 0)


def read_head(buffer: bytes | bytearray, at: int) -> ElementHead | None:
    """The head of the element at ``at``; None: more bytes are needed."""
    if at >= len(buffer):
        return None
    id_length = 9 - buffer[at].bit_length()
    if id_length > _MAX_ID_BYTES:
        return _NO_HEAD
    size_at = at + id_length
    if size_at >= len(buffer):
        return None
    size_length = 9 - buffer[size_at].bit_length()
    if size_length > _MAX_SIZE_BYTES:
        return _NO_HEAD
    end = size_at + size_length
    if end > len(buffer):
        return None
    value_mask = (1 << 7 * size_length) - 1
    size = int.from_bytes(buffer[size_at:end], "big") & value_mask
    return ElementHead(
        id=int.from_bytes(buffer[at:size_at], "big"),
        size=None if size == value_mask else size,
        id_length=id_length,
        length=end - at,
    )


def with_unknown_size(head: bytes) -> bytes:
    """The same element head, as long as before, with its size made unknown."""
    element = read_head(head, 0)
    if element is None or not element.id:
        return head
    size_length = element.length - element.id_length
    unknown = (1 << 7 * size_length + 1) - 1
    return head[: element.id_length] + unknown.to_bytes(size_length, "big") + head[element.length :]


def children(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole elements in ``data``, id and content, as far as they are sound.

    An element of unknown size, or cut off, is given with all that is left.
    """
    at = 0
    while head := read_head(data, at):
        if not head.id:
            return
        begin = at + head.length
        at = len(data) if head.size is None else begin + head.size
        yield head.id, data[begin:at]


def unsigned(content: bytes) -> int:
    """The number that an element's content is; 0: too long to be one."""
    return int.from_bytes(content, "big") if len(content) <= _MAX_SIZE_BYTES else 0


def real(content: bytes) -> float:
    """The floating-point number that an element's content is; 0.0: it is none."""
    layout = _FLOATS.get(len(content))
    return float(struct.unpack(layout, content)[0]) if layout else 0.0


def text(content: bytes) -> str:
    """The text that an element's content is."""
    return content.partition(b"\0")[0].decode(errors="replace").strip()
