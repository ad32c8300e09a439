"""How far a track is that plays: what the process told last, and the time since. Pure."""


class Needle:
    """Stands at some second of a track since some moment."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._at = 0.0

    def put(self, seconds: float, now: float) -> None:
        """It is here."""
        self._seconds, self._at = seconds, now

    def freeze(self) -> list[float]:
        """Where it stands since when."""
        return [self._seconds, self._at]

    def thaw(self, state: list[float]) -> None:
        """Go on from there."""
        self._seconds, self._at = state

    def seconds(self, now: float, *, moves: bool, length_s: float) -> float:
        """Where it is; ``length_s`` 0: nobody knows how long the track is."""
        found = self._seconds + (now - self._at if moves else 0.0)
        return min(found, length_s) if length_s else found
