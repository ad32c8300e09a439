"""Files that may be slow: recordings written, small files read, never by us.

A recording must not cost the audio anything. So the caller of ``write`` is
never blocked and sees no error: bytes wait, bounded, for a worker; what goes
wrong ends the recording and is told once.
"""

import errno
import os
import stat
from collections.abc import Callable
from datetime import datetime

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from tinyice.work.jobs import Busy, Stopped, Work
from tinyice.work.once import Once

MAX_WAITING_BYTES = 4 * 1024 * 1024
"""Some minutes of audio; a disk that is so far behind is taken for broken."""

CLOSE_WITHIN_S = 5.0
MODE = 0o640
TOO_SLOW = "the disk does not keep up"


class TooLarge(OSError):
    """The file has more bytes than it may have."""


class FileWriter:
    """A recording: appends to one file what it is given.

    ``pattern`` may have strftime's ``%Y-%m-%d_%H%M%S``, filled in now; folders
    must exist. ``work`` belongs to this writer alone and ends with it, so that
    one slow disk delays one recording; it has room for four jobs. ``failed`` is
    called at most once.
    """

    def __init__(
        self,
        pattern: str,
        work: Work,
        *,
        now: Callable[[], datetime],
        failed: Callable[[str], None],
        max_waiting_bytes: int = MAX_WAITING_BYTES,
    ) -> None:
        self.path = _filled_in(pattern, now())
        self._work = work
        self._failed = failed
        self._max_waiting_bytes = max_waiting_bytes
        self._file = _Recording(self.path)
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._writing_bytes = 0
        self._looking: list[Deferred[None]] = []
        self._ended = False
        self._told = False
        self._closed: Once[None] = Once()

    def write(self, data: bytes) -> None:
        """Append ``data`` soon; nothing after an end or a failure."""
        if self._ended or not data:
            return
        if self._waiting_bytes + self._writing_bytes + len(data) > self._max_waiting_bytes:
            self._fail(TOO_SLOW)
            return
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self._write_next()

    def when_written(self) -> Deferred[None]:
        """Fires when nothing waits to be written, or nothing will be any more."""
        if not self._writing_bytes and not self._waiting:
            return succeed(None)
        written: Deferred[None] = Deferred()
        self._looking.append(written)
        return written

    def close(self) -> Deferred[None]:
        """Write what waits and end; fires when the file is closed, or given up."""
        self._flush()
        self._end()
        return self._closed.when()

    def _write_next(self) -> None:
        if not self._writing_bytes:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._writing_bytes += len(data)
        written = self._work.perform(self._file.append_in_worker, data)
        written.addCallback(self._written, len(data))
        written.addErrback(self._not_written)

    def _written(self, _result: None, size: int) -> None:
        self._writing_bytes -= size
        self._write_next()
        if not self._writing_bytes:
            self._tell_looking()

    def _tell_looking(self) -> None:
        looking, self._looking = self._looking, []
        for written in looking:
            written.callback(None)

    def _not_written(self, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, Stopped | Busy):
            self._fail(TOO_SLOW)
        else:
            self._fail((isinstance(error, OSError) and error.strerror) or str(error))

    def _fail(self, reason: str) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0
        self._tell_looking()
        if not self._told:
            self._told = True
            self._failed(reason)
        self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._work.submit(self._file.close_in_worker)
            self._work.stop(CLOSE_WITHIN_S).addCallback(lambda _drained: self._closed.set(None))


class _Recording:
    """The open file; used in the worker only."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor: int | None = None

    def append_in_worker(self, data: bytes) -> None:
        if self._descriptor is None:
            self._descriptor = _open_to_append_in_worker(self._path)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def close_in_worker(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def read_file_in_worker(path: str, limit_bytes: int) -> bytes:
    """All of a regular file of at most ``limit_bytes``; ``OSError`` says why not."""
    with os.fdopen(open_regular_in_worker(path, os.O_RDONLY), "rb") as file:
        content = file.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise TooLarge(errno.EFBIG, f"the file has more than {limit_bytes} bytes", path)
    return content


def _filled_in(pattern: str, moment: datetime) -> str:
    if "\0" in pattern:
        # strftime would end the path there, and another file would be written.
        return pattern
    try:
        return moment.strftime(pattern)
    except ValueError:
        return pattern


def _open_to_append_in_worker(path: str) -> int:
    append = os.O_WRONLY | os.O_APPEND
    try:
        descriptor = open_regular_in_worker(path, append | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return open_regular_in_worker(path, append)
    # A daemon's umask leaves the group out.
    os.fchmod(descriptor, MODE)
    return descriptor


def open_regular_in_worker(path: str, flags: int) -> int:
    """A descriptor of a regular file; ``OSError`` says why not."""
    # Without O_NONBLOCK, a named pipe would hold the worker for ever.
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, MODE)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file", path)
