"""The station as one Twisted service: the order in which it starts and stops.

It stops one part after the other, each with a deadline: the ports, sources and
listeners, workers, recordings, and the logs last.
"""

import os
import secrets
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from types import FrameType
from typing import Any, cast

from twisted.application.service import IService, Service
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as TookTooLong
from twisted.logger import ILogObserver, Logger
from twisted.python.components import Componentized
from twisted.python.failure import Failure

from tinyice import __version__
from tinyice.assembly.build import Parts, build
from tinyice.assembly.changeover import Changeover
from tinyice.assembly.chronicle import chronicle_periodic
from tinyice.assembly.control import Command, Control
from tinyice.assembly.figures import LAG_SAMPLE_S
from tinyice.assembly.machine import file_room, raise_file_limit
from tinyice.assembly.ports import PortTaken, by_name
from tinyice.assembly.welcome import welcome
from tinyice.certs.pair import CertificateFault
from tinyice.config.load import Loaded
from tinyice.core.access.principal import COMMAND
from tinyice.core.clients import Client
from tinyice.core.events import ServerStarted, ServerStopping
from tinyice.net.periodic import Periodic
from tinyice.options import Options, load_or_exit
from tinyice.systemd import Notifier, first_environ, listen_fds
from tinyice.work.passwords import hash_now
from tinyice.work.successor import is_successor

SWEEP_S = 1.0
REAP_S = 900.0
_PARTING_S = 1.0
_CLOSING_S = 2.0
_WORKERS_S = 4.0
_NEWS_S = 1.0
_STORE_S = 3.0
_LOG_S = 2.0


def make_service(options: Options) -> IService:
    """The whole station, from its command line: twistd's way in.

    What people must see once (credentials of a first start, faults of the
    configuration) goes to the terminal from here, before any log begins.
    """
    from twisted.internet import reactor as running

    reactor = cast("ReactorBase", running)
    # Twisted's own clock is the wall's: set back, it would stop the pulse for as long.
    reactor.seconds = time.monotonic
    loaded = load_or_exit(options, environ=os.environ, hasher=hash_now, stderr=sys.stderr)
    demo = bool(options["demo"])
    if not is_successor(os.environ):
        for line in welcome(loaded, demo=demo):
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    config = loaded.config
    files = file_room(raise_file_limit(), ports=3, sources_max=config.max_sources)
    key = secrets.token_bytes(32)
    path = options.config_path(os.environ)
    notifier = Notifier(environ=os.environ, pid=os.getpid(), monotonic=time.monotonic)
    parts = build(loaded, path, reactor, local_now, key, files=files, demo=demo, manager=notifier)
    # In the background there is no standard error any more, but this stays.
    return StationService(loaded, parts, reactor, notifier, options, terminal=os.dup(2))


def local_now() -> datetime:
    """The time, with the zone of the machine."""
    return datetime.now().astimezone()


class NotStarted(SystemExit, Exception):
    """The server can't start, and its terminal knows why: end with status 1.

    It is an Exception too, because twistd's parent in the foreground waits for
    ever for a child in the background that ends by SystemExit alone.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(1)
        self._reason = reason

    def __str__(self) -> str:
        return self._reason


class StationService(Service):
    """The running station."""

    name = "tinyice"
    _log = Logger(namespace="tinyice")

    def __init__(
        self,
        loaded: Loaded,
        parts: Parts,
        reactor: ReactorBase,
        notifier: Notifier,
        options: Options,
        *,
        terminal: int,
    ) -> None:
        self._terminal = terminal
        self._loaded = loaded
        self._parts = parts
        self._reactor = reactor
        self._notifier = notifier
        self._changeover = Changeover(parts, reactor, notifier, options, self._leave)
        self._control = self._changeover.control = self._make_control()
        self._sweeping = Periodic("sweep", reactor, SWEEP_S, self._sweep)
        self._periodic = self._make_periodic()
        self._is_told_to_stop = False

    def setServiceParent(self, parent: IService) -> None:
        """Join the application, and write its log."""
        if isinstance(parent, Componentized):
            parent.setComponent(ILogObserver, self._parts.outputs.observer)  # type: ignore[no-untyped-call]
        super().setServiceParent(parent)  # type: ignore[no-untyped-call]

    def privilegedStartService(self) -> None:
        """Open the ports, while low numbers may still be used."""
        super().privilegedStartService()  # type: ignore[no-untyped-call]
        try:
            if not self._changeover.is_successor:
                self._open_ports()
        except (PortTaken, CertificateFault) as fault:
            # sys.stderr is the log's by now, and the log is not open yet.
            self._tell_terminal(str(fault))
            raise NotStarted(str(fault)) from None

    def startService(self) -> None:
        """Begin to serve."""
        super().startService()  # type: ignore[no-untyped-call]
        parts = self._parts
        for fault in parts.outputs.open():
            self._tell_terminal(f"warning: {fault}")
        os.close(self._terminal)
        for note in self._loaded.notes:
            self._log.warn("{note}", note=note)
        self._log.info("{room}", room=parts.files.in_words(parts.config.max_listeners))
        for mount in parts.mounts:
            parts.streaming.intros.load(mount.settings)
        parts.behind.branding.begin()
        parts.behind.countries.begin()
        for periodic in self._periodic:
            periodic.startService()  # type: ignore[no-untyped-call]
        parts.streaming.workers.start()
        restored = parts.behind.storage.restore(
            parts.behind.access.sessions, parts.behind.access.lockouts
        )
        Deferred.fromCoroutine(restored).addErrback(self._not_restored)
        self._reactor.callWhenRunning(self._changeover.when_ours, self._running)

    def _not_restored(self, failure: Failure) -> None:
        self._log.failure("what was kept of earlier runs can't be read", failure)

    def _tell_terminal(self, sentence: str) -> None:
        """What no log can tell. A terminal that is gone is no fault."""
        with suppress(OSError):
            os.write(self._terminal, f"tinyice: {sentence}\n".encode())

    def stopService(self) -> Deferred[None]:
        """End everything in order; fires within the time that the configuration gives."""
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._stop())

    def _make_control(self) -> Control:
        reloading, file = self._parts.behind.reloading, self._parts.ground.file
        reload = partial(reloading.reload, who=COMMAND, client=Client(""))
        upgrade = partial(self._parts.behind.upgrades.upgrade, who=COMMAND, client=Client(""))
        commands: dict[str, Command] = {"reload": reload, "upgrade": upgrade, "version": _version}
        return Control(file.path, commands, self._reactor)

    def _leave(self) -> None:
        """Another process serves: what is left here are connections that can't go over."""
        for periodic in self._periodic:
            if periodic is not self._sweeping:
                periodic.stopService()  # type: ignore[no-untyped-call]

    def _make_periodic(self) -> list[Service]:
        parts, clock = self._parts, self._reactor
        periodic: list[Service] = [
            *parts.streaming.pulses,
            *chronicle_periodic(parts.behind.chronicle, clock),
            self._sweeping,
            Periodic("reactor lag", clock, LAG_SAMPLE_S, parts.lag.sample),
            Periodic("old sessions", clock, REAP_S, parts.behind.access.reap),
        ]
        if self._notifier.watchdog_seconds is not None:
            watchdog = self._notifier.watchdog_seconds
            periodic.append(Periodic("watchdog", clock, watchdog, self._notifier.watchdog))
        return periodic

    def _sweep(self) -> None:
        self._parts.mounts.sweep()
        self._parts.front.waiting.sweep(self._reactor.seconds())
        self._parts.entrances.sweep()

    def _open_ports(self) -> None:
        passed = by_name(listen_fds(first_environ(os.environ), os.getpid()))
        self._parts.entrances.open(self._parts.config, passed.by_key)

    def _running(self) -> None:
        """The reactor runs and the station is ours: so are signals; who started us may know."""
        if self._parts.streaming.demo is not None:
            self._parts.streaming.demo.start()
        self._parts.streaming.playing.start()
        signal.signal(signal.SIGUSR2, self._upgrade)
        signal.signal(signal.SIGUSR1, self._reopen)
        signal.signal(signal.SIGHUP, self._reload)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._heed_once(number)
        entrances = self._parts.entrances
        self._control.start()
        if not self._changeover.is_successor:
            self._parts.hub.publish(ServerStarted(__version__, entrances.in_words()))
        self._parts.outward.relaying.start()
        self._parts.streaming.transcoding.start()
        self._parts.streaming.autodjing.start()
        self._parts.mpd.start()
        self._parts.streaming.metering.start()
        self._notifier.ready(entrances.status)

    def _heed_once(self, number: signal.Signals) -> None:
        """``timeout`` and impatient people send it twice, and Twisted fails at the second."""
        stop = signal.getsignal(number)

        def stop_once(given: int, frame: FrameType | None) -> None:
            if not self._is_told_to_stop and callable(stop):
                self._is_told_to_stop = True
                stop(given, frame)

        signal.signal(number, stop_once)

    def _reopen(self, number: int, frame: object) -> None:
        self._reactor.callFromThread(self._parts.outputs.reopen)

    def _upgrade(self, number: int, frame: object) -> None:
        self._reactor.callFromThread(self._changeover.upgrade_at_signal)

    def _reload(self, number: int, frame: object) -> None:
        self._reactor.callFromThread(self._read_again)

    def _read_again(self) -> None:
        if not self._is_told_to_stop:
            reading = Deferred.fromCoroutine(self._parts.behind.reloading.at_signal())
            reading.addErrback(self._not_read)

    def _not_read(self, failure: Failure) -> None:
        self._log.failure("the configuration was not read again as it should be", failure)

    async def _stop(self) -> None:
        parts = self._parts
        self._notifier.stopping("ending sources and listeners")
        if not self._changeover.is_succeeded:
            parts.hub.publish(ServerStopping())
        self._changeover.stop()
        await self._control.stop()
        await parts.entrances.close()
        for periodic in self._periodic:
            periodic.stopService()  # type: ignore[no-untyped-call]
        if parts.streaming.demo is not None:
            await self._within(_CLOSING_S, "the demo programme", parts.streaming.demo.stop())
        parts.outward.relaying.stop()
        transcoding = parts.streaming.transcoding.stop()
        mpd = parts.mpd.stop()
        autodjs = parts.streaming.autodjing.stop()
        meters = parts.streaming.metering.stop()
        parts.mounts.stop()
        parts.streaming.playing.stop()
        for thread in (*parts.threads, *parts.checkers.workers):
            # Who waits for a password to be checked is told to come again.
            thread.stop(0)
        await self._connections_closed(_PARTING_S)
        parts.front.waiting.end()
        if not await self._connections_closed(_CLOSING_S):
            self._log.warn("some connections did not end in time")
        await self._within(_WORKERS_S, "codec processes", transcoding)
        await self._within(_WORKERS_S, "AutoDJs", autodjs)
        await self._within(_CLOSING_S, "ports for MPD", mpd)
        await self._within(_WORKERS_S, "level meters", meters)
        await self._within(_WORKERS_S, "the workers", parts.streaming.workers.stop())
        await self._within(_CLOSING_S, "recordings", parts.streaming.recordings.stop())
        await self._within(_NEWS_S, "news for web sites", parts.outward.gates.stop(_NEWS_S))
        await self._within(_CLOSING_S, "outgoing connections", parts.outward.outbound.stop())
        await self._within(_STORE_S, "the database", parts.behind.storage.stop())
        self._log.info("stopped")
        await self._within(_LOG_S, "the logs", parts.outputs.stop(_LOG_S))

    async def _connections_closed(self, seconds: float) -> bool:
        """Whether every connection is gone within ``seconds``."""
        # Out of time, those that still wait are cancelled.
        empty = self._parts.entrances.when_empty()
        try:
            await empty.addTimeout(seconds, self._reactor)
        except TookTooLong:
            return False
        return True

    async def _within(
        self, seconds: float, what: str, work: Coroutine[Deferred[Any], Any, None] | Deferred[None]
    ) -> None:
        """Wait for ``work``, but not for long."""
        done = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
        try:
            await done.addTimeout(seconds, self._reactor)
        except TookTooLong:
            self._log.warn("{what} took more than {seconds} s", what=what, seconds=seconds)


async def _version() -> Sequence[str]:
    """Which version runs."""
    return [__version__]
