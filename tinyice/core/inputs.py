"""What may feed a mount, by rank: the best good one is on air, the others wait.

A mount's own inputs come first: encoders, then the AutoDJ, then its relay. Behind
them come the elements of its chain, as the operator has put them: another mount
("/path"), "relay" (its own relay, placed here instead), "file:NAME", "silence".
Each of these is a *slot*, with at most one source in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Protocol

from tinyice.core.backlog import Backlog
from tinyice.core.recorder import Recorder
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State

LIVE, AUTODJ, RELAY, SILENCE = "live", "autodj", "relay", "silence"
"""Slots; those of other elements of a chain are named as these are."""

FILE = "file:"
"""How the element begins that is a looped file."""

_OWN = (LIVE, AUTODJ, RELAY)


def slot_of(source: Source) -> str:
    """Where the source belongs."""
    if source.is_stand_in:
        return source.element
    return source.kind if source.kind in (AUTODJ, RELAY) else LIVE


def kind_of_element(element: str) -> str:
    """The kind of source that an element of a chain stands for."""
    if element.startswith("/"):
        return "mount"
    return "file" if element.startswith(FILE) else element


def slots_of(chain: tuple[str, ...]) -> tuple[str, ...]:
    """All slots of a mount with this chain, best first."""
    return (*(slot for slot in _OWN if slot not in chain), *chain)


class Ear(Protocol):
    """Who listens to one input, whether it is on air or not."""

    def took(self, chunks: Sequence[Chunk]) -> None:
        """These came."""


class Input:
    """A source on a mount, on air or waiting."""

    __slots__ = ("backlog", "ear", "recorder", "refused", "slot", "source", "tags")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.slot = slot_of(source)
        self.tags = source.tags
        """What it plays, whether that is heard or not."""
        self.backlog: Backlog | None = Backlog(source.headers, is_whole=not source.headers)
        """What came lately; None while it is on air."""
        self.recorder: Recorder | None = None
        self.ear: Ear | None = None
        self.refused = ""
        """Why it can't be on air: what it plays is nothing for those who listen."""

    @property
    def is_session(self) -> bool:
        """Whether somebody has connected with it."""
        return not self.source.is_stand_in

    @property
    def is_ready(self) -> bool:
        """Whether it has something to begin with, or is on air already."""
        return self.source.cue is not None or self.backlog is None or len(self.backlog) > 0

    def is_stalled(self, now: float, after_s: float) -> bool:
        """Whether it has brought nothing for so long, beyond what it was ahead of time."""
        source = self.source
        return source.cue is None and source.idle_for(now) >= after_s

    def keep(self, chunks: list[Chunk], now: float) -> None:
        """Keep what came while it is not on air."""
        if self.backlog is not None and self.source.cue is None:
            origin = self.source.origin
            for chunk in chunks:
                self.backlog.add(chunk, now, origin)

    def freeze(self) -> State:
        """What is known of it besides its source; see ``formats/frozen.py``."""
        return {
            "tags": list(astuple(self.tags)),
            "backlog": None if self.backlog is None else self.backlog.freeze(),
            "is_recorded": self.recorder is not None,
            "refused": self.refused,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``; who opens the recording is not known here."""
        self.tags, self.refused = Tags(*state["tags"]), state["refused"]
        self.backlog = None
        if state["backlog"] is not None:
            self.backlog = Backlog()
            self.backlog.thaw(state["backlog"])

    def close(self) -> None:
        """The session is over."""
        if self.recorder is not None:
            self.recorder.close()
            self.recorder = None


class Inputs:
    """The inputs of one mount."""

    __slots__ = ("_by_slot",)

    def __init__(self) -> None:
        self._by_slot: dict[str, Input] = {}

    def __iter__(self) -> Iterator[Input]:
        return iter(tuple(self._by_slot.values()))

    def __len__(self) -> int:
        return len(self._by_slot)

    def add(self, source: Source) -> Input:
        """``source`` feeds the mount, from its slot, which is free."""
        entry = Input(source)
        self._by_slot[entry.slot] = entry
        return entry

    def remove(self, entry: Input) -> None:
        """The session is over."""
        del self._by_slot[entry.slot]
        entry.close()

    def at(self, slot: str) -> Input | None:
        """Who is in that slot."""
        return self._by_slot.get(slot)

    def of(self, source: Source) -> Input | None:
        """The input that ``source`` is; None: its session was replaced, or is over."""
        entry = self._by_slot.get(slot_of(source))
        return entry if entry is not None and entry.source is source else None

    def ranked(self, chain: tuple[str, ...]) -> list[Input]:
        """Those that this chain has a place for, best first."""
        found = self._by_slot
        return [found[slot] for slot in slots_of(chain) if slot in found]

    @property
    def sessions(self) -> list[Input]:
        """Those with which somebody has connected."""
        return [entry for entry in self._by_slot.values() if entry.is_session]
