"""What is on air, on its way to the listeners: mended where one source follows another.

Rules of this file:

- something may always follow, if only the same encoder that takes over its own
  session: what a seam must know is noted from the first chunk on;
- a source that is entered in the middle begins at a sync point: what comes before
  the first one is not written;
- who listens goes on from one source to the next until ``end``.
"""

from typing import TYPE_CHECKING

from tinyice.core.backlog import NEVER, cut
from tinyice.core.feeds import Feeds
from tinyice.core.source import Source
from tinyice.formats.base import Chunk, FormatKind
from tinyice.formats.frozen import State

if TYPE_CHECKING:
    from tinyice.formats.seam import Seam


class Programme:
    """Writes the chunks of one source after the other to the feeds of a mount."""

    __slots__ = (
        "_begins",
        "_feeds",
        "_is_entered",
        "_opens",
        "_seam",
        "headers",
        "written_at",
    )

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._seam: Seam | None = None
        self._opens = True
        self._begins = True
        self._is_entered = True
        self.headers = b""
        """The stream headers in force, as the source has brought them."""
        self.written_at = NEVER
        """When the last chunk was written."""

    @property
    def goes_on(self) -> bool:
        """Whether who listens now is to hear the next source, too."""
        return self._seam is not None

    def closing(self) -> bytes:
        """What properly ends the source on air, where another is to follow."""
        return b"" if self._seam is None else self._seam.close()

    def begin(self, headers: bytes, *, is_whole: bool, is_stale: bool) -> None:
        """Another source is on air, with these stream headers in force before its first chunk.

        ``is_whole``: it is entered at its beginning. ``is_stale``: what was written
        before is too old for newcomers.
        """
        self.headers = headers
        self._opens = True
        self._begins = self._is_entered = is_whole
        if self._seam is None:
            self._feeds.begin_session(headers)
        elif is_stale:
            self._feeds.begin_session(None)

    def begin_anew(self) -> None:
        """The source that is on air is nothing for who listened before: they are gone."""
        self._seam = None
        self._opens = True
        self._feeds.begin_session(self.headers)

    def end(self) -> None:
        """Who listens is let go; nobody hears what follows."""
        self._seam = None

    def mend(self, chunk: Chunk, source: Source) -> Chunk | None:
        """``chunk`` of the ``source`` as it is to be written; None: not at all."""
        headers = self.headers
        if chunk.headers is not None:
            self.headers = chunk.headers
        if not self._is_entered:
            if not chunk.sync_points:
                return None
            self._is_entered = True
            chunk = cut(chunk, chunk.sync_points[0])
        if self._opens:
            self._opens = False
            self._open(source, headers)
        return chunk if self._seam is None else self._seam.mend(chunk)

    def freeze(self) -> State:
        """Where it stands; see ``formats/frozen.py``."""
        seam = None
        if self._seam is not None:
            from tinyice.formats.seam import frozen_seam  # noqa: PLC0415

            seam = frozen_seam(self._seam)
        return {
            "seam": seam,
            "opens": self._opens,
            "is_entered": self._is_entered,
            "headers": self.headers,
            # Of a mount that never wrote anything there is no moment.
            "written_at": None if self.written_at == NEVER else self.written_at,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        if state["seam"] is not None:
            from tinyice.formats.seam import thaw_seam  # noqa: PLC0415

            self._seam = thaw_seam(state["seam"])
        self._opens, self._is_entered = state["opens"], state["is_entered"]
        self.headers = state["headers"]
        self.written_at = NEVER if state["written_at"] is None else state["written_at"]

    def _open(self, source: Source, headers: bytes) -> None:
        # Loaded by the first mount that is fed.
        from tinyice.formats.seam import open_seam  # noqa: PLC0415

        kind = FormatKind.RAW if source.stream is None else source.stream.kind
        self._seam = open_seam(kind, headers, after=self._seam, begins=self._begins)
