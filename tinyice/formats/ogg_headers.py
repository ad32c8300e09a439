"""The headers of one logical Ogg stream, packet by packet."""

from collections.abc import Mapping
from dataclasses import astuple

from tinyice.formats.frozen import State
from tinyice.formats.ogg_codec import OggCodec, codec_of
from tinyice.formats.ogg_page import Page
from tinyice.formats.vorbis_comment import parse_comment

MAX_PACKET_BYTES = 64 * 1024
"""So much of a header packet is looked at (a cover picture may be longer)."""


class StreamHeaders:
    """Follows a logical stream from its first page to the end of its headers.

    ``met_audio``: headers were expected still, but the newest page has audio.
    """

    def __init__(self) -> None:
        self.codec = OggCodec()
        self.is_complete = False
        self.met_audio = False
        self.tags: Mapping[str, str] | None = None
        self.last_page = 0
        """The number of the newest page."""
        self._packet = bytearray()
        self._number = 0

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "codec": list(astuple(self.codec)),
            "is_complete": self.is_complete,
            "met_audio": self.met_audio,
            "tags": None if self.tags is None else dict(self.tags),
            "last_page": self.last_page,
            "packet": bytes(self._packet),
            "number": self._number,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self.codec = OggCodec(*state["codec"])
        self.is_complete = state["is_complete"]
        self.met_audio = state["met_audio"]
        self.tags = state["tags"]
        self.last_page = state["last_page"]
        self._packet = bytearray(state["packet"])
        self._number = state["number"]

    def take(self, page: Page) -> None:
        """Take the next page of this stream, while the headers are not complete."""
        self.last_page = page.sequence
        if not page.is_continued:
            self._packet.clear()
        for piece, ends in page.packets():
            self._packet += piece[: MAX_PACKET_BYTES - len(self._packet)]
            if self.codec.is_audio(self._packet) and not self.is_complete:
                self.met_audio = True
            if ends:
                self._end_packet(bytes(self._packet))
                self._packet.clear()
        if page.granule > 0 and not (self.is_complete or page.is_first):
            self.met_audio = True
        self.is_complete = self.is_complete or self.met_audio

    def _end_packet(self, packet: bytes) -> None:
        self._number += 1
        if self._number == 1:
            self.codec = codec_of(packet)
        elif not self.is_complete:
            comment = self.codec.comment(packet)
            if comment is not None and self.tags is None:
                self.tags = parse_comment(comment)
        if self.codec.is_last_header(packet, self._number):
            self.is_complete = True
