"""One logical Ogg stream as it is written: its serial, page numbers, granule positions."""

from tinyice.formats.frozen import State
from tinyice.formats.ogg_codec import codec_of
from tinyice.formats.ogg_page import Page, end_page, renumbered
from tinyice.formats.ogg_samples import HEAD_BYTES, PacketSamples

_SEQUENCES = 0xFFFF_FFFF


class Line:
    """Renumbers the pages of one logical stream, where that is needed."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self._next = 0
        """The number of the next page."""
        self._granule = 0
        self._is_ended = False
        self._shift: int | None = 0
        """What is added to page numbers; None: the first page of audio is still to come."""
        self._offset = 0
        """What is taken from granule positions."""
        self._samples: PacketSamples | None = None
        """Counts, until the first granule position has come."""
        self._counted = 0
        self._headers: list[bytes] = []
        self._packet = b""

    def take_header(self, page: Page) -> bytes:
        """The next page of the headers, before ``begin_audio``."""
        for piece, ends in page.packets():
            self._packet += piece
            if ends:
                self._headers.append(self._packet)
                self._packet = b""
        sequence, self._next = self._next, self._next + 1
        return renumbered(page.raw, granule=page.granule, serial=self._serial, sequence=sequence)

    def begin_audio(self, *, is_alone: bool) -> None:
        """The headers are complete, and pages of audio follow from somewhere in the stream."""
        headers, self._headers, self._packet = self._headers, [], b""
        self._shift = None
        if is_alone and headers:
            samples = PacketSamples(codec_of(headers[0]).name, headers)
            self._samples = samples if samples.are_known else None

    def take(self, page: Page) -> bytes:
        """The next page, as it is to be written."""
        if self._shift is None:
            self._shift = self._next - page.sequence
        sequence = page.sequence + self._shift & _SEQUENCES
        told = page.granule
        if self._samples is not None:
            self._count(self._samples, page, told)
        granule = max(0, told - self._offset) if told >= 0 else told
        self._next = sequence + 1 & _SEQUENCES
        self._granule = granule if granule >= 0 else self._granule
        self._is_ended = self._is_ended or page.is_last
        if page.serial == self._serial and not self._shift and granule == told:
            return page.raw
        return renumbered(page.raw, granule=granule, serial=self._serial, sequence=sequence)

    def with_serial(self, page: Page) -> bytes:
        """A page with the serial that is written, and all else as it is."""
        return renumbered(
            page.raw, granule=page.granule, serial=self._serial, sequence=page.sequence
        )

    def end(self) -> bytes:
        """A page that ends the stream, if it has begun and has no such page yet."""
        if self._is_ended or not self._next:
            return b""
        self._is_ended = True
        return end_page(granule=self._granule, serial=self._serial, sequence=self._next)

    def freeze(self) -> State:
        """See ``formats/frozen.py``; the headers are complete."""
        return {
            "serial": self._serial,
            "next": self._next,
            "granule": self._granule,
            "is_ended": self._is_ended,
            "shift": self._shift,
            "offset": self._offset,
            "samples": None if self._samples is None else self._samples.freeze(),
            "counted": self._counted,
            "packet": self._packet,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._serial, self._next = state["serial"], state["next"]
        self._granule, self._is_ended = state["granule"], state["is_ended"]
        self._shift, self._offset = state["shift"], state["offset"]
        if state["samples"] is not None:
            self._samples = PacketSamples()
            self._samples.thaw(state["samples"])
        self._counted, self._packet = state["counted"], state["packet"]

    def _count(self, samples: PacketSamples, page: Page, granule: int) -> None:
        """Find out how much lies before the first page whose granule position is told."""
        for piece, ends in page.packets():
            self._packet += piece[: HEAD_BYTES - len(self._packet)]
            if ends:
                self._counted += samples.of(self._packet)
                self._packet = b""
        if granule >= 0:
            self._offset = max(0, granule - self._counted)
            self._samples, self._packet = None, b""
