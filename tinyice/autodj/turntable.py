"""What an AutoDJ plays now and next: its process, its mount, and what is loaded.

Rules of this file:

- it is infallible: what can't be played is passed over, a process that dies is begun
  again, and where nothing is to be played silence is sent, and told;
- what is told of a track is told when it is audible, not when it is loaded;
- who is live has the mount; when they are gone it comes back with a fresh track.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from tinyice.autodj.deck import Cued, Deck, Wish, shown_title, told
from tinyice.autodj.levels import Levels
from tinyice.autodj.playing import PlayerSettings, PlayerSnapshot, PlayState
from tinyice.autodj.rundown import Choice, Rundown
from tinyice.autodj.seat import Seat
from tinyice.autodj.succession import Standing
from tinyice.autodj.surroundings import Surroundings
from tinyice.autodj.transitions import join_between, join_by_hand
from tinyice.autodj.tries import Tries
from tinyice.codec.joins import CUT
from tinyice.codec.player_link import PlayerLink
from tinyice.codec.playout_messages import (
    Began,
    Failed,
    FromPlayout,
    GoOn,
    Hold,
    Position,
    Setup,
    Silent,
    Sound,
    Unwant,
    Volume,
    Want,
)
from tinyice.core.codec_events import (
    AutoDJSilent,
    CodecLost,
    CodecRestarted,
    TrackStarted,
)
from tinyice.core.tags import Tags
from tinyice.core.tracks import Track

TICK_S = 1.0
LOSSES_MAX = 3
"""After so many processes that died before they played, the mount is left to others."""


class Turntable:
    """Plays ``rundown`` on the mount of ``settings``, as long as ``state`` says so."""

    def __init__(self, settings: PlayerSettings, rundown: Rundown, world: Surroundings) -> None:
        self.settings = settings
        self.rundown = rundown
        self.changed: Callable[[], None] = lambda: None
        """Told when a snapshot would say something else, positions apart."""
        self.started: Callable[[Track], None] = lambda _track: None
        """Told of each track that is audible, for the history."""
        self.state = PlayState.STOP
        self.volume = 100
        self._world = world
        self._clock = world.clock
        self._publish = world.publish
        self._link = PlayerLink(self, world.environment, spawner=world.spawner, clock=world.clock)
        self._seat = Seat(
            settings.mount, self, station=world.station, clock=world.clock.seconds, now=world.now
        )
        self._deck = Deck(self._link, settings.root, tells_titles=settings.tells_titles)
        self._played_s = 0.0
        self._wish: Wish | None = None
        self._tries = Tries(settings.mount, rundown, world, self._cue_if_empty)
        self._levels = Levels(world, self._level_known)
        self._losses = 0
        self._is_lost = False
        self._silent_for, self._look_at = "", 0.0
        self._tick_call: IDelayedCall | None = None

    @property
    def current(self) -> Cued | None:
        """What is audible."""
        return self._deck.current

    def snapshot(self) -> PlayerSnapshot:
        """How it is doing."""
        current, upcoming = self._deck.current, self._deck.upcoming
        return PlayerSnapshot(
            mount=self.settings.mount,
            state=self.state,
            is_heard=self._seat.is_heard,
            entry=None if current is None else current.choice.entry,
            why="" if current is None else current.choice.why,
            gain_db=0.0 if current is None else current.gain_db,
            elapsed_s=self._elapsed(),
            upcoming=None if upcoming is None else upcoming.choice.entry,
            join=CUT if upcoming is None else upcoming.join,
            volume=self.volume,
            is_silent=bool(self._silent_for),
            words=self._silent_for,
            error=self._seat.error,
            played_s=self._played_s,
            is_encoding=self._seat.is_encoded_for,
            restarts=self._link.restarts,
            process=self._link.pid,
        )

    def start(self) -> None:
        """Have the mount, and play; what nobody asked for by hand waits for its level."""
        self.state = PlayState.PLAY
        if self._wish is None:
            self._levels.wait_for(self.rundown.next(None), self.settings)
        self._tries.begin()
        self._losses = 0
        if not self._link.is_running:
            self._link.start(Setup(self.settings.quality, self.settings.folders))
        self._tick()
        self.changed()

    def stop(self) -> Deferred[None]:
        """Leave the mount, and make nothing; fires when the process is no more."""
        self._cease()
        self._empty_deck()
        self._seat.leave("stopped")
        done = self._link.stop()
        self._silent_for = ""
        self.changed()
        return done

    def _cease(self) -> None:
        self.state, self._wish = PlayState.STOP, None
        self._tries.stop()
        self._levels.stop()
        if self._tick_call is not None and self._tick_call.active():
            self._tick_call.cancel()

    def pause(self, *, on: bool) -> None:
        """Pause in place, or go on; nothing where nothing plays. The mount hears silence."""
        wanted = PlayState.PAUSE if on else PlayState.PLAY
        if self.state in (PlayState.STOP, wanted):
            return
        self._deck.needle.put(self._elapsed(), self._clock.seconds())
        self.state = wanted
        self._link.tell(Hold() if on else GoOn())
        self.changed()

    def play_now(self, choice: Choice, start_s: float = 0.0) -> None:
        """Play this, instead of what plays."""
        was_paused = self.state is PlayState.PAUSE
        self._levels.stop()
        if self.state is PlayState.STOP or not self._seat.is_heard:
            self._wish = Wish(choice, start_s)
            if self.state is PlayState.STOP:
                self.start()
            return
        self._load(choice, start_s)
        self.state = PlayState.PLAY
        if was_paused:
            self._link.tell(GoOn())
        self.changed()

    def play_again(self, seconds: float) -> None:
        """Play what plays from there on."""
        current = self._deck.current
        if current is not None:
            self._load(current.choice, seconds, is_again=True)
            self._deck.needle.put(seconds, self._clock.seconds())
            self.changed()

    def set_volume(self, percent: int) -> None:
        """From 0 to 100; half is a quarter of the power."""
        self.volume = max(0, min(100, percent))
        self._link.tell(Volume(self.volume / 100))
        self.changed()

    def settle(self, settings: PlayerSettings) -> None:
        """Other fades and gains hold from the next track on; quality and folders bring it now."""
        before, self.settings = self.settings, settings
        self._deck.root, self._deck.tells_titles = settings.root, settings.tells_titles
        setup = Setup(settings.quality, settings.folders)
        if settings.quality != before.quality and self._link.is_running:
            self._link.stop()
            self._empty_deck()
            self._link.start(setup)
            self._seat.renew(settings.quality, settings.station)
        else:
            self._link.settle(setup)
            if settings.station != before.station:
                self._seat.announce(settings.station)
            if (settings.root, settings.folders) != (before.root, before.folders):
                self.move_on()
        self.refresh()

    def move_on(self) -> None:
        """What comes next plays at once; where nothing does, what plays plays to its end."""
        if self.state is PlayState.STOP or not self._seat.is_heard:
            return
        current = self._deck.current
        choice = None if current is None else self.rundown.next(current.choice.entry)
        if choice is None:
            self._deck.unload()
        else:
            self._load(choice)

    def refresh(self) -> None:
        """Lists, modes or settings changed: what comes next may be something else."""
        if self.state is PlayState.STOP or not self._seat.is_heard:
            return
        coming, current = self._deck.coming, self._deck.current
        if coming is None or not (coming.at_once or current is None):
            self._cue()

    def look(self) -> None:
        """See who listens: what nobody hears is not encoded."""
        if self._seat.look():
            self._link.tell(Want() if self._seat.has_audience else Unwant())

    def ready(self) -> None:
        """``LinkUser``: the process knows nothing."""
        if self._is_lost:
            self._publish(CodecRestarted(self.settings.mount))
        self._is_lost = False
        self._levels.be_patient()
        self._link.tell(Want() if self._seat.has_audience else Unwant())
        self._link.tell(Volume(self.volume / 100))
        if self.state is PlayState.PAUSE:
            self._link.tell(Hold())
        self._take()
        if self._seat.is_heard:
            coming = self._deck.coming
            if self._wish is None and coming is not None:
                # It was to come, perhaps because somebody wished it, and was never loaded.
                self._wish = Wish(coming.choice, coming.start_s, coming.is_again)
            self._deck.clear()
            self._cue()

    def heard(self, message: FromPlayout) -> None:
        """``LinkUser``: the process told this."""
        match message:
            case Sound():
                self._losses = 0
                self._seat.bring(message.data)
            case Began():
                self._began(message.number)
            case Failed():
                self._failed(message.number, message.reason)
            case Position() if self._deck.is_current(message.number):
                self._deck.needle.put(message.seconds, self._clock.seconds())
            case Silent() if self._deck.coming is None and self._seat.is_heard:
                self._ran_out()

    def lost(self, reason: str, pause_s: float) -> None:
        """``LinkUser``: the process died; it goes on with the next track."""
        self._is_lost = True
        self._losses += 1
        self._publish(CodecLost(self.settings.mount, reason, pause_s))
        self._seat.broke()
        self._tries.died((self._deck.current, self._deck.coming), reason)
        self._empty_deck()
        if self._losses >= LOSSES_MAX:
            self._seat.leave("the process that plays does not work")
        self.changed()

    def on_air(self) -> None:
        """``SeatUser``: begin, with a fresh track."""
        if self.state is PlayState.PAUSE:
            self.state = PlayState.PLAY
            self._link.tell(GoOn())
        self._link.tell(Want() if self._seat.has_audience else Unwant())
        self._cue()
        self._link.play()
        self.changed()

    def off_air(self) -> None:
        """``SeatUser``: somebody else is heard."""
        self._empty_deck()
        self._link.rest()
        self.changed()

    def drop(self) -> None:
        """Play no more of what plays: what comes next, or silence."""
        self.off_air()
        self.on_air()

    def thrown_out(self, reason: str) -> None:
        """``SeatUser``: somebody ended the session; it comes back after a while."""
        self.off_air()

    def _level_known(self) -> None:
        self._take()
        self.refresh()

    def _take(self) -> None:
        if self._levels.is_awaited and self._seat.is_fed:
            return
        if self.state is not PlayState.STOP and self._losses < LOSSES_MAX:
            self._seat.take(self.settings.quality, self.settings.station)

    def _tick(self) -> None:
        """Once a second: the mount may be had now, or something may be played again."""
        self._tick_call = self._clock.callLater(TICK_S, self._tick)
        self._seat.sweep()
        self._take()
        self.look()
        if self._seat.is_heard and self.state is PlayState.PLAY:
            self._played_s += TICK_S
        if not self._silent_for or self._clock.seconds() >= self._look_at:
            self.refresh()

    def _load(self, choice: Choice, start_s: float = 0.0, *, is_again: bool = False) -> None:
        """Let this enter at once."""
        is_held = self.state is PlayState.PAUSE
        join = CUT if is_held or self._deck.current is None else join_by_hand()
        gain = self._levels.gain_db(choice.entry, self.settings)
        self._deck.load(choice, join, gain, at_once=True, start_s=start_s, is_again=is_again)

    def _cue(self) -> None:
        """Have loaded what comes next."""
        deck, current = self._deck, self._deck.current
        if self._levels.is_awaited and current is None:
            return
        wish, self._wish = self._wish, None
        if wish is None:
            next_one = self.rundown.next(None if current is None else current.choice.entry)
            wish = None if next_one is None else Wish(next_one)
        if wish is None:
            deck.unload()
            if current is None:
                self._ran_out()
            return
        choice, track = wish.choice, wish.choice.entry.track
        join = CUT if current is None else join_between(current.track, track, self.settings.fades)
        gain = self._levels.gain_db(choice.entry, self.settings)
        if deck.coming is None or not deck.coming.is_same(choice, join, gain):
            deck.load(choice, join, gain, start_s=wish.start_s, is_again=wish.is_again)

    def _began(self, number: int) -> None:
        before = self._deck.current
        cued = self._deck.began(number, self._clock.seconds())
        if cued is None:
            return
        self._tries.begin()
        self._silent_for = ""
        track = cued.track
        if not cued.is_again:
            if before is not None:
                self.rundown.end(before.choice)
            self.rundown.begin(cued.choice, self._world.now().timestamp())
            self._tries.played(cued)
            words = (told(track.artist), shown_title(track), told(track.album))
            self._publish(TrackStarted(self.settings.mount, *words, track.seconds))
            self.started(track)
        if self.settings.tells_titles:
            self._seat.play(Tags(artist=told(track.artist), title=shown_title(track)))
        if self._deck.coming is None:
            self._cue()
        self.changed()

    def _failed(self, number: int, reason: str) -> None:
        if (cued := self._deck.failed(number)) is None:
            return
        if not cued.start_s:  # Else it is shorter than its tags say, perhaps.
            self._tries.refuse(cued, reason)
        self._tries.failed()

    def _cue_if_empty(self) -> None:
        """Have something loaded again, where nothing is."""
        if self._seat.is_heard and self._deck.coming is None:
            self._cue()

    def _ran_out(self) -> None:
        """There is nothing to play."""
        standing = self.rundown.standing()
        if standing is Standing.READY:
            self._cue()
            return
        self._empty_deck()
        if standing is Standing.ENDED:
            self.stop()
            return
        self._look_at = self._clock.seconds() + max(TICK_S, self.rundown.wait_s())
        if self._silent_for != standing.value:
            self._silent_for = standing.value
            self._publish(AutoDJSilent(self.settings.mount, standing.value))
            self._seat.play(Tags())
            self.changed()

    def _empty_deck(self) -> None:
        """Nothing plays, and nothing is to."""
        current = self._deck.current
        self._deck.clear()
        if current is not None:
            self.rundown.end(current.choice)

    def _elapsed(self) -> float:
        return self._deck.elapsed_s(self._clock.seconds(), moves=self.state is PlayState.PLAY)
