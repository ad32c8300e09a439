"""Where log lines end: a file, or a descriptor that is open already.

Methods named so block and run in the worker of the log; none raises ``OSError``.
"""

import contextlib
import errno
import os
from dataclasses import dataclass
from typing import Protocol

MODE = 0o640


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many lines were not written, and why."""

    lost: int = 0
    reason: str = ""


class Place(Protocol):
    """Somewhere to write lines, and its name for people."""

    @property
    def name(self) -> str:
        """What people call it."""

    def write_in_worker(self, lines: bytes) -> Outcome:
        """Write whole lines."""

    def reopen_in_worker(self, lines: bytes) -> Outcome:
        """Let go of what is open, then write whole lines."""

    def close_in_worker(self) -> Outcome:
        """Let go of what is open; writing opens it again."""


class FileOnDisk:
    """A file that grows, opened by the first write and again after each failure.

    So a folder that appears later, or a disk that has room again, is used at once.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._fd: int | None = None
        self._torn = False

    @property
    def name(self) -> str:
        """The path."""
        return self._path

    def fault(self) -> str:
        """Why nothing can be written now; "" when it can. Does not wait for a pipe's reader."""
        try:
            os.close(_opened(self._path, os.O_NONBLOCK))
        except OSError as error:
            return "" if error.errno == errno.ENXIO else _reason(error)
        return ""

    def write_in_worker(self, lines: bytes) -> Outcome:
        """Write whole lines; after half a line (the disk was full) on a line of their own."""
        if not lines:
            return Outcome()
        whole = b"\n" + lines if self._torn else lines
        written, reason = self._write(whole)
        if not reason:
            self._torn = False
            return Outcome()
        self.close_in_worker()
        if written:
            self._torn = whole[written - 1] != _LINE_END
        return Outcome(lines.count(b"\n", written - len(whole)), reason)

    def reopen_in_worker(self, lines: bytes) -> Outcome:
        """Open the path anew, where somebody has moved the file away, and write."""
        self.close_in_worker()
        if lines:
            return self.write_in_worker(lines)
        _, reason = self._write(b"")
        return Outcome(0, reason)

    def close_in_worker(self) -> Outcome:
        """Close the file, if it is open."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = None
        return Outcome()

    def _write(self, data: bytes) -> tuple[int, str]:
        try:
            if self._fd is None:
                self._fd = _opened(self._path)
        except OSError as error:
            return 0, _reason(error)
        return _write_all(self._fd, data)


class OpenDescriptor:
    """Standard output, or anything else that is open and stays so."""

    def __init__(self, fd: int, name: str) -> None:
        self._fd = fd
        self._name = name

    @property
    def name(self) -> str:
        """What people call it."""
        return self._name

    def write_in_worker(self, lines: bytes) -> Outcome:
        """Write whole lines."""
        written, reason = _write_all(self._fd, lines)
        return Outcome(lines.count(b"\n", written), reason)

    def reopen_in_worker(self, lines: bytes) -> Outcome:
        """Write only: there is nothing to open."""
        return self.write_in_worker(lines)

    def close_in_worker(self) -> Outcome:
        """Do nothing: whoever opened it closes it."""
        return Outcome()


_LINE_END = ord("\n")


def _opened(path: str, more: int = 0) -> int:
    flags = more | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        fd = os.open(path, flags | os.O_CREAT, MODE)
    # The mode holds whatever the umask; a file that was there keeps its own.
    with contextlib.suppress(OSError):
        os.fchmod(fd, MODE)
    return fd


def _write_all(fd: int, data: bytes) -> tuple[int, str]:
    """How many bytes were written, and why not more."""
    written = 0
    try:
        while written < len(data):
            written += os.write(fd, memoryview(data)[written:])
    except OSError as error:
        return written, _reason(error)
    return written, ""


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
