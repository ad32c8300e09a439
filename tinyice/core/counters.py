"""What is counted since the server started, beyond what each mount counts."""

from dataclasses import asdict, dataclass
from typing import Protocol

from tinyice.formats.frozen import State


class Counted(Protocol):
    """What a mount has counted."""

    bytes_in: int

    @property
    def bytes_out(self) -> int:
        """Stream bytes given to listeners."""

    @property
    def bytes_skipped(self) -> int:
        """Bytes that slow listeners lost."""

    @property
    def sends(self) -> int:
        """Calls of sockets by deliveries."""

    @property
    def jumps(self) -> int:
        """Times that a slow listener lost audio."""


@dataclass(slots=True)
class Counters:
    """Sums over everything that ever connected; bytes, sends and jumps of mounts that are gone."""

    connections: int = 0
    listener_connections: int = 0
    source_connections: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    bytes_skipped: int = 0
    sends: int = 0
    jumps: int = 0

    def keep(self, gone: Counted) -> None:
        """Keep what a mount that is gone came to."""
        self.bytes_in += gone.bytes_in
        self.bytes_out += gone.bytes_out
        self.bytes_skipped += gone.bytes_skipped
        self.sends += gone.sends
        self.jumps += gone.jumps

    def freeze(self) -> State:
        """The sums, for another process; see ``formats/frozen.py``."""
        return asdict(self)

    def thaw(self, state: State) -> None:
        """Go on from ``state``, with what was counted here already."""
        for name, count in state.items():
            setattr(self, name, getattr(self, name) + count)
