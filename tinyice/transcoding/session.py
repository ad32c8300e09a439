"""The output of one transcoder: a source on its mount.

It stays there while nobody hears it, and through a flap of the input, so that who
listens is not sent away.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from tinyice.core.clients import Client
from tinyice.core.codec_events import TranscoderRefused
from tinyice.core.errors import DomainError
from tinyice.core.events import Event
from tinyice.core.frozen import FrozenSource
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.pace import Pace
from tinyice.core.quality import Quality
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.core.wanting import is_wanted
from tinyice.formats.detect import framer_for
from tinyice.formats.frozen import State
from tinyice.transcoding.settings import TranscoderSettings

KEPT_S = 60.0
"""So long listeners are kept after the input has fallen silent, where nothing else plays."""

AGAIN_S = 5.0
"""A mount that could not be had is asked for so often."""

OFF_AIR = "the input is off air"
_NO_BYTES_YET = bytes(4)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all transcoders share."""

    mounts: Mounts
    publish: Callable[[Event], None]
    clock: Callable[[], float]
    now: Callable[[], datetime]


class OutputMount:
    """Feeds the output mount of ``settings``."""

    def __init__(self, settings: TranscoderSettings, world: Surroundings) -> None:
        self.settings = settings
        self.error = ""
        """Why it does not feed the mount."""
        self.since: datetime | None = None
        """Since when it does."""
        self._world = world
        self._mount: Mount | None = None
        self._source: Source | None = None
        self._station = StationHeaders()
        self._quality = settings.quality
        self._again_at = 0.0

    @property
    def is_there(self) -> bool:
        """Whether it feeds its mount."""
        return self._source is not None

    @property
    def is_audible(self) -> bool:
        """Whether one could begin to listen: in Ogg, headers must have come."""
        mount, source = self._mount, self._source
        if mount is None or source is None or source.stream is None:
            return False
        is_on_air = mount.source is source
        return not is_on_air or not source.stream.needs_headers or bool(mount.air.feeds.headers)

    @property
    def is_heard(self) -> bool:
        """Whether what it brings goes to anybody."""
        mount, source = self._mount, self._source
        if mount is None or source is None or mount.source is not source:
            # What waits is ready to be heard at once.
            return source is not None
        return is_wanted(mount)

    def change(self, settings: TranscoderSettings) -> None:
        """The same format, in another quality or by another name: who listens stays."""
        self.settings, self._quality = settings, settings.quality
        self._announce()

    def begin(self, station: StationHeaders, quality: Quality) -> bool:
        """The input plays, and says this of itself; whether the mount was claimed just now."""
        self._station, self._quality = station, quality
        if self._source is not None:
            self._announce()
            return False
        return self.claim()

    def claim(self) -> bool:
        """Feed the mount from now on, if it can be had; whether it is."""
        if self._source is not None or self._world.clock() < self._again_at:
            return False
        source = self._new_source()
        try:
            self._mount = self._world.mounts.claim(self.settings.output, source)
        except DomainError as error:
            self._again_at = self._world.clock() + AGAIN_S
            self.refuse(str(error))
            return False
        self._source, self.error, self.since = source, "", self._world.now()
        return True

    @property
    def source(self) -> Source | None:
        """What feeds the mount, or waits there."""
        return self._source

    def freeze(self) -> State:
        """How it stands, but for its source."""
        since = None if self.since is None else self.since.isoformat()
        return {"station": asdict(self._station), "since": since}

    def go_on(self, state: State, frozen: FrozenSource, begin: Callable[[Source], Mount]) -> None:
        """The source of another process is here now; ``begin`` brings it onto its mount."""
        self._station = StationHeaders(**state["station"])
        self.since = None if state["since"] is None else datetime.fromisoformat(state["since"])
        self._source = source = Source.thawed(frozen, self, Pace(0))
        self._mount = begin(source)

    def forsake(self) -> None:
        """Another process has the source."""
        self._mount = self._source = self.since = None

    def take(self, data: bytes) -> None:
        """The next bytes."""
        if self._mount is not None and self._source is not None:
            self._mount.take(self._source, data)

    def play(self, tags: Tags) -> None:
        """From here on this plays."""
        if self._mount is not None and self._source is not None:
            self._mount.set_tags_of(self._source, tags, "transcoder")

    def rest(self) -> None:
        """Nothing more comes until somebody listens, who is to hear nothing old."""
        mount, source = self._mount, self._source
        if mount is not None and source is not None and mount.source is source:
            mount.air.begin_fresh()

    def wait(self, now: float, silent_s: float, *, is_over: bool) -> None:
        """Once a second, when nothing comes, or nothing is to come.

        ``silent_s``: for how long the input has brought nothing; ``is_over``: it is off
        air. Another input of the mount takes the place of what does not go on.
        """
        mount, source = self._mount, self._source
        if mount is None or source is None:
            return
        is_alone = len(mount.air.inputs) == 1
        if is_over and (not is_alone or silent_s >= KEPT_S):
            self.leave(OFF_AIR)
        elif is_alone or not silent_s:
            source.last_data = now

    def leave(self, reason: str) -> None:
        """Feed the mount no more."""
        mount, source = self._mount, self._source
        self._mount = self._source = self.since = None
        if mount is not None and source is not None:
            self._world.mounts.release(mount, source, reason)

    def hold(self, seconds: float) -> None:
        """``Control.hold``: never called for long; what feeds the input keeps its pace."""

    def close(self, reason: str) -> None:
        """``Control.close``: leave the mount, and come back after a while."""
        self._again_at = self._world.clock() + AGAIN_S
        self.leave(reason)

    def refuse(self, reason: str) -> None:
        """It can't work, for this reason."""
        if self.error != reason:
            self.error = reason
            self._world.publish(TranscoderRefused(self.settings.output, self.settings.name, reason))

    def _announce(self) -> None:
        """Say anew what is said of the programme."""
        mount, source = self._mount, self._source
        if mount is not None and source is not None:
            source.said = self._headers
            source.overrule(mount.settings)

    @property
    def _headers(self) -> StationHeaders:
        said, words = self._station, self.settings.quality.words
        name = said.name or self.settings.input.lstrip("/")
        kbits = str(self._quality.bitrate) if self._quality.bitrate else ""
        return replace(said, name=f"{name} ({words})", bitrate=kbits)

    def _new_source(self) -> Source:
        quality = self.settings.quality
        source = Source(
            kind="transcoder",
            client=Client("", agent=f"transcoder {self.settings.name}"),
            user="transcoder",
            credential="",
            content_type=quality.content_type,
            station=self._headers,
            control=self,
            pace=Pace(0),
            connected_at=self._world.now(),
            now=self._world.clock(),
        )
        # The format is known before the first byte, so that one can begin to listen.
        source.framer = framer_for(quality.content_type, _NO_BYTES_YET)
        return source
