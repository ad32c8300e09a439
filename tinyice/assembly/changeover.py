"""The upgrade as the service sees it: whether the station is ours, yet or still."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import ReactorNotRunning
from twisted.logger import Logger

from tinyice.assembly.build import Parts
from tinyice.core.access.principal import SIGNAL
from tinyice.core.clients import Client
from tinyice.core.errors import Conflict
from tinyice.core.events import ChangeMade, RequestFinished, RequestRefused, ServerStopping
from tinyice.net.door import Door
from tinyice.options import Options
from tinyice.systemd import Notifier
from tinyice.work.successor import is_successor, same_command, successor_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tinyice.assembly.control import Control
    from tinyice.assembly.upgrading import Upgraded, Upgrading
    from tinyice.handover.passage import Passage


class Changeover:
    """What this process was begun for, and who comes after it.

    What does the work weighs, and is imported when there is some.
    """

    _log = Logger(namespace="tinyice")

    def __init__(
        self,
        parts: Parts,
        reactor: ReactorBase,
        notifier: Notifier,
        options: Options,
        leave: "Callable[[], None]",
    ) -> None:
        self._parts = parts
        self._reactor = reactor
        self._notifier = notifier
        self._options = options
        self._leave = leave
        self.control: Control | None = None
        """Which a successor has to have at once."""
        self._folder = str(Path.cwd())
        self._upgrading: Upgrading | None = None
        self._passages: Collection[Passage] = ()
        parts.behind.upgrades.perform = self.told
        self.is_successor = is_successor(os.environ)
        """Whether a predecessor has begun this process."""
        self._is_stopping = False
        self.is_succeeded = False
        """Whether a successor serves by now."""
        if self.is_successor:
            from tinyice.assembly.succession import Succession  # noqa: PLC0415

            self._succession = Succession(options)

    def when_ours(self, begin: "Callable[[], None]") -> None:
        """Call ``begin`` when this process serves: at once, but for a successor."""
        if not self.is_successor:
            begin()
            return

        def restored() -> None:
            story = self._succession.perform(self._parts, self._reactor, begin)
            Deferred.fromCoroutine(story).addErrback(self._failed)

        self._parts.behind.storage.when_restored(restored)

    async def upgrade(self) -> "Upgraded":
        """Let a successor take over; raises Conflict with the reason why it did not."""
        from tinyice.assembly.upgrading import Command, Upgrading  # noqa: PLC0415

        if self.is_succeeded:
            raise Conflict("another process serves already")
        if self._is_stopping:
            raise Conflict("the server is stopping")
        if self._upgrading is None:
            command = Command(
                same_command(sys.orig_argv, sys.executable),
                successor_environment(os.environ),
                self._folder,
            )
            self._upgrading = Upgrading(
                self._parts, self._reactor, command, self._left, control=self.control
            )
        return await self._upgrading.perform()

    async def told(self) -> "Sequence[str]":
        """The same, with a sentence for who asked."""
        done = await self.upgrade()
        came = f"{done.listeners} listeners and {done.sources} sources"
        return (f"process {done.pid} of version {done.version} serves, with {came}",)

    def upgrade_at_signal(self) -> None:
        """The same, when nobody waits for the answer: the event tells it."""

        async def upgrade() -> None:
            with suppress(Conflict):
                await self._parts.behind.upgrades.upgrade(who=SIGNAL, client=Client(""))

        Deferred.fromCoroutine(upgrade()).addErrback(self._failed)

    def stop(self) -> None:
        """Let nobody go on through this process, or take over from it."""
        self._is_stopping = True
        if self._upgrading is not None:
            self._upgrading.give_up()
        for passage in tuple(self._passages):
            passage.cut()

    def _left(self, pid: int, passages: "Collection[Passage]") -> None:
        """The process ``pid`` serves: end here what is left, and then this process."""
        parts = self._parts
        self.is_succeeded = True
        self._passages = passages
        self._notifier.succeeded(pid)
        self._options.be_succeeded()
        # What becomes of sources and listeners, the successor tells.
        parts.hub.narrow(ChangeMade, RequestFinished, RequestRefused, ServerStopping)
        parts.hub.publish(ServerStopping())
        parts.front.is_leaving = True
        parts.entrances.forsake()
        for waiting in tuple(parts.front.waiting.deadlines):
            if isinstance(waiting, Door):
                waiting.send_away()
        self._leave()
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, signal.SIG_IGN)
        ending = [Deferred.fromCoroutine(self._end_streaming())]
        leaving = DeferredList(ending, consumeErrors=True)
        leaving.addCallback(lambda _ended: parts.entrances.when_empty())
        leaving.addErrback(self._failed)
        leaving.addBoth(self._end)

    def _end(self, _result: object) -> None:
        # It ends by itself: to be told so once more would be an error of Twisted's.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        with suppress(ReactorNotRunning):
            self._reactor.stop()

    async def _end_streaming(self) -> None:
        streaming = self._parts.streaming
        self._parts.outward.relaying.stop()
        transcoding = streaming.transcoding.stop()
        mpd = self._parts.mpd.stop()
        autodjs = streaming.autodjing.stop()
        meters = streaming.metering.stop()
        streaming.playing.stop()
        if streaming.demo is not None:
            await streaming.demo.stop()
        streaming.mounts.stop()
        await transcoding
        await autodjs
        await mpd
        await meters
        await streaming.workers.forsake()

    def _failed(self, failure: object) -> None:
        self._log.error("the changeover failed: {failure}", failure=failure)
