"""What a mount needs of a recording."""

from typing import Protocol


class Recorder(Protocol):
    """Takes a copy of what comes in (a dump file)."""

    def write(self, data: bytes) -> None:
        """Record ``data``; never waits, never raises."""

    def close(self) -> object:
        """The session is over."""
