"""Feed a framer piece by piece and see what a mount would see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from tinyice.formats.base import Framer


@dataclass(slots=True)
class Fed:
    """All that a framer gave: ``joins`` are absolute offsets, each with its stream headers."""

    data: bytes = b""
    joins: list[tuple[int, bytes]] = field(default_factory=list)
    seconds: float = 0.0
    tags: list[Mapping[str, str]] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)
    most_held: int = 0

    @property
    def offsets(self) -> list[int]:
        """The sync points."""
        return [offset for offset, _ in self.joins]


def feed_all(framer: Framer, pieces: Iterable[bytes]) -> Fed:
    """Feed every piece, holding each chunk against what any framer promises."""
    fed, given, out = Fed(), 0, bytearray()
    headers = b""
    for piece in pieces:
        given += len(piece)
        for chunk in framer.feed(piece):
            assert chunk.data
            assert all(a < b for a, b in pairwise((-1, *chunk.sync_points, len(chunk.data))))
            assert chunk.seconds >= 0
            fed.joins += [(len(out) + point, headers) for point in chunk.sync_points]
            out += chunk.data
            fed.seconds += chunk.seconds
            if chunk.tags is not None:
                fed.tags.append(chunk.tags)
            if chunk.headers is not None:
                headers = chunk.headers
                fed.headers.append(headers)
        fed.most_held = max(fed.most_held, given - len(out))
    fed.data = bytes(out)
    return fed


def pieces_of(data: bytes, size: int) -> Iterator[bytes]:
    """Cut ``data`` into pieces of ``size``."""
    return (data[at : at + size] for at in range(0, len(data), size))


def split_at(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """Cut ``data`` at the given places (taken modulo its length)."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(places)]
