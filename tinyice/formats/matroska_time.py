"""Audio time out of cluster and block timestamps."""

from tinyice.formats import matroska_ids as ids
from tinyice.formats.ebml import children, unsigned
from tinyice.formats.frozen import State

MAX_STEP_SECONDS = 60.0
"""A block that claims more is a jump of the clock, and tells no time."""

_REORDER_SECONDS = 5.0


class BlockTime:
    """Counts the seconds between the blocks of a stream, all tracks together."""

    def __init__(self, tick_seconds: float) -> None:
        self._tick = tick_seconds
        self._cluster = 0
        self._last: float | None = None

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {"tick": self._tick, "cluster": self._cluster, "last": self._last}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._tick, self._cluster, self._last = state["tick"], state["cluster"], state["last"]

    def advance(self, element: int, content: bytes) -> float:
        """Seconds between the newest block before this child of a cluster and this one."""
        if element == ids.TIMESTAMP:
            self._cluster = unsigned(content)
            return 0.0
        relative = block_ticks(element, content)
        return 0.0 if relative is None else self._step(self._cluster + relative)

    def _step(self, ticks: int) -> float:
        now = ticks * self._tick
        step = 0.0 if self._last is None else now - self._last
        if self._last is None or not -_REORDER_SECONDS <= step <= 0:
            self._last = now
        return step if 0 < step <= MAX_STEP_SECONDS else 0.0


def block_ticks(element: int, content: bytes) -> int | None:
    """The time of the block in this child of a cluster, from the cluster's; None: no block."""
    if element == ids.BLOCK_GROUP:
        content = next((block for part, block in children(content) if part == ids.BLOCK), b"")
    elif element != ids.SIMPLE_BLOCK:
        return None
    track = 9 - content[0].bit_length() if content else 0
    relative = content[track : track + 2]
    return int.from_bytes(relative, "big", signed=True) if len(relative) == 2 else None
