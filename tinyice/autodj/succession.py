"""What comes after what: the playlist's next and previous entry, by the modes. Pure.

Rules of this file:

- the next entry is decided once and stays decided while it can be so, however often it
  is asked for: a player prepares it long before it is heard;
- in random order each entry plays once before any plays again, as long as the playlist
  has it; which one is a matter of chance and of the rules of ``choice.py``;
- what can't be played is passed over, and tried again when it has rested;
- who goes back goes through what was really played, as far as it is there.

At the end of a track a player asks for ``next``, tells ``end`` of the one that played,
then ``begin`` of the other.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from random import Random

from tinyice.autodj.choice import choose, picked_words
from tinyice.autodj.entries import Entry
from tinyice.autodj.failures import Failures
from tinyice.autodj.frozen import FrozenSuccession
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.separation import Recent, Rule, Separation

BACK_MAX = 200
"""So far back goes ``previous`` in random order."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next entry, and the rules that gave way for it (``relaxed_words`` says so).

    ``why`` it was chosen, for people; "" where it is the next one in the list.
    """

    entry: Entry
    relaxed: tuple[Rule, ...] = ()
    why: str = field(default="", compare=False)


class Standing(Enum):
    """How it is with a playlist; the values are words for people."""

    READY = "something comes next"
    ENDED = "the playlist has come to its end"
    EMPTY = "the playlist is empty"
    UNPLAYABLE = "nothing in the playlist can be played"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a decision depends on."""

    version: int
    current: int | None
    passes_single: bool


class Succession:
    """Goes through ``playlist``. ``now`` is the wall clock, in seconds.

    ``separation`` is asked for each time: it may change while playing.
    """

    def __init__(
        self,
        playlist: Playlist,
        recent: Recent,
        failures: Failures,
        *,
        separation: Callable[[], Separation],
        now: Callable[[], float],
        random: Random,
    ) -> None:
        self._playlist = playlist
        self._recent = recent
        self._failures = failures
        self._separation = separation
        self._now = now
        self._random = random
        self._modes = Modes()
        self._played: set[int] = set()
        self._back: deque[int] = deque(maxlen=BACK_MAX)
        self._decided: tuple[_Asked, Step | None] | None = None
        self._current: int | None = None

    @property
    def modes(self) -> Modes:
        """How it is played."""
        return self._modes

    @modes.setter
    def modes(self, modes: Modes) -> None:
        if modes.random and not self._modes.random:
            self._played = set() if self._current is None else {self._current}
        self._modes = modes
        self._decided = None

    @property
    def separation(self) -> Separation:
        """What is to be kept apart now."""
        return self._separation()

    @property
    def current(self) -> Entry | None:
        """The entry that plays, or did last; None: the playlist has none such."""
        if self._current is None or self._current not in self._playlist:
            return None
        return self._playlist.entry(self._current)

    def next(self, *, by_hand: bool = False) -> Step | None:
        """What comes next; None: nothing, and ``standing`` says why.

        ``by_hand``: somebody asks for the next one, so that ``single`` does not count.
        """
        current = self.current
        asked = _Asked(
            self._playlist.version,
            None if current is None else current.id,
            by_hand and bool(self._modes.single),
        )
        if self._decided is None or self._decided[0] != asked or not self._can_be(self._decided[1]):
            step = self._still(asked) or self._decide(current, by_hand=by_hand)
            self._decided = (asked, step)
        return self._decided[1]

    def again(self) -> Step | None:
        """What to begin with after the end of the playlist; None: this is not the end.

        After ``single`` that is what comes next, and else the beginning.
        """
        if self.standing() is not Standing.ENDED:
            return None
        step = self.next(by_hand=True)
        if step is None:
            self._playlist.bookmark, self._decided = 0, None
            self._played.clear()
            step = self.next(by_hand=True)
        return step

    def standing(self) -> Standing:
        """Why there is a next one, or none."""
        if not len(self._playlist):
            return Standing.EMPTY
        if not any(self._plays(entry) for entry in self._playlist):
            return Standing.UNPLAYABLE
        return Standing.ENDED if self.next() is None else Standing.READY

    def previous(self) -> Entry | None:
        """What was before; None: there is nothing before."""
        playlist, current = self._playlist, self.current
        if self._modes.random:
            for entry in reversed(self._back):
                if entry != self._current and entry in playlist:
                    return playlist.entry(entry)
            return None
        behind = playlist.bookmark - (current is not None)
        before = [entry for entry in playlist.page(0, behind) if self._plays(entry)]
        if not before and self._modes.repeat:
            before = [entry for entry in playlist if self._plays(entry)]
        return before[-1] if before else None

    def begin(self, entry: int, *, back: bool = False) -> None:
        """This entry plays from now on; ``back``: it is what ``previous`` has told.

        Raises ``EntryUnknown``.
        """
        self._playlist.bookmark = self._playlist.position(entry) + 1
        while back and self._back and self._back.pop() != entry:
            pass
        self._back.append(entry)
        if entry in self._played and all(each.id in self._played for each in self._playlist):
            self._played.clear()
        self._played.add(entry)
        self._current, self._decided = entry, None

    def end(self, entry: int) -> None:
        """This entry has played: it leaves a playlist that is consumed; once-only is over."""
        modes = self._modes
        if modes.consume and entry in self._playlist:
            self._playlist.remove([entry])
        self._modes = Modes(modes.random, modes.repeat, _over(modes.single), _over(modes.consume))
        self._decided = None

    def freeze(self) -> FrozenSuccession:
        """How it goes on."""
        return FrozenSuccession(
            self._modes, tuple(sorted(self._played)), tuple(self._back), self._current
        )

    def thaw(self, frozen: FrozenSuccession) -> None:
        """Go on from there."""
        self._modes, self._decided = frozen.modes, None
        self._played = set(frozen.played)
        self._back = deque(frozen.back, maxlen=BACK_MAX)
        self._current = frozen.current

    def _plays(self, entry: Entry) -> bool:
        return not self._failures.reason(entry.track)

    def _can_be(self, step: Step | None) -> bool:
        """Whether what was decided is still as good; that there is nothing is looked at again."""
        return step is not None and self._plays(step.entry)

    def _still(self, asked: _Asked) -> Step | None:
        """What was drawn before the playlist changed, if only that has changed."""
        if self._decided is None or not self._modes.random:
            return None
        before, step = self._decided
        is_same = (before.current, before.passes_single) == (asked.current, asked.passes_single)
        if step is None or not is_same or step.entry.id not in self._playlist:
            return None
        still = Step(self._playlist.entry(step.entry.id), step.relaxed, step.why)
        return still if self._can_be(still) else None

    def _decide(self, current: Entry | None, *, by_hand: bool) -> Step | None:
        modes = self._modes
        if modes.single and not by_hand and current is not None:
            again = modes.repeat and not modes.consume and self._plays(current)
            return Step(current) if again else None
        return self._draw(current) if modes.random else self._follow(current)

    def _follow(self, current: Entry | None) -> Step | None:
        """The next one in the list."""
        playlist, modes = self._playlist, self._modes
        ahead = playlist.page(playlist.bookmark, len(playlist))
        around = playlist.page(0, playlist.bookmark) if modes.repeat else ()
        leaves = current if modes.consume else None
        good = (e for e in chain(ahead, around) if e != leaves and self._plays(e))
        first = next(good, None)
        if first is not None and self._failures.pause_s:
            # Nothing plays now: the end of the list is not to wait for what failed before.
            fresh = (e for e in chain((first,), good) if not self._failures.has_failed(e.track))
            first = next(fresh, first)
        return None if first is None else Step(first)

    def _draw(self, current: Entry | None) -> Step | None:
        """One of those that have not played in this round."""
        good = [entry for entry in self._playlist if self._plays(entry)]
        left = [entry for entry in good if entry.id not in self._played]
        if not left and self._modes.repeat:
            left = [entry for entry in good if current is None or entry.id != current.id]
            if not left and not self._modes.consume:
                left = good
        now, tracks = self._now(), [entry.track for entry in left]
        choice = choose(tracks, self._recent, self._separation(), now=now, random=self._random)
        if choice is None:
            return None
        why = picked_words(tracks[choice.index], choice.relaxed, self._recent, now)
        return Step(left[choice.index], choice.relaxed, why)


def _over(switch: Switch) -> Switch:
    return Switch.OFF if switch is Switch.ONCE else switch
