"""A UNIX socket between two processes: frames in order, some with a descriptor.

Descriptors arrive in the order of the frames that they were sent with, never
later than the first byte of theirs: the receiver takes the next one for each
frame of a kind that brings one. Rules of this file:

- a descriptor given to ``send`` belongs to the channel, which closes it once it
  is on its way, or when the channel is lost;
- nothing is lost or reordered while the other side does not read; it waits here.
"""

import errno
import os
import socket
from collections import deque
from contextlib import suppress
from typing import Protocol

from twisted.internet.interfaces import IReactorFDSet, IReadWriteDescriptor
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from zope.interface import implementer

from tinyice.work.frames import FrameError, FrameReader
from tinyice.workers.messages import Message, decoded, encoded

_READ_BYTES = 65536
_DESCRIPTORS_MAX = 16
_FULL = frozenset({errno.EAGAIN, errno.ETOOMANYREFS, errno.ENOBUFS})


class ChannelUser(Protocol):
    """Who speaks through a channel."""

    def received(self, message: Message) -> None:
        """The other side says this."""

    def channel_lost(self) -> None:
        """The other side is gone, or speaks garbage; called once."""


@implementer(IReadWriteDescriptor)
class Channel:
    """One end of the socket."""

    def __init__(
        self,
        end: socket.socket,
        reader: FrameReader,
        user: ChannelUser,
        reactor: IReactorFDSet,
    ) -> None:
        end.setblocking(False)
        self._socket = end
        self._reader = reader
        self._user = user
        self._reactor = reactor
        self._queue: deque[tuple[memoryview, int | None]] = deque()
        self._arrived: deque[int | None] = deque()
        self._is_lost = False
        reactor.addReader(self)

    @property
    def waiting(self) -> int:
        """How many frames the socket has not taken yet."""
        return len(self._queue)

    def send(self, message: Message, descriptor: int | None = None) -> None:
        """Say ``message``, and pass ``descriptor`` with it."""
        if self._is_lost:
            _close(descriptor)
            return
        self._queue.append((memoryview(encoded(message).encoded()), descriptor))
        if len(self._queue) == 1:
            self._send_queued()

    def next_descriptor(self) -> int | None:
        """The one that came with the message at hand; None: there was no room for it here."""
        return self._arrived.popleft() if self._arrived else None

    def read_rest(self) -> None:
        """Take what the other side has said before it ended."""
        with suppress(BlockingIOError):
            while not self._is_lost and self._read() is None:
                pass
        self.lose()

    def lose(self) -> None:
        """Have done with it; the user is told."""
        if self._is_lost:
            return
        self._is_lost = True
        self._reactor.removeReader(self)
        self._reactor.removeWriter(self)
        self._socket.close()
        for owned in (*[descriptor for _, descriptor in self._queue], *self._arrived):
            _close(owned)
        self._queue.clear()
        self._arrived.clear()
        self._user.channel_lost()

    def fileno(self) -> int:
        """For the reactor."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """For the reactor's log."""
        return "channel"

    def doRead(self) -> Exception | None:  # type: ignore[override]  # which is what Twisted takes
        """Something came."""
        try:
            return self._read()
        except BlockingIOError:
            return None

    def _read(self) -> Exception | None:
        try:
            data, descriptors, flags, _ = socket.recv_fds(
                self._socket, _READ_BYTES, _DESCRIPTORS_MAX, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            raise
        except OSError:
            return CONNECTION_LOST
        self._arrived.extend(descriptors)
        if flags & socket.MSG_CTRUNC and not descriptors:
            self._arrived.append(None)
        if not data:
            return CONNECTION_DONE
        try:
            for frame in self._reader.feed(data):
                if self._is_lost:
                    break
                self._user.received(decoded(frame))
        except FrameError:
            return CONNECTION_LOST
        return None

    def doWrite(self) -> None:
        """There is room."""
        self._send_queued()

    def connectionLost(self, reason: object = None) -> None:
        """The other side is gone."""
        self.lose()

    def _send_queued(self) -> None:
        while self._queue:
            data, descriptor = self._queue[0]
            try:
                sent = self._send_one(data, descriptor)
            except OSError as error:
                # Of another error the reading side hears, too, and ends the channel.
                if error.errno in _FULL:
                    self._reactor.addWriter(self)
                    return
                sent = len(data)
            _close(descriptor)
            if sent < len(data):
                self._queue[0] = (data[sent:], None)
            else:
                self._queue.popleft()
        self._reactor.removeWriter(self)

    def _send_one(self, data: memoryview, descriptor: int | None) -> int:
        if descriptor is None:
            return self._socket.send(data)
        return socket.send_fds(self._socket, [data], [descriptor])


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        with suppress(OSError):
            os.close(descriptor)
