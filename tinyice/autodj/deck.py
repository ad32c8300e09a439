"""What a playout was told to play, by number, and what of it is audible."""

from dataclasses import dataclass
from typing import Protocol

from tinyice.autodj.frozen_lines import Listed, entry_in, of_entry
from tinyice.autodj.needle import Needle
from tinyice.autodj.rundown import Choice
from tinyice.codec.joins import CUT, Curve, Join, Joint
from tinyice.codec.playout_messages import Load, ToPlayout, Unload
from tinyice.core.tracks import Track
from tinyice.formats.frozen import State


class Playout(Protocol):
    """Who is told."""

    def tell(self, message: ToPlayout) -> None:
        """Say something."""


@dataclass(frozen=True, slots=True)
class Cued:
    """Something that was loaded, ``at_once`` or for when the track before ends.

    ``is_again``: what plays already, from another place.
    """

    number: int
    choice: Choice
    join: Join = CUT
    gain_db: float = 0.0
    start_s: float = 0.0
    is_again: bool = False
    at_once: bool = False

    def is_same(self, choice: Choice, join: Join, gain_db: float) -> bool:
        """Whether to load this would change nothing."""
        return (self.choice, self.join, self.gain_db) == (choice, join, gain_db)

    @property
    def track(self) -> Track:
        """What it is."""
        return self.choice.entry.track


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that is to play as soon as anything can; ``is_again``: it played before."""

    choice: Choice
    start_s: float = 0.0
    is_again: bool = False


class Deck:
    """Loads files for ``playout``; ``root`` is the folder that they are in.

    ``tells_titles``: whether titles are to stand in the stream.
    """

    def __init__(self, playout: Playout, root: str, *, tells_titles: bool = True) -> None:
        self._playout = playout
        self.root = root
        self.tells_titles = tells_titles
        self._next = 1
        self._loaded: dict[int, Cued] = {}
        self.current: Cued | None = None
        """What is audible."""
        self.coming: Cued | None = None
        """What comes next, or is about to."""
        self.needle = Needle()

    @property
    def upcoming(self) -> Cued | None:
        """What comes next; None where that is what plays, from another place."""
        return None if self.coming is None or self.coming.is_again else self.coming

    def is_current(self, number: int) -> bool:
        """Whether this number plays, and goes on where it is."""
        is_sought = self.coming is not None and self.coming.is_again
        return self.current is not None and self.current.number == number and not is_sought

    def load(
        self,
        choice: Choice,
        join: Join,
        gain_db: float,
        *,
        at_once: bool = False,
        start_s: float = 0.0,
        is_again: bool = False,
    ) -> None:
        """This comes next, or at once."""
        cued = Cued(self._next, choice, join, gain_db, start_s, is_again, at_once)
        self._next += 1
        self.coming = cued
        self._loaded[cued.number] = cued
        track, is_told = cued.track, self.tells_titles
        message = Load(
            cued.number,
            f"{self.root}/{track.path}",
            track.artist if is_told else "",
            shown_title(track) if is_told else "",
            join=join,
            gain_db=gain_db,
            start_s=start_s,
            at_once=at_once,
        )
        self._playout.tell(message)

    def unload(self) -> None:
        """Nothing comes next."""
        if self.coming is not None:
            self.coming = None
            self._playout.tell(Unload())

    def elapsed_s(self, now: float, *, moves: bool) -> float:
        """How far what plays is; ``moves``: it is not paused."""
        if self.current is None:
            return 0.0
        return self.needle.seconds(now, moves=moves, length_s=self.current.track.seconds)

    def began(self, number: int, now: float) -> Cued | None:
        """This is audible; what it is. None: it was forgotten."""
        cued = self._loaded.get(number)
        if cued is None:
            return None
        self._loaded = {each: one for each, one in self._loaded.items() if each > number}
        self.current = cued
        self.needle.put(cued.start_s, now)
        if self.coming is cued:
            self.coming = None
        return cued

    def failed(self, number: int) -> Cued | None:
        """This can't be played; what it is."""
        cued = self._loaded.pop(number, None)
        if cued is not None and self.coming is cued:
            self.coming = None
        return cued

    def freeze(self) -> State:
        """What is loaded, for another process; the playout goes on with it."""
        known = [*self._loaded.values(), *(one for one in (self.current, self.coming) if one)]
        return {
            "next": self._next,
            "known": [_of_cued(cued) for cued in {one.number: one for one in known}.values()],
            "loaded": list(self._loaded),
            "current": None if self.current is None else self.current.number,
            "coming": None if self.coming is None else self.coming.number,
            "needle": self.needle.freeze(),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        known = {one.number: one for one in map(_cued_in, state["known"])}
        self._next = state["next"]
        self._loaded = {number: known[number] for number in state["loaded"]}
        self.current, self.coming = known.get(state["current"]), known.get(state["coming"])
        self.needle.thaw(state["needle"])

    def clear(self) -> None:
        """Nothing is audible, and nothing comes."""
        self._loaded.clear()
        self.current = self.coming = None


def _of_cued(cued: Cued) -> Listed:
    choice, join = cued.choice, cued.join
    return [
        cued.number,
        [of_entry(choice.entry), choice.is_queued, choice.is_back, choice.why],
        [join.joint.value, join.seconds, join.curve.value],
        [cued.gain_db, cued.start_s, cued.is_again, cued.at_once],
    ]


def _cued_in(listed: Listed) -> Cued:
    number, (entry, *choice), (joint, seconds, curve), rest = listed
    return Cued(
        number,
        Choice(entry_in(entry), *choice),
        Join(Joint(joint), seconds, Curve(curve)),
        *rest,
    )


def shown_title(track: Track) -> str:
    """What is told of ``track``: its title, or else its file's name, fit to be written."""
    return told(track.title or track.name)


def told(text: str) -> str:
    """``text`` without what can't be written: names of files may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode()
