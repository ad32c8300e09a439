"""One AutoDJ as pages see it."""

from collections.abc import Sequence
from dataclasses import replace

from tinyice.assembly.studio_library import StudioLibrary, StudioSaved
from tinyice.assembly.studio_lists import StudioPlaylist, StudioQueue
from tinyice.assembly.studio_rows import as_text, entry_row
from tinyice.autodj.entries import Entry
from tinyice.autodj.gains import GainRules, Levelling
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.running import RunningAutoDJ
from tinyice.codec.joins import Curve
from tinyice.core.autodjs import (
    AutoDJSnapshot,
    DjModes,
    DjState,
    EntryRow,
    GainBy,
    Mix,
    PlayRow,
    Turn,
)
from tinyice.core.errors import Conflict
from tinyice.core.spelled import spelled
from tinyice.core.tracks import Play
from tinyice.work.jobs import Work

_TURNS = {Switch.OFF: Turn.OFF, Switch.ON: Turn.ON, Switch.ONCE: Turn.ONCE}
_SWITCHES = {turn: switch for switch, turn in _TURNS.items()}


class StudioDeck:
    """What plays, and how."""

    def __init__(self, running: RunningAutoDJ) -> None:
        self._player = running.player

    def play(self, entry: int | None = None) -> None:
        """Play this entry of the playlist from its beginning; None: go on, or begin."""
        self._player.play(entry)

    def pause(self, *, on: bool) -> None:
        """Pause in place, or go on; nothing where nothing plays."""
        self._player.pause(on=on)

    def stop(self) -> None:
        """Leave the mount."""
        self._player.stop()

    def next(self) -> None:
        """Play what comes next."""
        self._player.next()

    def previous(self) -> None:
        """Play what was before."""
        self._player.previous()

    def seek(self, seconds: float, entry: int | None = None) -> None:
        """Play what plays, or this entry of the playlist, from there."""
        if entry is None:
            current = self._player.snapshot().entry
            if current is None:
                raise Conflict("nothing plays")
            entry = current.id
        self._player.seek(entry, seconds)

    def set_volume(self, percent: int) -> None:
        """From 0 to 100."""
        self._player.set_volume(percent)

    def set_modes(self, modes: DjModes) -> None:
        """Play in this manner."""
        single, consume = _SWITCHES[modes.single], _SWITCHES[modes.consume]
        self._player.set_modes(Modes(modes.shuffle, modes.loop, single, consume))

    def set_mix(self, mix: Mix) -> None:
        """Other fades and gains hold from the next track on."""
        settings = self._player.settings
        fades = replace(settings.fades, seconds=mix.crossfade_s, curve=Curve(mix.curve))
        gains = GainRules(Levelling(mix.gain_by.value), mix.target_lufs, mix.more_db)
        self._player.settle(replace(settings, fades=fades, gains=gains))


class StudioDj:
    """The AutoDJ that ``running`` is."""

    def __init__(self, running: RunningAutoDJ, work: Work) -> None:
        self._running = running
        self.mount = running.mount
        self.deck = StudioDeck(running)
        self.playlist = StudioPlaylist(running)
        self.queue = StudioQueue(running)
        self.library = StudioLibrary(running)
        self.saved = StudioSaved(running, work)

    def snapshot(self) -> AutoDJSnapshot:
        """How it is doing."""
        running, player = self._running, self._running.player
        playing, library = player.snapshot(), running.library
        is_known = playing.upcoming is not None
        return AutoDJSnapshot(
            mount=running.mount,
            name=running.config.called,
            state=DjState(playing.state.value),
            quality=player.settings.quality.words,
            is_heard=playing.is_heard,
            now=self._row(playing.entry),
            next=self._row(playing.upcoming),
            join=playing.join.joint.value if is_known else "",
            join_s=playing.join.seconds if is_known else 0.0,
            elapsed_s=playing.elapsed_s,
            gain_db=playing.gain_db,
            loudness=player.loudness(),
            why=playing.why,
            volume=playing.volume,
            modes=self._modes(),
            mix=self._mix(),
            is_silent=playing.is_silent,
            words=playing.words,
            error=playing.error,
            library_fault=running.opened.fault,
            playlist_version=player.playlist.version,
            playlist_count=len(player.playlist),
            playlist_name=self.playlist.name,
            queue_version=player.up_next.version,
            queue_count=len(player.up_next),
            scanning=library.scanning,
            found=library.found,
            scanned_at=library.scanned_at,
            played_s=playing.played_s,
            restarts=playing.restarts,
            process=playing.process,
        )

    async def history(self, limit: int, before: int | None = None) -> Sequence[PlayRow]:
        """What it has played, the newest first; ``before``: only what came before that one."""
        return [_play_row(play) for play in await self._running.history.plays(limit, before)]

    def _row(self, entry: Entry | None) -> EntryRow | None:
        if entry is None:
            return None
        player = self._running.player
        is_queued = any(entry.id == each.id for each in player.up_next)
        position = player.playlist.position(entry.id) if entry.id in player.playlist else -1
        return entry_row(entry, player, position, is_queued=is_queued)

    def _modes(self) -> DjModes:
        modes = self._running.player.modes
        single, consume = _TURNS[modes.single], _TURNS[modes.consume]
        return DjModes(modes.random, modes.repeat, single, consume)

    def _mix(self) -> Mix:
        settings = self._running.player.settings
        return Mix(
            crossfade_s=settings.fades.seconds,
            curve=settings.fades.curve.value,
            gain_by=GainBy(settings.gains.levelling.value),
            target_lufs=settings.gains.target_lufs,
            more_db=settings.gains.more_db,
        )


def _play_row(play: Play) -> PlayRow:
    track = play.track
    return PlayRow(
        id=play.id,
        at=play.at,
        path=spelled(track.path),
        title=as_text(track.title or track.name),
        artist=as_text(track.artist),
        album=as_text(track.album),
        seconds=track.seconds,
    )
