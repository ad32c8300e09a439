"""What an upstream sends again that was heard before the line was lost.

A server gives everybody who comes a burst of the last seconds. Where the stream
itself tells what of that is old, nobody hears it twice.
"""

from collections.abc import Sequence
from itertools import accumulate

from tinyice.core.backlog import cut
from tinyice.formats.base import Chunk

TAIL_BYTES = 256
"""So many of the last bytes of a stream are known again."""


def tail_of(before: bytes, data: bytes) -> bytes:
    """The last bytes of a stream of which ``data`` came after those of ``before``."""
    return data[-TAIL_BYTES:] if len(data) >= TAIL_BYTES else (before + data)[-TAIL_BYTES:]


def unheard(chunks: Sequence[Chunk], tail: bytes) -> tuple[Chunk, ...]:
    """``chunks`` from the unit on in which a stream was left whose last bytes were ``tail``.

    All of them where those bytes do not occur, and where stream headers come with them.
    """
    if len(tail) < TAIL_BYTES or any(chunk.headers is not None for chunk in chunks):
        return tuple(chunks)
    at = b"".join(chunk.data for chunk in chunks).rfind(tail)
    if at < 0:
        return tuple(chunks)
    left = at + len(tail)
    ends = accumulate(len(chunk.data) for chunk in chunks)
    for index, (chunk, end) in enumerate(zip(chunks, ends, strict=True)):
        if left < end:
            within = left - (end - len(chunk.data))
            points = [point for point in chunk.sync_points if point <= within]
            first = cut(chunk, points[-1]) if points else chunk
            return (first, *chunks[index + 1 :])
    return ()
