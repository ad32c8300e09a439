"""An AutoDJ's player as MPD clients use it, and what of it has changed.

Rules of this file:

- what was stopped stays the current entry, as long as it is in the playlist, and is what
  ``play`` begins with;
- ``look`` compares what is with what was; it may be called as often as one likes, and
  tells of each change once.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from tinyice.autodj.entries import Entry
from tinyice.autodj.gains import Levelling
from tinyice.autodj.modes import Modes
from tinyice.autodj.mpd.needs import GainMode, Playing, State, Subsystem, Tell
from tinyice.autodj.player import Player
from tinyice.autodj.playing import PlayerSnapshot, PlayState
from tinyice.autodj.playlist import Playlist

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Seen:
    """By what a change is seen, for each subsystem."""

    player: tuple[object, ...]
    playlist: int
    options: tuple[object, ...]
    mixer: int


class DrivenPlayer:
    """``player``, for a server; ``tell`` hears what has changed."""

    def __init__(self, player: Player, tell: Tell) -> None:
        self._player = player
        self._tell = tell
        self._stopped: Entry | None = None
        self._cleared = ""
        self._is_auto = False
        self._seen = self._see(player.snapshot())

    @property
    def playlist(self) -> Playlist:
        """What it plays."""
        return self._player.playlist

    @property
    def modes(self) -> Modes:
        """How it plays."""
        return self._player.modes

    def look(self) -> None:
        """Something may have changed."""
        snapshot = self._player.snapshot()
        if snapshot.entry is not None:
            self._stopped = snapshot.entry
        before, self._seen = self._seen, self._see(snapshot)
        if self._seen.playlist != before.playlist:
            self._tell(Subsystem.PLAYLIST)
        if self._seen.player != before.player:
            self._tell(Subsystem.PLAYER)
        if self._seen.options != before.options:
            self._tell(Subsystem.OPTIONS)
        if self._seen.mixer != before.mixer:
            self._tell(Subsystem.MIXER)

    def playing(self) -> Playing:
        """What plays now."""
        snapshot, settings = self._player.snapshot(), self._player.settings
        entry, upcoming = snapshot.entry, snapshot.upcoming
        elapsed_s = snapshot.elapsed_s
        if upcoming is not None and (entry is None or snapshot.is_entering):
            # It is about to be heard: to clients it is already.
            entry, upcoming, elapsed_s = upcoming, None, 0.0
        entry = entry or self._kept()
        track = None if entry is None else entry.track
        fault = _fault(snapshot)
        return Playing(
            state=State(snapshot.state.value),
            entry=entry,
            upcoming=upcoming,
            elapsed_s=elapsed_s,
            bitrate=0 if track is None else round(track.bitrate / 1000),
            samplerate=0 if track is None else track.samplerate,
            channels=0 if track is None else track.channels,
            volume=snapshot.volume,
            crossfade_s=settings.fades.seconds,
            gain=self._gain(),
            played_s=snapshot.played_s,
            fault="" if fault == self._cleared else fault,
        )

    def edit(self, change: Callable[[Playlist], T]) -> T:
        """Change the playlist, and follow."""
        result = self._player.edit(change)
        self.look()
        return result

    def play(self, entry: int | None = None) -> None:
        """Play this entry; None: go on, or begin with what was stopped."""
        kept = self._kept()
        if entry is None and kept is not None and self._is_stopped:
            entry = kept.id
        self._player.play(entry)
        self.look()

    def pause(self, *, on: bool) -> None:
        """Pause in place, or go on."""
        self._player.pause(on=on)
        self.look()

    def stop(self) -> None:
        """Play nothing."""
        self._player.stop()
        self.look()

    def next(self) -> None:
        """Play what comes next."""
        self._player.next()
        self.look()

    def previous(self) -> None:
        """Play what was before."""
        self._player.previous()
        self.look()

    def seek(self, entry: int, seconds: float) -> None:
        """Play this entry from there."""
        self._player.seek(entry, seconds)
        self.look()
        self._tell(Subsystem.PLAYER)

    def set_modes(self, modes: Modes) -> None:
        """Play in this manner."""
        self._player.set_modes(modes)
        if self._is_auto:
            self._level(GainMode.AUTO)
        self.look()

    def set_volume(self, percent: int) -> None:
        """From 0 to 100."""
        self._player.set_volume(percent)
        self.look()

    def set_crossfade(self, seconds: float) -> None:
        """How long tracks fade into each other."""
        self._player.set_crossfade(seconds)
        self.look()

    def set_gain(self, mode: GainMode) -> None:
        """Which loudness is evened out."""
        self._level(mode)
        self.look()

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        """Play these before those of less priority."""
        self._player.prioritise(entries, priority)
        self._tell(Subsystem.PLAYLIST)
        self.look()

    def priority(self, entry: int) -> int:
        """The priority that this entry has."""
        return self._player.priority(entry)

    def clear_fault(self) -> None:
        """Tell no more of what is wrong now."""
        self._cleared = _fault(self._player.snapshot())

    @property
    def _is_stopped(self) -> bool:
        return self._player.snapshot().state is PlayState.STOP

    def _kept(self) -> Entry | None:
        """What was stopped, if it is still there."""
        entry = self._stopped
        return entry if entry is not None and entry.id in self.playlist else None

    def _level(self, mode: GainMode) -> None:
        """``AUTO`` is by album, but in an order of chance by track."""
        self._is_auto = mode is GainMode.AUTO
        if self._is_auto:
            mode = GainMode.TRACK if self.modes.random else GainMode.ALBUM
        self._player.set_levelling(Levelling(mode.value))

    def _gain(self) -> GainMode:
        levelling = self._player.settings.gains.levelling
        return GainMode.AUTO if self._is_auto else GainMode(levelling.value)

    def _see(self, snapshot: PlayerSnapshot) -> _Seen:
        settings = self._player.settings
        return _Seen(
            (snapshot.state, snapshot.entry, snapshot.upcoming, _fault(snapshot)),
            self._player.playlist.version,
            (self._player.modes, settings.fades.seconds, self._gain()),
            snapshot.volume,
        )


def _fault(snapshot: PlayerSnapshot) -> str:
    return snapshot.error or (snapshot.words if snapshot.is_silent else "")
