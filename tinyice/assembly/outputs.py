"""Where log lines go: one place for each log, behind a worker of its own."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar, TypeVarTuple, Unpack

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IReactorTime
from twisted.logger import ILogObserver, LogEvent, Logger
from zope.interface import implementer

from tinyice.config.model import Config
from tinyice.core.events import Event
from tinyice.core.hub import Hub
from tinyice.logs.files import LogFile
from tinyice.logs.observer import make_observer
from tinyice.logs.places import FileOnDisk, OpenDescriptor, Place
from tinyice.logs.sinks import AccessLog, AuthLog, EventLog
from tinyice.logs.tail import Tail
from tinyice.work.threads import Worker

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Gate:
    """Holds work back until the process is the one that will serve.

    twistd logs before it goes into the background, and a thread does not
    survive that.
    """

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._waiting: list[Deferred[None]] | None = []

    def perform(self, work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Deferred[T]:
        """Do this, as soon as the gate is open."""
        if self._waiting is None:
            return self.worker.perform(work_in_worker, *args)
        opened: Deferred[None] = Deferred()
        self._waiting.append(opened)
        return opened.addCallback(lambda _none: self.worker.perform(work_in_worker, *args))

    def open(self) -> None:
        """Let everything through from now on."""
        waiting, self._waiting = self._waiting, None
        for opened in waiting or ():
            opened.callback(None)


@implementer(ILogObserver)
class _Observer:
    """Passes everything on to one observer, which may be exchanged for another."""

    def __init__(self, observer: ILogObserver) -> None:
        self.observer = observer

    def __call__(self, event: LogEvent) -> None:
        """Pass ``event`` on."""
        self.observer(event)


class Outputs:
    """The logs of the station; ``tail`` gets what the event log holds."""

    def __init__(
        self,
        config: Config,
        worker: Callable[[], Worker],
        *,
        clock: IReactorTime,
        now: Callable[[], datetime],
        tail: Tail,
    ) -> None:
        self._new_worker = worker
        self._clock = clock
        self._gates: list[_Gate] = []
        self._files: list[LogFile] = []
        self._now = now
        # The descriptor, not sys.stdout, which twistd turns into log events.
        stdout = OpenDescriptor(1, "standard output")
        events = _on_disk(config.log_file)
        access, auth = _on_disk(config.access_log_file), _on_disk(config.auth_log_file)
        self._on_disk = {"log_file": events, "access_log_file": access, "auth_log_file": auth}
        self._events = self._file(events or stdout)
        self._access = None if access is None else self._file(access)
        self._auth = self._events if auth is None else self._file(auth)
        self._tail = tail
        self._json = config.json_logs
        self._observer = _Observer(self._make_observer(config.log_level))
        self._event_log = EventLog(Logger(namespace="tinyice"), config.log_level)

    @property
    def observer(self) -> ILogObserver:
        """What writes the event log."""
        return self._observer

    def set_level(self, level: str) -> None:
        """Let the event log hold what is at least ``level`` (debug, info, warn, error)."""
        self._observer.observer = self._make_observer(level)
        self._event_log = EventLog(Logger(namespace="tinyice"), level)

    def subscribe(self, hub: Hub) -> None:
        """Write what the station tells."""
        hub.subscribe(self._write_event)
        hub.subscribe(AuthLog(self._auth.write, self._now))
        if self._access is not None:
            hub.subscribe(AccessLog(self._access.write, self._now))

    def open(self) -> list[str]:
        """Begin to write; say what can't be written, which is tried again with every line."""
        faults = []
        for key, place in self._on_disk.items():
            if place is not None and (reason := place.fault()):
                faults.append(f"{key}: can't write {place.name}: {reason}")
        self._open_gates()
        return faults

    def reopen(self) -> None:
        """Open the files anew: somebody may have moved them away."""
        for file in self._files:
            file.reopen()

    async def stop(self, deadline_s: float) -> None:
        """Write what waits."""
        self._open_gates()
        await DeferredList([file.stop() for file in self._files])
        await DeferredList([gate.worker.stop(deadline_s) for gate in self._gates])

    def _write_event(self, event: Event) -> None:
        self._event_log(event)

    def _make_observer(self, level: str) -> ILogObserver:
        return make_observer(
            level, json_logs=self._json, write=self._events.write, keep=self._tail.add
        )

    def _open_gates(self) -> None:
        for gate in self._gates:
            gate.open()

    def _file(self, place: Place) -> LogFile:
        # A worker each: a terminal that was stopped must not hold up the files.
        gate = _Gate(self._new_worker())
        file = LogFile(place, worker=gate, clock=self._clock)
        self._gates.append(gate)
        self._files.append(file)
        return file


def _on_disk(path: str) -> FileOnDisk | None:
    return FileOnDisk(str(Path(path).absolute())) if path else None
