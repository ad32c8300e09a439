"""How much audio a child may have made by now. Pure: who asks brings the time.

Rules of this file:

- in the long run there is as much as time has passed, and a lead;
- who was late makes it up a little faster than real time, never all at once;
- who was very late (the machine slept) does not make that up.
"""

from tinyice.formats.frozen import State

CATCH_UP = 1.5
"""So many times real time at most."""

FORGIVEN_S = 10.0
"""Who is later than this begins anew."""


class Pacing:
    """Begins when it is first asked; ``lead_s`` is how far ahead of time audio may be."""

    def __init__(self, lead_s: float) -> None:
        self._lead_s = lead_s
        self._began_at = 0.0
        self._asked_at = 0.0
        self._granted_s = 0.0
        self._is_running = False
        self.brought_s = 0.0
        """How much there is; who brings more adds it."""

    def at(self, now: float) -> float:
        """Up to which second of the programme audio may be made."""
        brought, lead = self.brought_s, self._lead_s
        if not self._is_running:
            self._is_running = True
            self._began_at, self._asked_at = now - brought, now
            self._granted_s = brought + lead
            return self._granted_s
        late = now - self._began_at - brought
        if late > FORGIVEN_S:
            self._began_at += late
        step = (now - self._asked_at) * CATCH_UP
        self._asked_at = now
        due = now - self._began_at + lead
        most = brought + max(lead, step)
        self._granted_s = max(self._granted_s, min(due, self._granted_s + step, most))
        return self._granted_s

    def freeze(self) -> State:
        """How it stands; see ``formats/frozen.py``."""
        times = [self._began_at, self._asked_at, self._granted_s, self.brought_s]
        return {"times": times, "is_running": self._is_running}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._began_at, self._asked_at, self._granted_s, self.brought_s = state["times"]
        self._is_running = state["is_running"]

    def rest(self) -> None:
        """Nothing is to be made for a while; the next ``at`` is a beginning."""
        self._is_running = False
