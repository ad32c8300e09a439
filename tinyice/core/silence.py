"""Whether a live input has fallen silent, as it is heard piece by piece.

Rules of this file:

- an input is silent once it was so without a break for the time that the operator
  has set, counted in audio;
- the first sound makes it one that may be heard again; it has *recovered* once it
  has sounded for the time that a better input must be good. A pause between two words
  is no silence meanwhile, one of ``PAUSE_S`` is;
- nothing here knows mounts, bytes or time.
"""

from enum import Enum

from tinyice.formats.frozen import State

PAUSE_S = 2.0
"""So long an input that has just come back may pause, at most."""

NEARLY = 1e-6


class Turn(Enum):
    """What a piece of audio has changed."""

    SILENT = "silent"
    SOUNDS = "sounds"
    RECOVERED = "recovered"


class Silence:
    """One input, over all its sessions."""

    __slots__ = ("_quiet_s", "_sounds_s", "is_lasting", "is_quiet", "seconds")

    def __init__(self) -> None:
        self.is_quiet = False
        """Whether it is silent, and nothing was heard of it since."""
        self.is_lasting = False
        """Whether it was silent, and has not recovered."""
        self.seconds = 0.0
        """For how long that is so: seconds of audio."""
        self._quiet_s = 0.0
        self._sounds_s = 0.0

    def hear(
        self, seconds: float, *, is_loud: bool, after_s: float, return_after_s: float
    ) -> Turn | None:
        """So much of it was loud, or was not; what that has changed."""
        self._quiet_s = 0.0 if is_loud else self._quiet_s + seconds
        if not self.is_lasting:
            return self._fall_silent() if _reached(self._quiet_s, after_s) else None
        self.seconds += seconds
        if self.is_quiet:
            return self._sound(seconds, return_after_s) if is_loud else None
        if _reached(self._quiet_s, min(PAUSE_S, after_s)):
            self.is_quiet = True
            return Turn.SILENT
        return self._sound(seconds, return_after_s)

    def forget(self) -> None:
        """Nobody knows any more, so that it counts as one that sounds."""
        self.is_quiet = self.is_lasting = False
        self.seconds = self._quiet_s = self._sounds_s = 0.0

    def freeze(self) -> State:
        """What is known; see ``formats/frozen.py``."""
        return {
            "is_quiet": self.is_quiet,
            "is_lasting": self.is_lasting,
            "seconds": self.seconds,
            "quiet_s": self._quiet_s,
            "sounds_s": self._sounds_s,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self.is_quiet, self.is_lasting = state["is_quiet"], state["is_lasting"]
        self.seconds = state["seconds"]
        self._quiet_s, self._sounds_s = state["quiet_s"], state["sounds_s"]

    def _fall_silent(self) -> Turn:
        self.is_quiet = self.is_lasting = True
        self.seconds = self._quiet_s
        return Turn.SILENT

    def _sound(self, seconds: float, return_after_s: float) -> Turn | None:
        began = self.is_quiet
        self._sounds_s = seconds if began else self._sounds_s + seconds
        self.is_quiet = False
        if _reached(self._sounds_s, return_after_s):
            self.is_lasting = False
            return Turn.RECOVERED
        return Turn.SOUNDS if began else None


def _reached(seconds: float, limit_s: float) -> bool:
    """Whether it is that long, in spite of how sums of floats are."""
    return seconds >= limit_s - NEARLY
