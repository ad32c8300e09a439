"""Seams: what is written where one programme gives way to another.

Players that heard the end of one programme must be able to decode the next one
straight through. Rules of this file and of the seams:

- a programme that is entered at its very beginning comes through byte for byte
  (but for an Ogg serial that was in use on this mount before, and for tags
  and tables in front of the sound of MPEG audio or AAC); the same holds
  for the first programme of a mount, wherever it is entered: behind what
  listeners hear already, or headers that they get when they join;
- the first chunk given to ``mend`` begins at a sync point, or at the very
  beginning of the stream; after it all chunks come, in order;
- no transport, no clock, no log; a seam never raises, whatever it is given;
- what a seam knows can be frozen and thawed elsewhere.
"""

from typing import Protocol

from tinyice.formats.base import Chunk, FormatKind
from tinyice.formats.frozen import State
from tinyice.formats.seam_adts import AdtsSeam
from tinyice.formats.seam_matroska import MatroskaSeam
from tinyice.formats.seam_mpeg import MpegSeam
from tinyice.formats.seam_ogg import OggSeam


class Seam(Protocol):
    """Makes one programme decodable behind another: from its first chunk to the next switch."""

    @property
    def name(self) -> str:
        """Which seam it is, for ``thaw_seam``."""

    def mend(self, chunk: Chunk) -> Chunk:
        """The chunk as it is to be written.

        Where stream headers have to be written before it, they lead its data,
        it has no sync points, and ``headers`` says what is in force behind it.
        """

    def close(self) -> bytes:
        """What ends the logical stream when the programme is left where it stands.

        An Ogg page with EOS; b"" where nothing is needed. Written without sync points.
        """

    def freeze(self) -> State:
        """What it knows; see ``formats/frozen.py``."""

    def thaw(self, state: State) -> None:
        """Go on from ``state``; the seam is a fresh one."""


class PlainSeam:
    """Nothing needs to be done: the first programme, or a stream of unknown units."""

    name = "plain"

    def mend(self, chunk: Chunk) -> Chunk:
        """The chunk itself."""
        return chunk

    def close(self) -> bytes:
        """Nothing."""
        return b""

    def freeze(self) -> State:
        """Nothing: it keeps nothing."""
        return {}

    def thaw(self, state: State) -> None:
        """There is nothing to go on from."""


_SEAMS: tuple[type[Seam], ...] = (PlainSeam, MpegSeam, AdtsSeam, OggSeam, MatroskaSeam)


def open_seam(kind: FormatKind, headers: bytes, *, after: Seam | None, begins: bool = True) -> Seam:
    """The seam for a programme that follows upon another.

    ``headers``: the stream headers in force before its first chunk (b"": the
    chunk brings its own, or none are needed). ``after``: the seam of the
    programme before, on the same mount (None: there was none, and whoever is
    there has the headers). ``begins``: the first chunk is the very beginning of
    the programme, not a piece out of it.
    """
    enters = after is not None
    match kind:
        case FormatKind.OGG:
            used = after.used if isinstance(after, OggSeam) else ()
            return OggSeam(headers, used=used, enters=enters)
        case FormatKind.MATROSKA:
            before = after if isinstance(after, MatroskaSeam) else None
            return MatroskaSeam(headers, after=before, enters=enters)
        case FormatKind.MPEG if enters:
            return MpegSeam(begins=begins)
        case FormatKind.ADTS if enters:
            return AdtsSeam(begins=begins)
    return PlainSeam()


def frozen_seam(seam: Seam) -> State:
    """What ``thaw_seam`` makes the same seam of."""
    return {"name": seam.name, "state": seam.freeze()}


def thaw_seam(state: State) -> Seam:
    """The seam that goes on where another one was frozen."""
    seam = next(each() for each in _SEAMS if each.name == state["name"])
    seam.thaw(state["state"])
    return seam
