"""What goes out on a mount, measured for those who look at its meter."""

from collections.abc import Callable

from tinyice.core.levels import Level, Window
from tinyice.core.mount import Mount
from tinyice.core.tags import Tags
from tinyice.formats.base import Chunk, FormatKind
from tinyice.metering.pacing import Pacing
from tinyice.metering.stream import Stream


class ProgrammeMeter:
    """Taps the mount ``path``."""

    def __init__(self, path: str, clock: Callable[[], float]) -> None:
        self.stream = Stream(path, self._heard)
        self.is_wanted = False
        """``Sleepy``: whether something is to be encoded for who looks, as for who listens."""
        self._clock = clock
        self._pacing = Pacing()
        self._kind: FormatKind | None = None

    def levels(self) -> tuple[Level, ...]:
        """What has sounded since the last time; nothing, if nothing has."""
        return self._pacing.due(self._clock())

    def took(self, mount: Mount, chunk: Chunk) -> None:
        """``Tap.took``: that is about to be heard there."""
        source = mount.source
        described = None if source is None else source.stream
        if described is None:
            return
        if described.kind is not self._kind:
            self._kind = described.kind
            self.stream.begin(described.kind, mount.air.feeds.headers)
        self.stream.take(chunk)

    def tagged(self, tags: Tags, origin: str) -> None:
        """``Tap.tagged``: titles make no sound."""

    def ended(self) -> None:
        """``Tap.ended``: nothing is heard there for now."""
        self._kind = None
        self.stream.end()
        self._pacing.clear()

    def _heard(self, windows: tuple[Window, ...]) -> None:
        self._pacing.add(windows, self._clock())
