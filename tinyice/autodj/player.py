"""An AutoDJ as people and MPD clients use it: what they may ask of it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from twisted.internet.defer import Deferred

from tinyice.autodj.foresight import Foresight, foresee
from tinyice.autodj.frozen import FrozenPlayer
from tinyice.autodj.gains import GainRules, Levelling, must_be_measured, told_loudness
from tinyice.autodj.lasting import ArrivingTable, LastingTurntable, LeavingTable
from tinyice.autodj.modes import Modes
from tinyice.autodj.playing import PlayerSettings, PlayerSnapshot, PlayState
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.rundown import Choice, Lists, Rundown
from tinyice.autodj.surroundings import Surroundings
from tinyice.autodj.upnext import UpNext
from tinyice.core.loudness import Loudness
from tinyice.core.tracks import Track
from tinyice.core.waveform import Waveform

T = TypeVar("T")

LAST_S = 1.0
"""So much of a track is heard by who goes to its end."""


class Player:
    """Plays ``lists`` on the mount of ``settings``.

    Calls change what is to be, at once; refusals are ``DomainError``.
    """

    def __init__(self, settings: PlayerSettings, lists: Lists, world: Surroundings) -> None:
        self._lists = lists
        self._rundown = Rundown(lists)
        self._table = LastingTurntable(settings, self._rundown, world)
        self._world = world

    @property
    def settings(self) -> PlayerSettings:
        """What holds now."""
        return self._table.settings

    @property
    def playlist(self) -> Playlist:
        """What it plays; it is changed through ``edit`` only."""
        return self._lists.playlist

    @property
    def up_next(self) -> UpNext:
        """What plays before the playlist goes on; it is changed through ``queue`` only."""
        return self._lists.up_next

    @property
    def modes(self) -> Modes:
        """How it plays."""
        return self._lists.succession.modes

    def when_changed(self, tell: Callable[[], None]) -> None:
        """``tell`` when a snapshot would say something else, positions apart."""
        self._table.changed = tell

    def when_started(self, tell: Callable[[Track], None]) -> None:
        """``tell`` of each track that is audible."""
        self._table.started = tell

    def look(self) -> None:
        """Somebody begins to listen, perhaps: they wait for nothing."""
        self._table.look()

    def refresh(self) -> None:
        """What can be played may be something else."""
        self._table.refresh()

    def snapshot(self) -> PlayerSnapshot:
        """How it is doing."""
        return self._table.snapshot()

    def foresee(self) -> Foresight:
        """When what is ahead is bound to begin, and what of it comes too soon."""
        return foresee(
            self._lists,
            self._table.snapshot(),
            fade_s=self.settings.fades.seconds,
            now=self._world.now().timestamp(),
        )

    def loudness(self) -> Loudness | None:
        """How loud what plays is by itself, as its file says, or as it was measured.

        None: that is not known, or told when it is.
        """
        current, settings = self._table.current, self.settings
        if current is None:
            return None
        if not must_be_measured(current.track, settings.gains):
            return told_loudness(current.track)
        return self._world.loudness(settings.root, current.track, self._table.changed)

    async def waveform(self, track: Track) -> Waveform | None:
        """What ``track`` looks like; None: that can't be known. Raises ``DomainError``."""
        return await self._world.waveform(self.settings.root, track)

    def fault(self, track: Track) -> str:
        """Why ``track`` is passed over now; "": it is not."""
        return self._lists.failures.reason(track)

    def edit(self, change: Callable[[Playlist], T], *, follows: bool = True) -> T:
        """Change the playlist.

        Where what plays is gone by it, the next one plays if this ``follows``, or silence if
        there is none; and else what plays plays to its end.
        """
        playlist, asked = self._lists.playlist, self._table.asked
        was_there = asked is not None and asked.id in playlist
        result = change(playlist)
        if follows and was_there and asked is not None and asked.id not in playlist:
            self.next()
        else:
            self._table.refresh()
        self._table.changed()
        return result

    def queue(self, change: Callable[[UpNext], T]) -> T:
        """Change what plays next."""
        result = change(self._lists.up_next)
        self._table.refresh()
        self._table.changed()
        return result

    def clear(self) -> None:
        """Take everything out of all lists; what plays plays on."""
        self._rundown.clear()
        self._table.refresh()
        self._table.changed()

    def move_on(self) -> None:
        """What comes next plays at once, or where a pause ends."""
        self._table.move_on()
        self._table.changed()

    def play(self, entry: int | None = None) -> None:
        """Play this entry from its beginning; None: go on, or begin, after the end again.

        Raises ``EntryUnknown``.
        """
        if entry is not None:
            self._table.play_now(Choice(self._lists.playlist.entry(entry)))
        elif self._table.state is PlayState.PAUSE:
            self._table.pause(on=False)
        elif self._table.state is PlayState.STOP:
            again = self._rundown.again()
            if again is None:
                self._table.start()
            else:
                self._table.play_now(again)

    def pause(self, *, on: bool) -> None:
        """Pause in place, or go on; nothing where nothing plays. The mount hears silence."""
        self._table.pause(on=on)

    def stop(self) -> Deferred[None]:
        """Leave the mount, and make nothing; fires when the process is no more."""
        return self._table.stop()

    def next(self) -> None:
        """Play what comes next; at the end of the playlist stop. Nothing where nothing plays."""
        current = self._table.current
        entry = None if current is None else current.choice.entry
        choice = self._rundown.next(entry, by_hand=True)
        if choice is not None:
            self._table.play_now(choice)
        elif self._table.asked is not None:
            self._table.drop()

    def previous(self) -> None:
        """Play what was before; where nothing was, the same again from its beginning."""
        choice = self._rundown.previous()
        if choice is not None:
            self._table.play_now(choice)
        else:
            self._table.play_again(0.0)

    def seek(self, entry: int, seconds: float) -> None:
        """Play this entry from there, or its last second; raises ``EntryUnknown``."""
        current = self._table.current
        if current is not None and current.choice.entry.id == entry:
            self._table.play_again(_place(current.track, seconds))
        else:
            chosen = self._lists.playlist.entry(entry)
            self._table.play_now(Choice(chosen), _place(chosen.track, seconds))

    def set_modes(self, modes: Modes) -> None:
        """Play in this manner."""
        self._lists.succession.modes = modes
        self._table.refresh()
        self._table.changed()

    def set_volume(self, percent: int) -> None:
        """From 0 to 100; half is a quarter of the power."""
        self._table.set_volume(percent)

    def set_crossfade(self, seconds: float) -> None:
        """How long tracks fade into each other; 0: not at all."""
        fades = replace(self.settings.fades, seconds=max(0.0, seconds))
        self.settle(replace(self.settings, fades=fades))

    def set_levelling(self, levelling: Levelling) -> None:
        """Which loudness is evened out."""
        self.set_gains(replace(self.settings.gains, levelling=levelling))

    def set_gains(self, gains: GainRules) -> None:
        """How loud tracks are made, from the next one on."""
        self.settle(replace(self.settings, gains=gains))

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        """Play these before those of less priority (0 to 255; 0: in their turn)."""
        self._rundown.prioritise(entries, priority)
        self._table.refresh()
        self._table.changed()

    def priority(self, entry: int) -> int:
        """The priority that this entry has."""
        return self._rundown.priority(entry)

    def settle(self, settings: PlayerSettings) -> None:
        """Other fades and gains hold from the next track on; the rest from the next start."""
        self._table.settle(settings)
        self._table.changed()

    def freeze(self) -> FrozenPlayer:
        """All of it, for the next start."""
        return self._table.freeze()

    def thaw(self, frozen: FrozenPlayer) -> None:
        """Be as it was, and play nothing yet; the settings are those of now."""
        self._table.thaw(frozen)

    def go_on(self, frozen: FrozenPlayer) -> None:
        """Do what it did; the track that played goes on where it was."""
        self._table.go_on(frozen)

    def leaving(self) -> LeavingTable | None:
        """What plays, for another process; None: that has to begin anew there."""
        return self._table.leaving()

    def take_over(self, frozen: FrozenPlayer, arriving: ArrivingTable) -> bool:
        """Go on with what plays, after ``thaw``; False: something else is to be made now."""
        return self._table.take_over(frozen.state, arriving)


def _place(track: Track, seconds: float) -> float:
    """Where to begin in ``track``, so that something of it is heard."""
    end = max(0.0, track.seconds - LAST_S) if track.seconds else seconds
    return max(0.0, min(seconds, end))
