"""Ogg with any codec: whole pages, headers for those who join late, chained links."""

from tinyice.formats.base import AudioInfo, Chunk, FormatKind
from tinyice.formats.draft import Draft
from tinyice.formats.frozen import State
from tinyice.formats.ogg_chain import Chain
from tinyice.formats.ogg_page import Page
from tinyice.formats.ogg_scan import PageScanner


class OggFramer:
    """The framer of Ogg: Vorbis, Opus, FLAC, Speex; unknown codecs by their pages."""

    kind = FormatKind.OGG
    needs_headers = True

    def __init__(self) -> None:
        self._scanner = PageScanner()
        self._chain = Chain()
        self._draft = Draft()
        self._info = AudioInfo()

    @property
    def info(self) -> AudioInfo:
        """What the headers of the newest link say, once they are complete."""
        return self._info

    def feed(self, data: bytes) -> list[Chunk]:
        """Take the next bytes; give their pages, header pages in chunks of their own."""
        for piece in self._scanner.feed(data):
            if isinstance(piece, Page):
                self._take(piece)
            else:
                self._draft.add(piece)
        self._draft.finish()
        return self._draft.take_chunks()

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "scanner": self._scanner.freeze(),
            "chain": self._chain.freeze(),
            "info": self._info.freeze(),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._scanner.thaw(state["scanner"])
        self._chain.thaw(state["chain"])
        self._info = AudioInfo(*state["info"])

    def _take(self, page: Page) -> None:
        if self._chain.ends_with(page):
            self._chain = Chain()
        if page.is_first:
            self._draft.finish()
        step = self._chain.take(page)
        self._draft.add(page.raw, may_join=step.may_join, seconds=step.seconds)
        if step.headers is not None:
            self._info = self._chain.info
        if step.headers is not None or step.tags is not None:
            self._draft.finish(step.headers, step.tags)
