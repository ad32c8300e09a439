"""What plays now: artist, title, and the line that people see."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tags:
    """What plays on a mount, in Unicode. Empty strings where nothing is known."""

    artist: str = ""
    title: str = ""
    url: str = ""

    @property
    def display(self) -> str:
        """``artist - title``, or the one that is known."""
        return " - ".join(part for part in (self.artist, self.title) if part)
