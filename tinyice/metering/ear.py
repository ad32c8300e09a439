"""The live input of a mount, listened to for silence, whether it is on air or not."""

from collections.abc import Sequence

from tinyice.core.backlog import Backlog
from tinyice.core.changeover import decide
from tinyice.core.hearing import hear, stop_hearing
from tinyice.core.inputs import Input
from tinyice.core.levels import Window
from tinyice.core.mount import Mount
from tinyice.formats.base import Chunk, FormatKind
from tinyice.metering.stream import Stream

UNKNOWN_AFTER_S = 30.0
"""What could not be measured for so long counts as one that sounds."""


class SilenceEar:
    """Listens to ``entry`` of ``mount`` from the next chunk on."""

    def __init__(self, mount: Mount, entry: Input) -> None:
        self.mount = mount
        self.entry = entry
        self.stream = Stream(mount.path, self._heard)
        self._headers = _headers_in_force(mount, entry)
        self._kind: FormatKind | None = None
        self._measured_at = mount.now()

    def took(self, chunks: Sequence[Chunk]) -> None:
        """``Ear.took``."""
        described = self.entry.source.stream
        if described is None:
            return
        if described.kind is not self._kind:
            self._kind = described.kind
            self.stream.begin(described.kind, self._headers)
        for chunk in chunks:
            self.stream.take(chunk)

    def sweep(self, now: float) -> None:
        """Once a second."""
        mount = self.mount
        if self.entry.is_stalled(now, mount.settings.stall_after_s):
            # Nothing comes that could be measured; that it stalls is seen elsewhere.
            self._measured_at = now
        elif now - self._measured_at >= UNKNOWN_AFTER_S and mount.air.silence.is_lasting:
            stop_hearing(mount)
            decide(mount, now)

    def _heard(self, windows: tuple[Window, ...]) -> None:
        mount, entry = self.mount, self.entry
        self._measured_at = mount.now()
        level = mount.settings.silence_level_db * 10
        turns = [
            hear(mount, entry, window.seconds, is_loud=window.average > level) for window in windows
        ]
        if any(turns):
            decide(mount, mount.now())


def _headers_in_force(mount: Mount, entry: Input) -> bytes:
    """The stream headers of ``entry`` before its next chunk."""
    if entry is mount.air.on_air:
        return mount.air.programme.headers
    backlog = entry.backlog or Backlog()
    told = [chunk.headers for chunk in backlog.chunks() if chunk.headers is not None]
    return told[-1] if told else backlog.headers
