"""Anything that has no units we know: a listener may join anywhere."""

from tinyice.formats.base import AudioInfo, Chunk, FormatKind
from tinyice.formats.frozen import State


class RawFramer:
    """Passes each feed as it is; each may be joined at its start. Tells no time."""

    kind = FormatKind.RAW
    needs_headers = False
    info = AudioInfo()

    def feed(self, data: bytes) -> list[Chunk]:
        """Give the data back, with a sync point at its start."""
        return [Chunk(data, (0,))] if data else []

    def freeze(self) -> State:
        """Nothing: it keeps nothing."""
        return {}

    def thaw(self, state: State) -> None:
        """There is nothing to go on from."""
