"""The socket between the process that serves and the one that takes over.

Both sides wait for each other, with deadlines, and do nothing else meanwhile:
between the moment at which everything stands still here and the one at which it
moves there, no turn of a reactor may change anything. In this order:

- ``READY``, from the successor: it has read its configuration, imported
  everything and built its parts. The body says which versions of this protocol
  it speaks;
- ``CARGO``, with its descriptors, in batches, each of which is acknowledged: the
  system bounds how many may be on their way;
- ``HERE``: the successor has made everything of it, and has not moved yet;
- ``GO``: from here on the predecessor touches nothing. Whoever gives up, gives up
  before this word, and the successor ends without it;
- ``TAKEN``: the successor serves.
"""

import json
import os
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum

VERSION = 3
"""Of what is said here and of all states in the cargo: another one is refused."""

BATCH = 250
"""So many descriptors go in one message; the system allows 253."""

_HEAD = struct.Struct(">2sI")
_WORDS_MAX = 64 * 1024


class Word(Enum):
    """What is said."""

    READY = b"re"
    CARGO = b"ca"
    HERE = b"he"
    GO = b"go"
    TAKEN = b"ta"


class LineBroken(Exception):
    """The other side is gone, silent, or says something else; the text is for people."""


class Line:
    """One end; it is closed with the object's ``close``."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def fileno(self) -> int:
        """For whoever waits until something is said."""
        return self._end.fileno()

    def close(self) -> None:
        """Say and hear nothing more."""
        self._end.close()

    def say(self, word: Word, within_s: float, **values: object) -> None:
        """Say ``word``; raises LineBroken."""
        body = json.dumps(values).encode()
        self._end.settimeout(within_s)
        try:
            self._end.sendall(_HEAD.pack(word.value, len(body)) + body)
        except OSError as error:
            raise _broken(error) from error

    def hear(self, word: Word, within_s: float) -> dict[str, object]:
        """What is said with ``word``, which must be the next one; raises LineBroken."""
        self._end.settimeout(within_s)
        said, length = _HEAD.unpack(self._read(_HEAD.size))
        if said != word.value or length > _WORDS_MAX:
            raise LineBroken(f"it said {said!r} where {word.name} was due")
        values = json.loads(self._read(length))
        return values if isinstance(values, dict) else {}

    def wait_for_end(self, within_s: float) -> None:
        """Return when the other side is gone, whatever it says before."""
        self._end.settimeout(within_s)
        with suppress(OSError):
            while self._end.recv(_WORDS_MAX):
                pass

    def pass_on(self, descriptors: Sequence[int], within_s: float) -> None:
        """Give the other side these, too; raises LineBroken."""
        self._end.settimeout(within_s)
        try:
            for at in range(0, len(descriptors), BATCH):
                socket.send_fds(self._end, [b"d"], list(descriptors[at : at + BATCH]))
                self._read(1)
        except OSError as error:
            raise _broken(error) from error

    def receive(self, count: int, within_s: float) -> list[int]:
        """So many descriptors, which are the caller's; raises LineBroken."""
        self._end.settimeout(within_s)
        found: list[int] = []
        try:
            while len(found) < count:
                self._receive_batch(found)
                self._end.sendall(b"a")
        except OSError as error:
            _close(found)
            raise _broken(error) from error
        except LineBroken:
            _close(found)
            raise
        return found

    def _receive_batch(self, found: list[int]) -> None:
        _, some, flags, _ = socket.recv_fds(self._end, 1, BATCH, socket.MSG_CMSG_CLOEXEC)
        found += some
        if flags & socket.MSG_CTRUNC:
            raise LineBroken("there is no room for so many open files")
        if not some:
            raise LineBroken("it has ended")

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                more = self._end.recv(size - len(data))
            except OSError as error:
                raise _broken(error) from error
            if not more:
                raise LineBroken("it has ended")
            data += more
        return data


def _broken(error: OSError) -> LineBroken:
    if isinstance(error, TimeoutError):
        return LineBroken("it did not answer in time")
    return LineBroken(error.strerror or str(error))


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        with suppress(OSError):
            os.close(descriptor)
