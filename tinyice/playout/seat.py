"""One looped programme on one mount: an input that waits, and plays when it is on air."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from tinyice.core.clients import Client
from tinyice.core.errors import DomainError
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo, Chunk, FormatKind
from tinyice.formats.seam import Seam, open_seam
from tinyice.playout.loop import Loop
from tinyice.playout.tape import Tape
from tinyice.playout.units import Unit

CONTENT_TYPES = {
    FormatKind.MPEG: "audio/mpeg",
    FormatKind.ADTS: "audio/aac",
    FormatKind.OGG: "application/ogg",
    FormatKind.MATROSKA: "audio/webm",
}


class Station(Protocol):
    """Where inputs are brought: the station's mounts."""

    def claim(self, path: str, source: Source) -> Mount:
        """Let ``source`` feed ``path``, or wait there."""

    def release(self, mount: Mount, source: Source, reason: str) -> None:
        """``source`` is no more."""


class _Known:
    """What is known of the stream of a tape."""

    def __init__(self, tape: Tape) -> None:
        self.kind: FormatKind = tape.kind
        self.needs_headers: bool = tape.needs_headers
        self.info: AudioInfo = tape.info


class Seat:
    """The ``element`` of the chain of ``mount``. ``kind`` is that of its source."""

    def __init__(
        self,
        mount: Mount,
        element: str,
        kind: str,
        *,
        station: Station,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self.mount = mount
        self.element = element
        self._kind = kind
        self._station = station
        self._clock = clock
        self._now = now
        self._loop: Loop | None = None
        self._source: Source | None = None
        self._seam: Seam | None = None

    @property
    def loop(self) -> Loop | None:
        """What it plays, if that could be had."""
        return self._loop

    def take(self, loop: Loop) -> None:
        """``loop`` can be played: have it ready, in place of what there was."""
        self.leave("there is another one")
        tape = loop.tape
        self._loop = loop
        self._source = source = Source(
            kind=self._kind,
            element=self.element,
            client=Client("", agent=self.element),
            user="",
            credential="",
            content_type=CONTENT_TYPES[tape.kind],
            station=StationHeaders(),
            control=self,
            pace=Pace(0),
            connected_at=self._now(),
            now=self._clock(),
            described=_Known(tape),
            headers=loop.headers,
            cue=self,
        )
        try:
            self._station.claim(self.mount.path, source)
        except DomainError:
            # The mount is switched off; it is seen to when that changes.
            self._loop = self._source = None
            return
        if tape.tags:
            tags = Tags(artist=tape.tags.get("artist", ""), title=tape.tags.get("title", ""))
            self.mount.set_tags_of(source, tags, self._kind)

    def leave(self, reason: str) -> None:
        """There is nothing to play any more."""
        loop, source = self._loop, self._source
        self._loop = self._source = None
        if loop is not None:
            loop.end(self)
        if source is not None:
            self._station.release(self.mount, source, reason)

    def begin(self) -> None:
        """``Cue.begin``: it is on air."""
        self._seam = None
        if self._loop is not None:
            self._loop.begin(self)

    def end(self) -> None:
        """``Cue.end``: it is on air no more."""
        if self._loop is not None:
            self._loop.end(self)

    def hold(self, seconds: float) -> None:
        """``Control.hold``: the loop keeps the pace by itself."""

    def close(self, reason: str) -> None:
        """``Control.close``: leave the mount."""
        self.leave(reason)

    @property
    def headers(self) -> bytes:
        """``Cue.headers``: the stream headers in force before what it would bring next."""
        return b"" if self._loop is None else self._loop.headers

    def play(self, units: list[Unit]) -> None:
        """The next units: on the mount as one stream, round behind round."""
        source = self._source
        if source is None:
            return
        chunks: list[Chunk] = []
        for unit in units:
            seam = self._seam
            if seam is None:
                # Nothing was played here since it is on air: the mount mends the joint.
                seam = open_seam(self._kind_of_stream, unit.headers, after=None)
            elif unit.begins:
                closing = seam.close()
                if closing:
                    chunks.append(Chunk(closing))
                seam = open_seam(self._kind_of_stream, unit.headers, after=seam)
            self._seam = seam
            chunks.append(seam.mend(unit.chunk))
        self.mount.take_chunks(source, chunks)

    @property
    def _kind_of_stream(self) -> FormatKind:
        return FormatKind.RAW if self._loop is None else self._loop.tape.kind
