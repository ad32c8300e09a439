"""Where log lines go: one place for each log, behind a worker of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar, TypeVarTuple, Unpack

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IReactorTime
from twisted.logger import ILogObserver, LogEvent, Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.config.faults import ConfigFaults, Fault
from tinyice.config.model import Config
from tinyice.core.events import Event
from tinyice.core.hub import Hub
from tinyice.logs.files import LogFile
from tinyice.logs.observer import make_observer
from tinyice.logs.places import FileOnDisk, OpenDescriptor, Place
from tinyice.logs.sinks import AccessLog, AuthLog, EventLog
from tinyice.logs.tail import Tail
from tinyice.work.threads import Worker

EVENTS, ACCESS, AUTH = "log_file", "access_log_file", "auth_log_file"
KEYS = (EVENTS, ACCESS, AUTH)
"""The keys that name the files. Without its own, failed logins are part of the event log."""

_RETIRE_S = 10.0
"""How long a log that is not wanted any more may take to be written."""

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


@dataclass(frozen=True, slots=True)
class _Log:
    """One log: its file, or what stands for it, and the gate before its worker."""

    place: Place
    file: LogFile
    gate: _Gate

    async def stop(self, deadline_s: float) -> None:
        """Write what waits."""
        await self.file.stop()
        await self.gate.worker.stop(deadline_s)


class Outputs:
    """The logs of the station; ``tail`` gets what the event log holds."""

    _log = Logger(namespace="tinyice")

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
        self._now = now
        self._tail = tail
        self._is_open = False
        # The descriptor, not sys.stdout, which twistd turns into log events.
        self._stdout = OpenDescriptor(1, "standard output")
        self._logs = {key: log for key in KEYS if (log := self._log_of(key, config)) is not None}
        self._observer = _Observer(self._make_observer(config))
        self._event_log = EventLog(Logger(namespace="tinyice"), config.log_level)
        self._access_log = AccessLog(self._write_access, now)

    @property
    def observer(self) -> ILogObserver:
        """What writes the event log."""
        return self._observer

    def follow(self, before: Config, after: Config) -> None:
        """Write what ``after`` wants, where it wants it; what was written before is on its way."""
        for key in KEYS:
            if getattr(before, key) != getattr(after, key):
                self._replace(key, after)
        self._observer.observer = self._make_observer(after)
        self._event_log = EventLog(Logger(namespace="tinyice"), after.log_level)

    def subscribe(self, hub: Hub) -> None:
        """Write what the station tells."""
        hub.subscribe(self._write_event)
        hub.subscribe(AuthLog(self._write_auth, self._now))
        hub.subscribe(self._write_request)

    def open(self) -> list[str]:
        """Begin to write; say what can't be written, which is tried again with every line."""
        faults = []
        for key, log in self._logs.items():
            if isinstance(log.place, FileOnDisk) and (reason := log.place.fault()):
                faults.append(f"{key}: can't write {log.place.name}: {reason}")
        self._open_gates()
        return faults

    def reopen(self) -> None:
        """Open the files anew: somebody may have moved them away."""
        for log in self._logs.values():
            log.file.reopen()

    async def stop(self, deadline_s: float) -> None:
        """Write what waits."""
        self._open_gates()
        logs = self._logs.values()
        await DeferredList([log.file.stop() for log in logs])
        await DeferredList([log.gate.worker.stop(deadline_s) for log in logs])

    def _write_event(self, event: Event) -> None:
        self._event_log(event)

    def _write_request(self, event: Event) -> None:
        if ACCESS in self._logs:
            self._access_log(event)

    def _write_access(self, lines: str) -> None:
        self._logs[ACCESS].file.write(lines)

    def _write_auth(self, lines: str) -> None:
        self._logs.get(AUTH, self._logs[EVENTS]).file.write(lines)

    def _write_events(self, lines: str) -> None:
        self._logs[EVENTS].file.write(lines)

    def _make_observer(self, config: Config) -> ILogObserver:
        return make_observer(
            config.log_level,
            json_logs=config.json_logs,
            write=self._write_events,
            keep=self._tail.add,
        )

    def _replace(self, key: str, config: Config) -> None:
        before, now = self._logs.pop(key, None), self._log_of(key, config)
        if now is not None:
            self._logs[key] = now
        if before is not None:
            Deferred.fromCoroutine(before.stop(_RETIRE_S)).addErrback(self._not_stopped)

    def _not_stopped(self, failure: Failure) -> None:
        self._log.failure("a log that is not written any more was not closed", failure)

    def _log_of(self, key: str, config: Config) -> _Log | None:
        path = getattr(config, key)
        if not path and key != EVENTS:
            return None
        place = FileOnDisk(str(Path(path).absolute())) if path else self._stdout
        # A worker each: a terminal that was stopped must not hold up the files.
        gate = _Gate(self._new_worker())
        if self._is_open:
            gate.open()
        return _Log(place, LogFile(place, worker=gate, clock=self._clock), gate)

    def _open_gates(self) -> None:
        self._is_open = True
        for log in self._logs.values():
            log.gate.open()


def judge_logs(before: Config, after: Config) -> None:
    """Look whether the files that ``before`` does not have can be written; raises ConfigFaults."""
    faults = []
    for key in KEYS:
        path = getattr(after, key)
        if path and path != getattr(before, key):
            place = FileOnDisk(str(Path(path).absolute()))
            if reason := place.fault():
                faults.append(Fault(key, f"can't write {place.name}: {reason}"))
    if faults:
        raise ConfigFaults(faults)
