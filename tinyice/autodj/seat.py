"""An AutoDJ on its mount: a source that plays while nobody live does.

It waits behind a live encoder without making anything, and is told when it is heard.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from tinyice.core.clients import Client
from tinyice.core.errors import DomainError
from tinyice.core.frozen import FrozenSource
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.quality import Quality
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.core.wanting import Audience, is_wanted
from tinyice.formats.detect import framer_for
from tinyice.formats.frozen import State

AGAIN_S = 5.0
"""A mount that could not be had is asked for so often."""

_NO_BYTES_YET = bytes(4)


class Station(Protocol):
    """Where sources are brought: the station's mounts."""

    def find(self, path: str) -> Mount | None:
        """The mount of that path, if there is one."""

    def claim(self, path: str, source: Source) -> Mount:
        """Let ``source`` feed ``path``, or wait there."""

    def release(self, mount: Mount, source: Source, reason: str) -> None:
        """``source`` is no more."""

    def succeed(self, mount: Mount, old: Source, new: Source) -> None:
        """Let ``old`` go on as ``new``: who listens stays."""


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
        self._audience = Audience()

    @property
    def is_taken(self) -> bool:
        """Whether it has its mount."""
        return self._source is not None

    @property
    def is_fed(self) -> bool:
        """Whether something is heard on the mount, or something waits there."""
        mount = self._station.find(self.path)
        return mount is not None and mount.source is not None

    @property
    def has_audience(self) -> bool:
        """Whether somebody hears it, or did just now."""
        return self._audience.is_there

    @property
    def is_encoded_for(self) -> bool:
        """Whether it is heard, and by somebody."""
        return self.is_heard and self.has_audience

    def look(self) -> bool:
        """See whether anybody hears it; whether that is another answer than before."""
        if self._mount is None or not self.is_heard:
            return False
        changed = self._audience.look(self._clock(), is_wanted=is_wanted(self._mount))
        if changed and not self.has_audience:
            # Who comes next is to hear nothing old.
            self._mount.air.begin_fresh()
        return changed

    def take(self, quality: Quality, station: StationHeaders) -> None:
        """Have the mount, if it can be had; what stands in the way is in ``error``."""
        if self._source is not None or self._clock() < self._again_at:
            return
        source = self._new_source(quality, station)
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

    def renew(self, quality: Quality, station: StationHeaders) -> None:
        """Go on in another quality: who understands that goes on listening."""
        mount, old = self._mount, self._source
        if mount is not None and old is not None:
            self.is_heard = False
            self._source = self._new_source(quality, station)
            self._station.succeed(mount, old, self._source)

    @property
    def source(self) -> Source | None:
        """What feeds the mount, or waits there."""
        return self._source

    def freeze(self) -> State:
        """How it stands, but for its source."""
        return {"is_heard": self.is_heard, "audience": self._audience.freeze()}

    def thaw(self, state: State) -> None:
        """Go on from ``state``; the source comes after this."""
        self.is_heard = state["is_heard"]
        self._audience.thaw(state["audience"])

    def go_on(self, frozen: FrozenSource, begin: Callable[[Source], Mount]) -> None:
        """The source of another process is here now; ``begin`` brings it onto its mount."""
        self._source = source = Source.thawed(frozen, self, Pace(0))
        source.cue = self
        self._mount = begin(source)

    def forsake(self) -> None:
        """Another process has the source."""
        self._mount = self._source = None
        self.is_heard = False

    def announce(self, station: StationHeaders) -> None:
        """Say this of the programme from now on."""
        if self._mount is not None and self._source is not None:
            self._source.said = station
            self._source.overrule(self._mount.settings)

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
            if not self.has_audience:
                # Headers of what plays: who comes is given those that are in force.
                self._mount.air.begin_fresh()

    def broke(self) -> None:
        """Who made the bytes is no more: the frame that they have begun is not sent."""
        source = self._source
        if source is not None and source.framer is not None and not source.framer.needs_headers:
            source.framer = framer_for(source.content_type, _NO_BYTES_YET)

    def play(self, tags: Tags) -> None:
        """From here on this plays."""
        if self._mount is not None and self._source is not None:
            self._mount.set_tags_of(self._source, tags, "autodj")

    def sweep(self) -> None:
        """Once a second: who waits, or rests, brings nothing, and is there all the same."""
        if self._source is not None and not self.is_encoded_for:
            self._source.last_data = self._clock()

    def begin(self) -> None:
        """``Cue.begin``: it is heard."""
        self.is_heard = True
        self._audience.begin(self._clock())
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

    def _new_source(self, quality: Quality, station: StationHeaders) -> Source:
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
        return source
