"""What is counted since the server started, beyond what each mount counts."""

from dataclasses import asdict, dataclass

from tinyice.formats.frozen import State


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

    def freeze(self) -> State:
        """The sums, for another process; see ``formats/frozen.py``."""
        return asdict(self)

    def thaw(self, state: State) -> None:
        """Go on from ``state``, with what was counted here already."""
        for name, count in state.items():
            setattr(self, name, getattr(self, name) + count)
