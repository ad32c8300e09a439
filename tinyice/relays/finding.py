"""Finding the audio in what an upstream sends, before a mount is given any of it."""

from tinyice.core.backlog import Backlog
from tinyice.core.tags import Tags
from tinyice.formats.base import Framer
from tinyice.formats.detect import framer_for

HELD_BYTES = 512 * 1024
"""Who sends so much without a place where a listener may begin sends no audio."""


class Proof:
    """Frames a stream, and keeps its beginning and what came lately, until it is wanted."""

    def __init__(self, content_type: str) -> None:
        self._content_type = content_type
        self._start = b""
        self.framer: Framer | None = None
        self.beginning: bytearray | None = bytearray()
        """The whole stream so far; None: it is too long for that by now."""
        self.backlog = Backlog()
        """What came lately, for those who go on from another stream."""
        self.tags: Tags | None = None
        """What the stream itself says that it plays."""
        self.found_at: float | None = None
        """Since when a listener could begin in it; None: there is no place yet."""

    @property
    def is_hopeless(self) -> bool:
        """Whether so much came that nothing will be found any more."""
        return self.found_at is None and self.beginning is None

    def feed(self, data: bytes, now: float) -> None:
        """The next bytes of the stream."""
        if self.beginning is not None:
            self.beginning += data
            if len(self.beginning) > HELD_BYTES:
                self.beginning = None
        if self.framer is None:
            self._start += data
            self.framer = framer_for(self._content_type, self._start)
            data, self._start = self._start, b""
        if self.framer is None:
            self._start = data
            return
        for chunk in self.framer.feed(data):
            self.backlog.add(chunk, now)
            if chunk.tags is not None:
                artist, title = chunk.tags.get("artist", ""), chunk.tags.get("title", "")
                self.tags = Tags(artist=artist, title=title)
            # what has no frames where there should be some may be joined anywhere, and is noise
            is_audio = chunk.seconds > 0 or not self.framer.kind.is_frame_stream
            if chunk.sync_points and is_audio and self.found_at is None:
                self.found_at = now
