"""Programmes cut into units, and played one after the other through seams."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from tinyice.formats.base import Chunk, FormatKind, Framer
from tinyice.formats.seam import PlainSeam, Seam, frozen_seam, open_seam, thaw_seam


class Unit(NamedTuple):
    """A chunk that begins at a sync point, or has none, and the headers in force before it."""

    headers: bytes
    chunk: Chunk


class Piece(NamedTuple):
    """What is played of a programme before it is left."""

    units: list[Unit]
    begins: bool = False


def units_of(framer: Framer, data: bytes, size: int = 4096) -> list[Unit]:
    """The whole programme, cut at every sync point."""
    units, headers = [], b""
    for start in range(0, len(data), size):
        for chunk in framer.feed(data[start : start + size]):
            places = sorted({0, *chunk.sync_points, len(chunk.data)})
            for at, end in pairwise(places):
                is_last = end == len(chunk.data)
                points = (0,) if at in chunk.sync_points else ()
                part = Chunk(chunk.data[at:end], points, headers=chunk.headers if is_last else None)
                units.append(Unit(headers, part))
            headers = headers if chunk.headers is None else chunk.headers
    return units


def entries(units: list[Unit], *, needs_headers: bool) -> list[int]:
    """Where somebody may come in who was not there from the beginning."""
    return [
        at
        for at, unit in enumerate(units)
        if at and unit.chunk.sync_points and (unit.headers or not needs_headers)
    ]


def carried(seam: Seam) -> Seam:
    """The seam as it goes on in another process."""
    frozen = msgspec.msgpack.encode(frozen_seam(seam))
    return thaw_seam(msgspec.msgpack.decode(frozen, type=dict[str, Any]))


def play(
    kind: FormatKind, pieces: Iterable[Piece], *, hands_over: bool = False
) -> tuple[list[Chunk], list[bytes]]:
    """The chunks as they are written, and for each piece its bytes with what ends it.

    A first piece that is entered in the middle follows upon something else.
    """
    pieces = tuple(pieces)
    seam: Seam | None = None if pieces[0].begins else PlainSeam()
    chunks: list[Chunk] = []
    spans: list[bytes] = []
    for piece in pieces:
        if seam is not None and spans:
            spans[-1] += seam.close()
        headers = b"" if piece.begins else piece.units[0].headers
        seam = open_seam(kind, headers, after=seam, begins=piece.begins)
        spans.append(b"")
        for unit in piece.units:
            seam = carried(seam) if hands_over else seam
            chunk = seam.mend(unit.chunk)
            chunks.append(chunk)
            spans[-1] += chunk.data
    if seam is not None:
        spans[-1] += seam.close()
    return chunks, spans
