"""Programs of the operator: one is asked what plays next, one is told what plays.

Rules of this file:

- nothing waits for them: what comes next is asked for while something plays, and waits in
  the queue, behind what people have put there; without a good answer the playlist goes on;
- of each of them one runs at a time;
- what goes wrong is told once, until it goes well or goes wrong in another way.
"""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.autodj.deck import shown_title, told
from tinyice.autodj.librarian_messages import Look
from tinyice.autodj.library import Library
from tinyice.autodj.looking import RunningLook
from tinyice.autodj.player import Player
from tinyice.autodj.surroundings import Surroundings
from tinyice.autodj.upnext import ASKED
from tinyice.config.autodjs import AutoDJ
from tinyice.core.codec_events import CommandFailed
from tinyice.core.errors import DomainError
from tinyice.core.tracks import Track
from tinyice.wire.charset import printable
from tinyice.work.backoff import Backoff
from tinyice.work.command_messages import Answer, Order
from tinyice.work.commands import RunningCommand, command_environment
from tinyice.work.once import Once

SONG, ON_PLAY = "song_command", "on_play_command"
AGAIN = Backoff(first_s=5.0, longest_s=60.0)
"""So long until a program is asked again where nothing plays."""


SHOWN_CHARS = 200


class Scene(NamedTuple):
    """The AutoDJ that hooks belong to.

    ``config``: what is said of it now; ``library``: where it plays from now.
    """

    config: Callable[[], AutoDJ]
    player: Player
    library: Callable[[], Library]
    world: Surroundings


class _Hook:
    """One program: run for an AutoDJ, once at a time, and complained about."""

    _log = Logger()

    def __init__(self, scene: Scene, name: str) -> None:
        self._scene = scene
        self._name = name
        self._running: RunningCommand | None = None
        self._is_stopped = False
        self.fault = ""
        """What was wrong with it the last time; "": nothing."""

    def _run(self, words: Sequence[str], more: dict[str, str], seconds: float) -> RunningCommand:
        world = self._scene.world
        more = {"TINYICE_MOUNT": self._scene.config().mount, **more}
        environment = command_environment(world.environment, more)
        order = Order(words, self._scene.library().settings.root, environment, seconds)
        running = RunningCommand(order, world.environment, spawner=world.spawner, clock=world.clock)
        self._running = running
        running.start()
        return running

    def _tell(self, fault: str) -> None:
        if fault and fault != self.fault and not self._is_stopped:
            mount = self._scene.config().mount
            self._scene.world.publish(CommandFailed(mount, self._name, fault))
        self.fault = fault

    def stop(self) -> Deferred[None]:
        """End what runs, and run nothing more; fires when nothing is left."""
        self._is_stopped = True
        return succeed(None) if self._running is None else self._running.stop()


class SongCommand(_Hook):
    """The program that is asked what plays next."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, SONG)
        self._look: RunningLook | None = None
        self._is_asking = self._is_due = False
        self._answered: Once[None] = Once()
        self._over: Once[None] = Once()
        self._in_a_row = 0
        self._again_at = 0.0

    async def first(self) -> None:
        """Ask, and come back when that is answered: before anything plays there is time."""
        self.ask()
        if self._is_asking:
            await self._answered.when()

    def started(self) -> None:
        """Something plays: now there is time to ask for the next one."""
        self._in_a_row = 0
        self.ask()

    def sweep(self) -> None:
        """Once a second: where nothing plays, ask again after a while."""
        is_due = self._scene.world.clock.seconds() >= self._again_at
        if is_due and not self._is_asking and self._scene.player.snapshot().is_silent:
            self.ask()

    def ask(self) -> None:
        """Ask for the next one, unless that is known, or is asked for already."""
        config = self._scene.config()
        is_known = any(priority == ASKED for _, priority in self._scene.player.up_next.all())
        if not config.song_command or is_known or self._is_stopped:
            return
        if self._is_asking:
            # What was asked before may be answered and played, and not quite over.
            self._is_due = True
            return
        self._in_a_row += 1
        self._again_at = self._scene.world.clock.seconds() + AGAIN.delay_s(self._in_a_row)
        self._is_asking, self._answered, self._over = True, Once(), Once()
        Deferred.fromCoroutine(self._ask(config)).addBoth(self._asked)

    def stop(self) -> Deferred[None]:
        """End what runs, and ask no more; fires when nothing is left."""
        ended = super().stop()
        if self._look is not None:
            self._look.stop()
        return self._over.when() if self._is_asking else ended

    async def _ask(self, config: AutoDJ) -> None:
        running = self._run(config.song_command, {}, config.song_command_s)
        answer = await running.answer
        self._tell(answer.fault or await self._follow(answer))
        self._answered.set(None)
        await running.over
        if self._look is not None:
            await self._look.stop()

    def _asked(self, result: Failure | None) -> None:
        if result is not None:
            self._log.failure("what was asked for could not be looked at", result)
        self._running, self._look, self._is_asking = None, None, False
        self._answered.set(None)
        self._over.set(None)
        if self._is_due:
            self._is_due = False
            self.ask()

    async def _follow(self, answer: Answer) -> str:
        """Let what it names wait; what is wrong with that, or ""."""
        line = answer.output.partition("\n")[0].strip()
        if not line:
            return "it names no file"
        library = self._scene.library()
        try:
            track = await self._track(line, library)
            if library is not self._scene.library():
                # It was asked for there: here something else is to be named.
                self._is_due = True
                return ""
            if not track.fault and not self._is_stopped:
                self._scene.player.queue(lambda queue: queue.add(track, ASKED))
        except DomainError as refusal:
            return str(refusal)
        shown = printable(told(line))[:SHOWN_CHARS]
        return f"{shown}: {track.fault}" if track.fault else ""

    async def _track(self, line: str, library: Library) -> Track:
        """The file that is named; as the library knows it, if it does."""
        settings, world = library.settings, self._scene.world
        known = await _known(library, line.removeprefix(settings.root.rstrip("/") + "/"))
        if known is not None:
            return known
        look = Look(settings.root, settings.bounds, line, settings.assumed)
        self._look = RunningLook(look, world.environment, spawner=world.spawner, clock=world.clock)
        track = await self._look.start()
        known = None if track.fault else await _known(library, track.path)
        return track if known is None else known


class OnPlayCommand(_Hook):
    """The program that is told what plays."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, ON_PLAY)
        self._waiting: Track | None = None

    def started(self, track: Track) -> None:
        """This plays. Whoever is told of the one before hears of it afterwards."""
        self._waiting = track
        self._go()

    def _go(self) -> None:
        config, track = self._scene.config(), self._waiting
        if self._running is not None or track is None or self._is_stopped:
            return
        self._waiting = None
        if config.on_play_command:
            more = _words_of(track, self._scene.library().settings.root)
            running = self._run(config.on_play_command, more, config.on_play_command_s)
            running.answer.addCallback(lambda answer: self._tell(answer.fault))
            running.over.addCallback(self._over)

    def _over(self, _over: None) -> None:
        self._running = None
        self._go()


class Hooks:
    """Both of them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.song = SongCommand(scene)
        self.on_play = OnPlayCommand(scene)

    async def first(self) -> None:
        """Before it begins to play: ask what with."""
        await self.song.first()

    def started(self, track: Track) -> None:
        """This is audible."""
        self.on_play.started(track)
        self.song.started()

    def changed(self, before: AutoDJ) -> None:
        """What is said of the AutoDJ is not what it was."""
        if self._scene.config().song_command != before.song_command:
            self.song.ask()

    def moved(self) -> None:
        """There is another library: what was named is not in it."""
        self.song.ask()

    def sweep(self) -> None:
        """Once a second."""
        self.song.sweep()

    def stop(self) -> Deferred[None]:
        """End what runs, and run nothing more; fires when nothing is left."""
        ended = DeferredList([self.song.stop(), self.on_play.stop()], consumeErrors=True)
        return ended.addCallback(lambda _ended: None)


async def _known(library: Library, path: str) -> Track | None:
    """The good track of that path in the library; whether it is still there shows later."""
    (known,) = await library.tracks([path])
    return None if known is None or known.fault else known


def _words_of(track: Track, root: str) -> dict[str, str]:
    return {
        "TINYICE_ARTIST": told(track.artist),
        "TINYICE_TITLE": shown_title(track),
        "TINYICE_ALBUM": told(track.album),
        "TINYICE_FILE": os.path.normpath(f"{root}/{track.path}"),
    }
