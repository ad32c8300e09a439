"""How far ahead of real time a source is."""

from tinyice.formats.frozen import State


class Pace:
    """Compares the audio time that came in with the clock.

    ``lead`` is how many seconds a source may be ahead; 0: any number. A source
    that was late gets no credit for it: its clock starts anew.
    """

    __slots__ = ("_epoch", "lead", "seconds")

    def __init__(self, lead: float) -> None:
        self.lead = lead
        self.seconds = 0.0
        """Audio time that came in so far."""
        self._epoch: float | None = None

    def freeze(self) -> State:
        """Where it stands; see ``formats/frozen.py``."""
        return {"seconds": self.seconds, "epoch": self._epoch}

    def thaw(self, state: State) -> None:
        """Go on from ``state``, with the lead of now."""
        self.seconds, self._epoch = state["seconds"], state["epoch"]

    def hold(self, seconds: float, now: float) -> float:
        """Count ``seconds`` of audio; for how long to take no more, 0.0 for not at all."""
        self.seconds += seconds
        if self.lead <= 0 or seconds <= 0:
            return 0.0
        if self._epoch is None or self._epoch < now:
            self._epoch = now
        self._epoch += seconds
        ahead = self._epoch - now
        return ahead - self.lead if ahead > self.lead else 0.0
