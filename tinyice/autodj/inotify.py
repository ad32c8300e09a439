"""The system's word of changes in folders (Linux, inotify(7)).

Twisted's own ``INotify`` closes itself when any watched folder is deleted, and is silent
about events that were lost; so the few calls are made here.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterator
from struct import Struct

from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.autodj.watching import FolderWatch, NotWatched

CLOSE_WRITE = 0x8
MOVED_FROM = 0x40
MOVED_TO = 0x80
CREATE = 0x100
DELETE = 0x200
Q_OVERFLOW = 0x4000
IGNORED = 0x8000
ONLYDIR = 0x0100_0000
IS_DIR = 0x4000_0000

MASK = CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | ONLYDIR
READ_BYTES = 64 * 1024
_HEAD = Struct("=iIII")

_WORDS = {
    errno.ENOSPC: "the system watches no more folders (fs.inotify.max_user_watches)",
    errno.EMFILE: "the system has no more watchers (fs.inotify.max_user_instances)",
}


def make_watcher(watch: FolderWatch, reactor: IReactorFDSet) -> "Inotify | None":
    """What tells ``watch`` of changes; None where the system has no such thing, or no more."""
    if sys.platform != "linux":
        return None
    descriptor = _call("inotify_init1", os.O_NONBLOCK | os.O_CLOEXEC)
    return None if descriptor < 0 else Inotify(watch, reactor, descriptor)


def events_in(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The events in what was read: watch, mask, name."""
    at = 0
    while at + _HEAD.size <= len(data):
        watch, mask, _cookie, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        yield watch, mask, data[at : at + length].rstrip(b"\0")
        at += length


@implementer(IReadDescriptor)
class Inotify:
    """Watches folders for ``watch`` (a ``Watcher``)."""

    _log = Logger()

    def __init__(self, watch: FolderWatch, reactor: IReactorFDSet, descriptor: int) -> None:
        self._watch = watch
        self._reactor = reactor
        self._descriptor = descriptor
        self._folders: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        reactor.addReader(self)

    def watch(self, folder: str) -> None:
        """Tell of changes in this folder, an absolute path; raises ``NotWatched``."""
        if self._descriptor < 0:
            return
        number = _call("inotify_add_watch", self._descriptor, os.fsencode(folder), MASK)
        if number < 0:
            code = ctypes.get_errno()
            if code in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
                # It went again, or was never ours; what is over it will tell.
                return
            raise NotWatched(_WORDS.get(code, os.strerror(code)))
        before = self._folders.get(number)
        if before is not None:
            # The same folder by another name.
            self._numbers.pop(before, None)
        self._folders[number] = folder
        self._numbers[folder] = number

    def unwatch(self, folder: str) -> None:
        """Tell no more of this one."""
        number = self._numbers.pop(folder, None)
        if number is not None and self._folders.pop(number, None) is not None:
            _call("inotify_rm_watch", self._descriptor, number)

    def stop(self) -> None:
        """Tell of nothing any more."""
        if self._descriptor >= 0:
            self._reactor.removeReader(self)
            os.close(self._descriptor)
            self._descriptor = -1

    def fileno(self) -> int:
        """The descriptor that is read."""
        return self._descriptor

    def logPrefix(self) -> str:
        """Who speaks in Twisted's log."""
        return "inotify"

    def doRead(self) -> None:
        """There are events."""
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return
        for number, mask, name in events_in(data):
            self._told(number, mask, name)

    def connectionLost(self, reason: Failure) -> None:
        """Reading fails; nothing more will be told."""
        self._log.failure("changes of folders are not told any more", failure=reason)
        self.stop()

    def _told(self, number: int, mask: int, name: bytes) -> None:
        if mask & Q_OVERFLOW:
            self._watch.overflowed()
            return
        folder = self._folders.get(number)
        if folder is None:
            return
        if mask & IGNORED:
            # The folder is gone, and its number with it.
            del self._folders[number]
            self._numbers.pop(folder, None)
        elif name.startswith(b"."):
            return
        elif mask & IS_DIR:
            self._watch.changed(f"{folder}/{os.fsdecode(name)}", deep=True)
        elif not mask & CREATE:
            # What was just created is written next, and told again when that is done.
            self._watch.changed(folder, deep=False)


def _call(name: str, *arguments: int | bytes) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(getattr(libc, name)(*arguments))
