"""A turntable that outlives its process: at the next start, and in one that takes over.

At the next start the track that played goes on where it was. In a process that takes
over nothing begins: the child that makes the audio plays on meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from twisted.internet.interfaces import IReactorFDSet

from tinyice.autodj.deck import Wish
from tinyice.autodj.entries import Entry
from tinyice.autodj.frozen import FrozenPlayer, FrozenTrack
from tinyice.autodj.playing import PlayerSnapshot, PlayState
from tinyice.autodj.rundown import Choice
from tinyice.autodj.turntable import Turntable
from tinyice.codec.playout_messages import Setup
from tinyice.core.frozen import FrozenSource
from tinyice.core.mount import Mount
from tinyice.core.source import Source
from tinyice.formats.frozen import State


@dataclass(frozen=True, slots=True)
class LeavingTable:
    """What plays, as it goes over: its state, its child's descriptors, its source.

    ``let_go`` is called when the other process has it.
    """

    state: State
    descriptors: Sequence[int]
    source: Source | None
    let_go: Callable[[], object]


@dataclass(frozen=True, slots=True)
class ArrivingTable:
    """The same in the other process. ``begin`` is the way onto the mount, for its ``source``."""

    state: State
    descriptors: Sequence[int]
    source: FrozenSource | None
    begin: Callable[[Source], Mount] | None
    reactor: IReactorFDSet


class LastingTurntable(Turntable):
    """See ``Turntable``."""

    def snapshot(self) -> PlayerSnapshot:
        """How it is doing; what is about to go on plays already."""
        snapshot, coming = super().snapshot(), self._deck.coming
        wish = self._wish
        if wish is None and coming is not None:
            wish = Wish(coming.choice, coming.start_s, coming.is_again)
        if snapshot.entry is not None or wish is None:
            return replace(snapshot, is_entering=coming is not None and coming.at_once)
        entry = wish.choice.entry
        if not wish.is_again:
            return replace(snapshot, upcoming=entry)
        return replace(snapshot, entry=entry, elapsed_s=wish.start_s)

    @property
    def asked(self) -> Entry | None:
        """What plays, or what somebody has asked for instead, which is about to be heard."""
        coming = self._deck.coming
        cued = coming if coming is not None and coming.at_once else self._deck.current
        return None if cued is None else cued.choice.entry

    def freeze(self) -> FrozenPlayer:
        """What it does, for the next start."""
        snapshot, current = self.snapshot(), self._deck.current
        entry = snapshot.entry
        is_queued = current is not None and current.choice.is_queued
        track = None if entry is None else FrozenTrack(entry, is_queued, snapshot.elapsed_s)
        return FrozenPlayer(
            self.rundown.freeze(),
            self.state,
            track,
            self.volume,
            self.settings.fades.seconds,
            self.settings.gains.levelling,
            self._played_s,
        )

    def thaw(self, frozen: FrozenPlayer) -> None:
        """Be as it was, but for what plays: that is for ``go_on``."""
        self.rundown.thaw(frozen.lists)
        self.volume, self._played_s = frozen.volume, frozen.played_s

    def go_on(self, frozen: FrozenPlayer) -> None:
        """Do what it did; the track that played goes on where it was."""
        if frozen.state is PlayState.STOP:
            return
        track = frozen.track
        if track is not None:
            self._wish = Wish(Choice(track.entry, track.is_queued), track.seconds, is_again=True)
        self.start()
        if frozen.state is PlayState.PAUSE:
            self.pause(on=True)

    def leaving(self) -> LeavingTable | None:
        """This one, for another process; None: there is no child that could go over."""
        found = self._link.leaving()
        if found is None or self.state is PlayState.STOP:
            return None
        link, child = found
        state: State = {
            "link": link,
            "deck": self._deck.freeze(),
            "seat": self._seat.freeze(),
            "silent_for": self._silent_for,
        }

        def let_go() -> None:
            child.let_go()
            self._link.forsake()
            self._seat.forsake()
            self._cease()

        return LeavingTable(state, child.descriptors, self._seat.source, let_go)

    def take_over(self, state: PlayState, arriving: ArrivingTable) -> bool:
        """Go on with these; False: they make something else than is wanted now."""
        link = arriving.state["link"]
        wanted = Setup(self.settings.quality, self.settings.folders)
        if not self._link.can_adopt(link, wanted):
            return False
        self.state = state
        self._silent_for = arriving.state["silent_for"]
        self._deck.thaw(arriving.state["deck"])
        self._link.adopt(link, arriving.descriptors, arriving.reactor)
        self._seat.thaw(arriving.state["seat"])
        if arriving.source is not None and arriving.begin is not None:
            self._seat.go_on(arriving.source, arriving.begin)
        self._tick_call = self._clock.callLater(0.0, self._tick)
        return True
