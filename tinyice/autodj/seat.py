"""An AutoDJ on its mount: a source that plays while nobody live does.

It waits behind a live encoder without making anything, and is told when it is heard.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from tinyice.core.clients import Client
from tinyice.core.errors import DomainError
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.quality import Quality
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.core.wanting import is_wanted
from tinyice.formats.detect import framer_for

AGAIN_S = 5.0
"""A mount that could not be had is asked for so often."""

_NO_BYTES_YET = bytes(4)


class Station(Protocol):
    """Where sources are brought: the station's mounts."""

    def claim(self, path: str, source: Source) -> Mount:
        """Let ``source`` feed ``path``, or wait there."""

    def release(self, mount: Mount, source: Source, reason: str) -> None:
        """``source`` is no more."""


class SeatUser(Protocol):
    """Who plays there."""

    def on_air(self) -> None:
        """It is heard from now on: begin."""

    def off_air(self) -> None:
        """Somebody else is heard: there is no more to bring."""

    def thrown_out(self, reason: str) -> None:
        """Somebody has ended the session."""


class Seat:
    """The place of an AutoDJ on the mount ``path``; a ``Cue`` and ``Control`` of its source."""

    headers = None
    """Each time it is heard its encoder begins anew."""

    def __init__(
        self,
        path: str,
        user: SeatUser,
        *,
        station: Station,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self.path = path
        self.error = ""
        """Why the mount could not be had."""
        self.is_heard = False
        self._user = user
        self._station = station
        self._clock = clock
        self._now = now
        self._mount: Mount | None = None
        self._source: Source | None = None
        self._again_at = 0.0
        self._is_resting = False

    @property
    def is_taken(self) -> bool:
        """Whether it has its mount."""
        return self._source is not None

    @property
    def is_listened_to(self) -> bool:
        """Whether what it brings goes to anybody."""
        return self._mount is not None and self.is_heard and is_wanted(self._mount)

    def rest(self, *, on: bool) -> None:
        """Nothing comes until somebody listens, who is to hear nothing old."""
        self._is_resting = on
        if on and self._mount is not None and self.is_heard:
            self._mount.air.begin_burst()

    def take(self, quality: Quality, station: StationHeaders) -> None:
        """Have the mount, if it can be had; what stands in the way is in ``error``."""
        if self._source is not None or self._clock() < self._again_at:
            return
        source = Source(
            kind="autodj",
            client=Client("", agent="AutoDJ"),
            user="autodj",
            credential="",
            content_type=quality.content_type,
            station=station,
            control=self,
            pace=Pace(0),
            connected_at=self._now(),
            now=self._clock(),
            cue=self,
        )
        # The format is known before the first byte, so that one can begin to listen.
        source.framer = framer_for(quality.content_type, _NO_BYTES_YET)
        self._source = source
        try:
            mount = self._station.claim(self.path, source)
        except DomainError as error:
            self._source = None
            self._again_at = self._clock() + AGAIN_S
            self.error = str(error)
            return
        self._mount, self.error = mount, ""
        if self.is_heard:
            self._user.on_air()

    def leave(self, reason: str) -> None:
        """Have it no more."""
        mount, source = self._mount, self._source
        self._mount = self._source = None
        self.is_heard = False
        if mount is not None and source is not None:
            self._station.release(mount, source, reason)

    def bring(self, data: bytes) -> None:
        """The next bytes."""
        if self._mount is not None and self._source is not None and data:
            self._mount.take(self._source, data)

    def play(self, tags: Tags) -> None:
        """From here on this plays."""
        if self._mount is not None and self._source is not None:
            self._mount.set_tags_of(self._source, tags, "autodj")

    def sweep(self) -> None:
        """Once a second: who waits, or rests, brings nothing, and is there all the same."""
        if self._source is not None and (self._is_resting or not self.is_heard):
            self._source.last_data = self._clock()

    def begin(self) -> None:
        """``Cue.begin``: it is heard."""
        self.is_heard = True
        if self._mount is not None:
            self._user.on_air()

    def end(self) -> None:
        """``Cue.end``: it is not heard any more."""
        self.is_heard = False
        if self._mount is not None:
            # When it comes back it plays something else.
            self.play(Tags())
            self._user.off_air()

    def hold(self, seconds: float) -> None:
        """``Control.hold``: the playout keeps the pace by itself."""

    def close(self, reason: str) -> None:
        """``Control.close``: leave the mount."""
        self._again_at = self._clock() + AGAIN_S
        self.leave(reason)
        self._user.thrown_out(reason)
