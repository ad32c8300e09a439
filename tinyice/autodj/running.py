"""One AutoDJ whole: its player, its library, its playlists, what it has played.

Rules of this file:

- it plays as soon as there is something to play; where there is nothing it has its mount
  all the same, and silence is heard;
- what is changed of its configuration holds without a gap where that can be.
"""

from collections.abc import Callable, Coroutine
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.autodj.adapting import Inherited, adapted, said_of
from tinyice.autodj.ahead import Ahead
from tinyice.autodj.entries import EntryIds
from tinyice.autodj.failures import Failures
from tinyice.autodj.filling import Filling
from tinyice.autodj.following import can_follow, quality_like
from tinyice.autodj.frozen import FrozenAutoDJ
from tinyice.autodj.history import History
from tinyice.autodj.hooks import Hooks, Scene
from tinyice.autodj.house import PLAYLISTS, House
from tinyice.autodj.keeping import Keeping, file_of
from tinyice.autodj.libraries import OpenLibrary
from tinyice.autodj.library import Library
from tinyice.autodj.moving import Moving
from tinyice.autodj.player import Player
from tinyice.autodj.playing import PlayerSettings, PlayerSnapshot, PlayState
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.rundown import Lists
from tinyice.autodj.saved import SavedPlaylists
from tinyice.autodj.separation import Recent
from tinyice.autodj.settings import modes_of, player_settings, separation_of
from tinyice.autodj.succession import Succession
from tinyice.autodj.upnext import UpNext
from tinyice.config.autodjs import AutoDJ
from tinyice.core.autodj_figures import AutoDJFigures
from tinyice.core.codec_events import LibraryLost, LibraryScanned
from tinyice.core.tracks import Track
from tinyice.core.watchers import Watchers

PATIENCE_S = 5.0
"""So long the first scan may find something before there is silence."""

FILL_AGAIN_S = 10.0
LOOK_WHILE_SCANNED_S = 2.0


class RunningAutoDJ:
    """The AutoDJ of ``config``, which plays from ``opened``.

    One that ``follows`` plays in the quality of those for whom it stands in.
    """

    _log = Logger()

    def __init__(
        self, config: AutoDJ, opened: OpenLibrary, house: House, *, follows: bool = False
    ) -> None:
        self.config = config
        self.opened = opened
        self._house = house
        self.follows = follows
        self._not_followed = ""
        self._clock = house.world.clock
        self._watchers = Watchers()
        self._saved_watchers = Watchers()
        self.lists = self._new_lists()
        self.player = Player(self._settings(), self.lists, house.world)
        self.player.when_changed(self._watchers.tell)
        self.player.when_started(self._started)
        root = opened.settings.root
        self.saved = SavedPlaylists(
            house.folder / PLAYLISTS,
            config.mount,
            opened.library,
            house.work,
            self._saved_watchers.tell,
        )
        self.history = History(house.plays, config.mount, root, house.now)
        self.filling = Filling(
            config.mount,
            self.player,
            opened.library,
            self.saved,
            name=config.last_playlist,
            paths=config.playlist,
            changed=self.lists.failures.forget,
        )
        self._moving = Moving(self.player, self.filling, house.world.publish)
        scene = Scene(lambda: self.config, self.player, lambda: self.library, house.world)
        self.hooks = Hooks(scene)
        self._ahead = Ahead(
            root,
            self.lists.playlist,
            house.world.waveform,
            lambda: self.player.settings.gains,
            self._clock,
        )
        self._unwatch = opened.watch(self._library_changed)
        self._scans = opened.scans
        self._lost = ""
        self._is_waiting = False
        self._is_stopped = False
        self.is_restored = False
        """Whether it is as it was in an earlier run; what anybody did before that would be lost."""
        self._keeping = Keeping(
            file_of(house.folder, config.mount),
            config.mount,
            self.freeze,
            work=house.work,
            clock=self._clock,
            publish=house.world.publish,
        )
        self._watchers.add(self._keeping.changed)
        self._wait_until = self._fill_at = 0.0

    @property
    def mount(self) -> str:
        """Where it plays."""
        return self.config.mount

    @property
    def library(self) -> Library:
        """What it can play."""
        return self.opened.library

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """``tell`` when a snapshot would say something else; what is returned ends that."""
        return self._watchers.add(tell)

    def watch_saved(self, tell: Callable[[], None]) -> Callable[[], None]:
        """``tell`` when one of its playlists is saved, by whomever; what is returned ends that."""
        return self._saved_watchers.add(tell)

    def start(self, inherited: Inherited | None = None) -> None:
        """Play, as soon as it is known what; at once what another process hands over."""
        begin = self._begin() if inherited is None else self._continue(inherited)
        Deferred.fromCoroutine(begin).addErrback(self._not_begun)

    def freeze(self) -> FrozenAutoDJ:
        """All of it."""
        said, player = said_of(self.config, self.opened.settings.root), self.player.freeze()
        if self._moving.is_under_way:
            player = replace(player, track=None)
        return FrozenAutoDJ(said, player, self.filling.is_ours)

    def leave(self) -> None:
        """Another process goes on: nothing is kept here any more."""
        self._keeping.leave()

    def stop(self) -> Deferred[None]:
        """Leave the mount; fires when its processes are no more."""
        self._is_stopped, self._is_waiting = True, False
        self._unwatch()
        self._ahead.stop()
        kept = self._keeping.stop()
        done, hooks = self.player.stop(), self.hooks.stop()
        self._watchers.clear()
        self._saved_watchers.clear()
        return done.addCallback(lambda _stopped: hooks).addCallback(lambda _stopped: kept)

    def change(self, config: AutoDJ, opened: OpenLibrary, *, follows: bool) -> None:
        """``config`` holds from now on, with the library ``opened``; its mount is the same."""
        before, self.config = self.config, config
        followed, self.follows = self.follows, follows
        if opened is not self.opened:
            self._move(opened)
        settings = self._settings()
        is_same = (config, follows) == (before, followed)
        if is_same and settings.folders == self.player.settings.folders:
            return
        self.player.settle(settings)
        if modes_of(config) != modes_of(before):
            modes = modes_of(config)
            self.player.set_modes(
                replace(self.player.modes, random=modes.random, repeat=modes.repeat)
            )
        self.hooks.changed(before)
        self._watchers.tell()

    def _move(self, opened: OpenLibrary) -> None:
        """Play from there; what plays plays until something of that is there."""
        before, self.opened = self.opened, opened
        self._unwatch()
        self._unwatch = opened.watch(self._library_changed)
        self._scans, self._lost = opened.scans, ""
        self.saved.turn_to(opened.library)
        self.filling.turn_to(opened.library)
        root = opened.settings.root
        if root == before.settings.root:
            # Only the charset is another one: what was read is read again.
            opened.library.scan(again=True)
        else:
            self.history.root = root
            self._ahead.turn_to(root)
            self._moving.begin(self.config)
            self._wait_until = self._clock.seconds() + PATIENCE_S
            self.hooks.moved()
        self.filling.renew()

    def sweep(self) -> None:
        """Once a second."""
        now = self._clock.seconds()
        self.hooks.sweep()
        self._moving.sweep()
        if self.follows and not self.player.snapshot().is_heard:
            self._follow()
        if now >= self._wait_until > 0:
            self.filling.is_patient = False
        if self._is_waiting and (len(self.player.playlist) or now >= self._wait_until + 1.0):
            self._play()
        is_sought = self.library.scanning and not len(self.player.playlist)
        if (is_sought or self.filling.fault) and now >= self._fill_at:
            self._fill_at = now + (LOOK_WHILE_SCANNED_S if is_sought else FILL_AGAIN_S)
            self.filling.renew()
        self._ahead.sweep()

    def figures(self) -> AutoDJFigures:
        """How it is doing, in numbers."""
        snapshot, count = self.player.snapshot(), self.opened.count
        return AutoDJFigures(
            mount=self.mount,
            state=_state(snapshot),
            is_encoding=snapshot.is_encoding,
            tracks=self.history.count,
            failures=self.lists.failures.total,
            restarts=snapshot.restarts,
            library_tracks=count.tracks,
            library_broken=count.broken,
            is_scanning=bool(self.library.scanning),
        )

    def _settings(self) -> PlayerSettings:
        if not self.follows:
            return player_settings(self.config, self.opened.settings)
        mount = self._house.stage.find(self.config.mount)
        quality = self.config.quality
        if mount is not None:
            source = mount.source
            stream = None if source is None else source.stream
            info = mount.air.info if stream is None else stream.info
            quality = quality_like(mount.format, info, quality)
        return player_settings(self.config, self.opened.settings, quality)

    def _follow(self) -> None:
        """Be ready to stand in for who is heard now."""
        wanted = self._settings()
        if wanted.quality != self.player.settings.quality:
            self.player.settle(replace(self.player.settings, quality=wanted.quality))
        mount = self._house.stage.find(self.mount)
        heard = None if mount is None else mount.format
        if not can_follow(heard) and self._not_followed != str(heard):
            self._not_followed = str(heard)
            made = wanted.quality.words
            self._log.warn(
                "who listens to {mount} in {heard} can't go on with the AutoDJ, which makes {made}",
                mount=self.mount,
                heard=heard,
                made=made,
            )

    def _thaw(self, frozen: FrozenAutoDJ) -> FrozenAutoDJ:
        """Be as it was, as far as the configuration lets it, and play nothing yet."""
        frozen = adapted(frozen, said_of(self.config, self.opened.settings.root))
        player = frozen.player
        self.player.thaw(player)
        self.player.set_crossfade(player.crossfade_s)
        self.player.set_levelling(player.levelling)
        self.filling.go_on(is_ours=frozen.is_filled)
        return frozen

    def _continue(self, inherited: Inherited) -> Coroutine[Deferred[None], None, None]:
        """Go on with what plays, now; the rest has time."""
        frozen, table = self._thaw(inherited.frozen), inherited.table
        self._keeping.begin()
        self.is_restored = True
        plays = table is not None and self.player.take_over(frozen.player, table)
        if not plays:
            inherited.unwanted()
        return self._catch_up(frozen, plays=plays)

    async def _catch_up(self, frozen: FrozenAutoDJ, *, plays: bool) -> None:
        # What was taken over must not do anything before all of it is here.
        await deferLater(self._clock, 0.0)
        await self.history.recall(self.lists.recent)
        if plays:
            self.filling.renew()
            await self.hooks.first()
        else:
            await self._go_on(frozen)

    async def _go_on(self, frozen: FrozenAutoDJ) -> None:
        """Do what it did in an earlier run."""
        player = frozen.player
        if player.track is None or not len(self.player.playlist):
            await self.filling.fill()
        if player.track is None:
            await self.hooks.first()
        if self._is_stopped or player.state is PlayState.STOP:
            return
        if player.track is not None or len(self.player.playlist) or len(self.player.up_next):
            self.player.go_on(player)
        else:
            self._is_waiting = True
            self._wait_until = self._clock.seconds() + PATIENCE_S
        self.filling.renew()

    async def _begin(self) -> None:
        kept = await self._keeping.read()
        await self.history.recall(self.lists.recent)
        if self._is_stopped:
            return
        self._keeping.begin()
        frozen = None if kept is None else self._thaw(kept)
        self._restored()
        if frozen is not None:
            await self._go_on(frozen)
            return
        await self.filling.fill()
        await self.hooks.first()
        self._is_waiting = not self._is_stopped
        self._wait_until = self._clock.seconds() + PATIENCE_S
        if len(self.player.playlist) or len(self.player.up_next) or self.opened.scans:
            self._play()

    def _restored(self) -> None:
        self.is_restored = True
        self._watchers.tell()

    def _play(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self.player.play()

    def _not_begun(self, failure: Failure) -> None:
        self._log.failure("the AutoDJ of {mount} begins badly", failure, mount=self.mount)
        self._restored()
        self._is_waiting = not self._is_stopped
        self._play()

    def _started(self, track: Track) -> None:
        self._moving.began()
        self.history.note(track)
        self.filling.played()
        self.hooks.started(track)

    def _library_changed(self) -> None:
        if self.opened.scans != self._scans:
            self._scans, was_lost = self.opened.scans, bool(self._lost)
            self._tell_of_scan()
            if not self.opened.fault and (was_lost or self.player.snapshot().is_silent):
                # A disk is back, perhaps: what failed may be tried again.
                self.lists.failures.clear()
                self.player.refresh()
            self.filling.renew()
        self._watchers.tell()

    def _tell_of_scan(self) -> None:
        outcome, lost = self.library.last, self._lost
        self._lost = outcome.fault
        publish = self._house.world.publish
        if outcome.fault:
            if outcome.fault != lost:
                publish(LibraryLost(self.mount, outcome.fault))
        elif outcome.read or outcome.gone or lost:
            counts = (outcome.files, outcome.read, outcome.broken, outcome.gone)
            publish(LibraryScanned(self.mount, *counts, round(outcome.seconds, 3)))

    def _new_lists(self) -> Lists:
        ids = EntryIds()
        playlist, recent = Playlist(ids), Recent()
        failures = Failures(self._clock.seconds)
        succession = Succession(
            playlist,
            recent,
            failures,
            separation=lambda: separation_of(self.config),
            now=self._house.now,
            random=self._house.random,
        )
        succession.modes = modes_of(self.config)
        return Lists(playlist, UpNext(ids), succession, recent, failures)


def _state(snapshot: PlayerSnapshot) -> str:
    if snapshot.state is PlayState.STOP:
        return "stopped"
    if not snapshot.is_heard:
        return "waiting"
    if snapshot.is_silent:
        return "silent"
    return "paused" if snapshot.state is PlayState.PAUSE else "playing"
