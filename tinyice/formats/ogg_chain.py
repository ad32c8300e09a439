"""One chain link of an Ogg stream: the logical streams that begin together.

Rules of this file:

- the headers of a link are the header pages of all its logical streams, in
  order of arrival; nobody can join before they are complete;
- a listener may join at a page of the first audio stream (of any stream where
  none is known) that does not begin with the rest of a packet;
- a link with headers over ``MAX_HEADER_BYTES`` plays on for those who listen,
  but can't be joined.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tinyice.formats.base import AudioInfo
from tinyice.formats.frozen import State
from tinyice.formats.ogg_headers import StreamHeaders
from tinyice.formats.ogg_page import Page
from tinyice.formats.ogg_time import GranuleTime

MAX_HEADER_BYTES = 1024 * 1024
MAX_STREAMS = 16


@dataclass(frozen=True, slots=True)
class Step:
    """What one page means.

    ``headers``: complete with this page, in force from the next one on.
    """

    may_join: bool = False
    seconds: float = 0.0
    headers: bytes | None = None
    tags: Mapping[str, str] | None = None


class Chain:
    """Follows the pages of one link."""

    def __init__(self) -> None:
        self._streams: dict[int, StreamHeaders] = {}
        self._headers = bytearray()
        self._in_first_pages = True
        self._complete = False
        self._joinable = True
        self._main: int | None = None
        self._time = GranuleTime(0, 0)
        self.info = AudioInfo()

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "streams": [[serial, stream.freeze()] for serial, stream in self._streams.items()],
            "headers": bytes(self._headers),
            "in_first_pages": self._in_first_pages,
            "complete": self._complete,
            "joinable": self._joinable,
            "main": self._main,
            "time": self._time.freeze(),
            "info": self.info.freeze(),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        for serial, frozen in state["streams"]:
            self._streams[serial] = StreamHeaders()
            self._streams[serial].thaw(frozen)
        self._headers = bytearray(state["headers"])
        self._in_first_pages = state["in_first_pages"]
        self._complete = state["complete"]
        self._joinable = state["joinable"]
        self._main = state["main"]
        self._time.thaw(state["time"])
        self.info = AudioInfo(*state["info"])

    def ends_with(self, page: Page) -> bool:
        """Whether ``page`` begins the next link."""
        return page.is_first and (not self._in_first_pages or page.serial in self._streams)

    def take(self, page: Page) -> Step:
        """Take the next page of this link."""
        if page.is_first:
            self._add_stream(page.serial)
        else:
            self._in_first_pages = False
        stream = self._streams.get(page.serial)
        if stream is None:
            return Step()
        if self._complete:
            return self._take_audio(page)
        return Step() if stream.is_complete else self._take_header(stream, page)

    def _add_stream(self, serial: int) -> None:
        if len(self._streams) < MAX_STREAMS:
            self._streams[serial] = StreamHeaders()
            self._complete = False

    def _take_audio(self, page: Page) -> Step:
        is_main = self._main is None or page.serial == self._main
        if not is_main:
            return Step()
        return Step(
            may_join=self._joinable and not page.is_continued,
            seconds=self._time.advance(page),
        )

    def _take_header(self, stream: StreamHeaders, page: Page) -> Step:
        known = stream.tags
        stream.take(page)
        if not stream.met_audio:
            self._keep(page)
        tags = stream.tags if known is None else None
        if not all(each.is_complete for each in self._streams.values()):
            return Step(tags=tags)
        self._finish()
        return Step(headers=bytes(self._headers) if self._joinable else None, tags=tags)

    def _keep(self, page: Page) -> None:
        self._joinable = self._joinable and len(self._headers) + len(page.raw) <= MAX_HEADER_BYTES
        if self._joinable:
            self._headers += page.raw

    def _finish(self) -> None:
        self._complete = True
        for serial, stream in self._streams.items():
            codec = stream.codec
            if codec.rate:
                self._main = serial
                self._time = GranuleTime(codec.rate, codec.skipped, headers_end=stream.last_page)
                self.info = AudioInfo(codec.bitrate, codec.rate, codec.channels, codec.name)
                break
