"""Files of mounts: recordings of what comes in, and intros."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.core.events import DumpFailed, Event
from tinyice.core.mounts import Mounts
from tinyice.core.settings import MountSettings
from tinyice.work.files import FileWriter, read_file_in_worker
from tinyice.work.jobs import Deliver
from tinyice.work.threads import Worker

INTRO_MAX_BYTES = 8 * 1024 * 1024
_QUEUE = 4


class Recordings:
    """Opens the dump file of a mount, each behind a worker of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        deliver: Deliver,
        clock: IReactorTime,
        now: Callable[[], datetime],
        publish: Callable[[Event], None],
    ) -> None:
        self._folder = folder
        self._deliver = deliver
        self._clock = clock
        self._now = now
        self._publish = publish
        self._open: set[Recording] = set()

    def open(self, settings: MountSettings) -> "Recording | None":
        """The recording of a session that begins now, where the mount wants one."""
        if not settings.dump_file:
            return None
        worker = Worker("dump", _QUEUE, deliver=self._deliver, clock=self._clock)
        path = str(self._folder / settings.dump_file)

        def failed(reason: str) -> None:
            self._publish(DumpFailed(settings.path, path, reason))

        recording = Recording(
            FileWriter(path, worker, now=self._now, failed=failed), self._open.discard
        )
        self._open.add(recording)
        return recording

    async def flush(self) -> None:
        """Write what waits."""
        await DeferredList([recording.when_written() for recording in tuple(self._open)])

    async def stop(self) -> None:
        """Write what waits and close everything."""
        await DeferredList([recording.close() for recording in tuple(self._open)])


class Recording:
    """The dump file of one session."""

    def __init__(self, file: FileWriter, closed: "Callable[[Recording], None]") -> None:
        self._file = file
        self._closed = closed

    def write(self, data: bytes) -> None:
        """Record ``data`` soon."""
        self._file.write(data)

    def when_written(self) -> Deferred[None]:
        """Fires when nothing waits."""
        return self._file.when_written()

    def close(self) -> Deferred[None]:
        """Write what waits, and end."""
        return self._file.close().addBoth(self._done)

    def _done(self, result: None) -> None:
        self._closed(self)
        return result


class Intros:
    """Reads the intro files of mounts, off the reactor."""

    _log = Logger()

    def __init__(self, mounts: Mounts, folder: Path, worker: Worker) -> None:
        self._mounts = mounts
        self._folder = folder
        self._worker = worker

    def load(self, settings: MountSettings) -> None:
        """Read the intro of one mount, if it has one; listeners hear it once it is here."""
        if not settings.intro_file:
            return
        path = str(self._folder / settings.intro_file)
        reading = self._worker.perform(read_file_in_worker, path, INTRO_MAX_BYTES)
        reading.addCallback(self._use, settings.path)
        reading.addErrback(self._say, settings.path, path)

    def _use(self, content: bytes, mount: str) -> None:
        self._mounts.set_intro(mount, content)

    def _say(self, failure: Failure, mount: str, path: str) -> None:
        self._log.error(
            "{mount} goes without its intro: {path}: {reason}",
            mount=mount,
            path=path,
            reason=failure.getErrorMessage(),
        )
