"""The sessions of those who feed mounts: whose place one may take, and what is told of them."""

from collections.abc import Callable

from tinyice.core.air import Hold
from tinyice.core.changeover import ended
from tinyice.core.counters import Counters
from tinyice.core.errors import MountIdle, MountInUse
from tinyice.core.events import Event, SourceConnected, SourceDisconnected, SourceReplaced
from tinyice.core.inputs import Input
from tinyice.core.mount import Mount
from tinyice.core.recorder import Recorder
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.formats.frozen import State

RecorderFor = Callable[[MountSettings], Recorder | None]
"""Opens the dump file of a mount, where it has one."""


class Sessions:
    """Lets sources begin and end on mounts."""

    def __init__(
        self,
        counters: Counters,
        *,
        publish: Callable[[Event], None],
        clock: Callable[[], float],
        recorder_for: RecorderFor,
    ) -> None:
        self._counters = counters
        self._publish = publish
        self._clock = clock
        self._recorder_for = recorder_for

    def begin(self, mount: Mount, source: Source) -> None:
        """``source`` feeds ``mount`` from now on, or waits there."""
        source.overrule(mount.settings)
        entry = mount.attach(source)
        if entry.is_session:
            self._welcome(mount, entry)

    def go_on(self, mount: Mount, source: Source, state: State, *, on_air: bool) -> None:
        """``source`` fed ``mount`` in another process, and goes on here: that is no news."""
        entry = mount.air.inputs.add(source)
        entry.thaw(state)
        if on_air:
            mount.air.on_air = entry
        if state["is_recorded"]:
            entry.recorder = self._recorder_for(mount.settings)

    def expect(self, mount: Mount, within_s: float) -> None:
        """Somebody else than a source that goes on was heard, and is about to come again."""
        air = mount.air
        if air.last_slot and air.on_air is None and air.hold is None:
            air.hold = Hold(air.last_slot, self._clock() + within_s)
        if air.understood is not None:
            mount.format_known(mount)

    def take_over(self, mount: Mount, old: Source, new: Source, station: StationSettings) -> None:
        """Let ``old`` give way to ``new``; raises MountInUse."""
        silent = old.silent_for(self._clock())
        may = station.takeover and old.credential == new.credential and old.credential != ""
        if not may or silent < station.takeover_after_s:
            raise MountInUse(mount.path)
        was_on_air = mount.source is old
        mount.detach(old)
        old.control.close("replaced by a new session")
        self._publish(SourceReplaced(mount.path, old.client, new.client, silent))
        self._publish_end(mount, old, "replaced by a new session")
        if was_on_air and old.content_type != new.content_type:
            mount.release_listeners()

    def succeed(self, mount: Mount, old: Source, new: Source) -> None:
        """Let ``old`` go on as ``new``, of the same feeder: who listens stays, and the title."""
        entry = mount.detach(old)
        if entry is not None:
            new.tags = new.tags if new.tags.display else entry.tags
            self._publish_end(mount, old, "goes on from elsewhere")
        self.begin(mount, new)

    def end(self, mount: Mount, source: Source, reason: str) -> bool:
        """The session is over; whether it was one of this mount still."""
        entry = mount.detach(source)
        if entry is None:
            return False
        if entry.is_session:
            self._publish_end(mount, source, reason)
        ended(mount, entry)
        return True

    def sweep(self, mount: Mount, now: float) -> None:
        """End those who bring nothing."""
        limit = mount.settings.source_timeout_s
        for entry in mount.air.inputs.sessions if limit else ():
            if entry.source.silent_for(now) >= limit:
                entry.source.control.close(f"no data for {limit:g} s")

    def kick(self, mount: Mount, reason: str) -> None:
        """End who feeds ``mount``: what is on air, or else who waits to be.

        Not what its chain brings. Raises MountIdle.
        """
        on_air, sessions = mount.air.on_air, mount.air.inputs.sessions
        if not sessions:
            raise MountIdle(mount.path)
        entry = on_air if on_air in sessions else sessions[0]
        entry.source.control.close(reason)

    def _welcome(self, mount: Mount, entry: Input) -> None:
        """Somebody has connected to feed ``mount``."""
        self._counters.source_connections += 1
        if all(other.recorder is None for other in mount.air.inputs):
            entry.recorder = self._recorder_for(mount.settings)
        source = entry.source
        self._publish(
            SourceConnected(
                mount.path, source.kind, source.client, source.user, source.content_type
            )
        )

    def _publish_end(self, mount: Mount, source: Source, reason: str) -> None:
        seconds = self._clock() - source.connected_monotonic
        self._publish(
            SourceDisconnected(
                mount.path, source.kind, source.client, reason, seconds, source.bytes_in
            )
        )
