"""How much louder tracks are made, and how long the first one waits until that is known."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall

from tinyice.autodj.entries import Entry
from tinyice.autodj.gains import gain_db, must_be_measured
from tinyice.autodj.playing import PlayerSettings
from tinyice.autodj.rundown import Choice
from tinyice.autodj.surroundings import Surroundings, unmeasured

PATIENCE_S = 3.0
"""What begins to play waits so long for its measurement."""


class Levels:
    """``known`` is called when something is that was asked for, or is waited for no more."""

    def __init__(self, world: Surroundings, known: Callable[[], None]) -> None:
        self._world = world
        self._known = known
        self._patience: IDelayedCall | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether the level of the first track may be known in a moment."""
        return self._patience is not None

    def gain_db(self, entry: Entry, settings: PlayerSettings) -> float:
        """How many decibels are added to it: its own, on top of what is known of its track."""
        track, rules, measured = entry.track, settings.gains, None
        if must_be_measured(track, rules):
            measured = self._world.loudness(settings.root, track, self._known)
        return round(gain_db(track, measured, rules) + entry.gain_db, 2)

    def wait_for(self, first: Choice | None, settings: PlayerSettings) -> None:
        """This is to begin, if it is anything: wait for its level, for a while."""
        world = self._world
        if first is None or world.loudness is unmeasured:
            return
        track = first.entry.track
        if not must_be_measured(track, settings.gains):
            return
        if world.loudness(settings.root, track, self._end) is None:
            self._patience = world.clock.callLater(PATIENCE_S, self._end)

    def be_patient(self) -> None:
        """It could begin from now on: so long it waits for what is not known yet."""
        if self._patience is not None:
            self._patience.reset(PATIENCE_S)

    def stop(self) -> None:
        """Wait no more."""
        patience, self._patience = self._patience, None
        if patience is not None and patience.active():
            patience.cancel()

    def _end(self) -> None:
        if self._patience is not None:
            self.stop()
            self._known()
