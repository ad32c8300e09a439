"""Tracks with which a process died: the second time it is taken for their fault. Pure."""

TWICE = 2


class Suspects:
    """Counts by path."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def note(self, path: str) -> bool:
        """A process died with it; whether it is to be let alone."""
        times = self._times.pop(path, 0) + 1
        if times < TWICE:
            self._times[path] = times
        return times >= TWICE

    def clear(self, path: str) -> None:
        """It plays."""
        self._times.pop(path, None)
