"""The child that measures levels: ``python -m tinyice.codec.meter``.

It decodes the streams that the parent brings, each in a thread of its own, and says how
loud they are: at once, and before it waits for more of them. Nothing is encoded or kept.
"""

import sys
from contextlib import suppress

from av import logging as av_logging

from tinyice.codec.decoding import Faults, live
from tinyice.codec.meter_messages import (
    MAX_PAYLOAD,
    TO_METER,
    Begin,
    Bytes,
    End,
    Measured,
    ToMeter,
    Works,
    to_meter,
)
from tinyice.codec.windows import Windows
from tinyice.core.levels import Window
from tinyice.work.beside import Inbox, Mouth, do_beside
from tinyice.work.childside import ParentGone, ParentPipe, live_as_child, standard_pipe
from tinyice.work.frames import FrameReader

_TOLD_AT_ONCE = 40
"""After so many windows they are told, even if more is there to be decoded."""


class Stream:
    """Decodes and measures one stream; ``work`` runs in a thread of its own."""

    def __init__(self, begin: Begin, mouth: Mouth) -> None:
        self.inbox: Inbox[bytes] = Inbox()
        """Its bytes; b"": it is over."""
        self._number = begin.stream
        self._kind = begin.kind
        self._mouth = mouth
        self._windows: list[Window] = []
        self._rest = b""
        self._taken = self._told = 0

    def work(self) -> None:
        """Do so until the stream is over."""
        windows = Windows()
        with suppress(ParentGone):
            for frame in live(self._kind, self._read, Faults()):
                for window in windows.measure(frame):
                    self._keep(window)
            self._tell()

    def _read(self, size: int) -> bytes:
        if not self._rest:
            found = self.inbox.take_now()
            if found is None:
                self._tell()
                found = self.inbox.take()
            self._taken += len(found)
            self._rest = found
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _keep(self, window: Window) -> None:
        before = self._windows
        if before and len(before[0].channels) != len(window.channels):
            self._tell()
        self._windows.append(window)
        if len(self._windows) >= _TOLD_AT_ONCE:
            self._tell()

    def _tell(self) -> None:
        if self._windows or self._taken > self._told:
            told, self._windows, self._told = self._windows, [], self._taken
            self._mouth.say(Measured(self._number, self._taken, tuple(told)).framed())


class Meter:
    """Does what the parent says, at the other end of ``pipe``."""

    def __init__(self, pipe: ParentPipe) -> None:
        self._pipe = pipe
        self._mouth = Mouth(pipe.send)
        self._streams: dict[int, Stream] = {}

    def work(self) -> None:
        """Until the parent is gone."""
        self._mouth.say(Works().framed())
        while True:
            for frame in self._pipe.receive(None):
                self._heed(to_meter(frame))

    def _heed(self, message: ToMeter) -> None:
        match message:
            case Begin():
                stream = Stream(message, self._mouth)
                self._streams[message.stream] = stream
                do_beside(stream.work, f"stream {message.stream}")
            case Bytes(number, data) if data and number in self._streams:
                self._streams[number].inbox.put(data)
            case End(number) if number in self._streams:
                self._streams.pop(number).inbox.put(b"")


def main() -> int:
    """Measure for the parent at standard input and output."""
    live_as_child()
    pipe = standard_pipe(FrameReader(TO_METER, max_payload=MAX_PAYLOAD))
    # What a stream is like is nobody's concern here.
    av_logging.set_level(av_logging.PANIC)
    with suppress(ParentGone):
        Meter(pipe).work()
    return 0


if __name__ == "__main__":
    sys.exit(main())
