"""The seam of Ogg: one chained link after the other, each with numbers of its own.

Rules of this file:

- a programme entered in the middle gets its headers in front, and until the end
  of that link a new serial, page numbers that follow upon the headers' and
  granule positions from zero; links that begin later pass as they are;
- a serial that was in use before the programme is never used again;
- what was lost on the way stays lost: gaps in the page numbers remain;
- in a link of several logical streams the granule positions stay, because
  those of a video are no plain numbers, and must fit those of the sound.

RFC 3533 has the page; the checksum is adjusted, not counted again.
"""

import zlib
from collections.abc import Iterable, Iterator

from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State
from tinyice.formats.ogg_line import Line
from tinyice.formats.ogg_page import CAPTURE, Page, has_sound_checksum, page_length

_SERIALS_KEPT = 64


class OggSeam:
    """Renumbers what would clash, and ends what is left open."""

    name = "ogg"

    def __init__(
        self, headers: bytes = b"", *, used: Iterable[int] = (), enters: bool = False
    ) -> None:
        """``enters``: listeners have heard something else; else they know the headers."""
        self._used = list(used)[-_SERIALS_KEPT:]
        """Serials of the programmes before, and those made up here."""
        self._own: list[int] = []
        self._lines: dict[int, Line] = {}
        self._in_first_pages = True
        self._opening = b""
        if enters:
            self._opening = self._enter(headers)
        else:
            self._follow(headers)

    @property
    def used(self) -> list[int]:
        """The serials that the next programme must not use."""
        return [*self._used, *self._own]

    def mend(self, chunk: Chunk) -> Chunk:
        """The chunk with its pages renumbered; the first one behind the headers."""
        data, before = b"".join(map(self._mended, _units(chunk.data))), self._opening
        self._opening = b""
        headers = chunk.headers and self._with_serials(chunk.headers)
        if not before:
            return Chunk(data, chunk.sync_points, chunk.seconds, headers, chunk.tags)
        in_force = before if headers is None else headers
        return Chunk(before + data, (), chunk.seconds, in_force, chunk.tags)

    def close(self) -> bytes:
        """An empty last page for each logical stream that has none."""
        return b"".join(line.end() for line in self._lines.values())

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "used": list(self._used),
            "own": list(self._own),
            "lines": [[serial, line.freeze()] for serial, line in self._lines.items()],
            "in_first_pages": self._in_first_pages,
            "opening": self._opening,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._used, self._own = list(state["used"]), list(state["own"])
        for serial, frozen in state["lines"]:
            self._lines[serial] = Line(serial)
            self._lines[serial].thaw(frozen)
        self._in_first_pages = state["in_first_pages"]
        self._opening = state["opening"]

    def _enter(self, headers: bytes) -> bytes:
        """The headers under new serials; from now on the audio behind them is expected."""
        pages = [Page(unit) for unit in _units(headers) if _is_page(unit)]
        for page in pages:
            if page.is_first:
                self._lines[page.serial] = Line(self._unused(page.serial))
        known = [page for page in pages if page.serial in self._lines]
        renumbered = b"".join(self._lines[page.serial].take_header(page) for page in known)
        for line in self._lines.values():
            line.begin_audio(is_alone=len(self._lines) == 1)
        self._in_first_pages = not pages
        return renumbered

    def _follow(self, headers: bytes) -> None:
        """Note the streams that go on behind these headers."""
        for unit in _units(headers):
            self._mended(unit)

    def _mended(self, unit: bytes) -> bytes:
        if not _is_page(unit):
            return unit
        page = Page(unit)
        if not page.is_first:
            self._in_first_pages = False
        elif has_sound_checksum(unit):
            self._begin(page.serial)
        line = self._lines.get(page.serial)
        return unit if line is None else line.take(page)

    def _begin(self, serial: int) -> None:
        """A logical stream begins."""
        if not self._in_first_pages:
            self._lines.clear()
            self._in_first_pages = True
        written = self._unused(serial) if serial in self._used else serial
        self._lines[serial] = Line(written)
        self._own = [*self._own, written][-_SERIALS_KEPT:]

    def _unused(self, serial: int) -> int:
        known = {serial, *self.used}
        while serial in known:
            serial = zlib.crc32(serial.to_bytes(4, "little"), len(known))
        self._used.append(serial)
        return serial

    def _with_serials(self, headers: bytes) -> bytes:
        """Stream headers as those need them who join behind this seam."""
        pages = (Page(unit) for unit in _units(headers))
        lines = self._lines
        return b"".join(
            lines[page.serial].with_serial(page) if page.serial in lines else page.raw
            for page in pages
        )


def _is_page(unit: bytes) -> bool:
    return page_length(unit, 0) == len(unit)


def _units(data: bytes) -> Iterator[bytes]:
    """The pages, and what stands between them."""
    at, garbage = 0, 0
    while at < len(data):
        length = page_length(data, at)
        if length and at + length <= len(data):
            if garbage < at:
                yield data[garbage:at]
            yield data[at : at + length]
            at = garbage = at + length
        else:
            found = data.find(CAPTURE, at + 1)
            at = found if found >= 0 else len(data)
    if garbage < at:
        yield data[garbage:at]
