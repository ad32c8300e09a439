"""The codec child of an input: ``python -m tinyice.codec.worker``.

It decodes what the parent brings, once, and encodes that for every output that is
wanted. It waits where it reads, so that it never has more than what it was just
given, and everything that it is told holds at the very sample at which it is told.
"""

import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from random import SystemRandom

from av import logging as av_logging
from av.audio.frame import AudioFrame
from av.error import FFmpegError

from tinyice.codec.decoding import Faults, live
from tinyice.codec.encoder import Title
from tinyice.codec.encoders import encoder_for
from tinyice.codec.messages import (
    MAX_PAYLOAD,
    TO_CODEC,
    Add,
    Begin,
    Bytes,
    End,
    NewTitle,
    Refused,
    Remove,
    Taken,
    ToCodec,
    Unwant,
    Want,
    Works,
    to_codec,
)
from tinyice.codec.output import Output
from tinyice.work.childside import ParentGone, ParentPipe, live_on_lifeline, standard_pipe
from tinyice.work.frames import FrameReader

KEPT_S = 2.0
"""So much of what was decoded is kept for outputs that somebody begins to hear."""


class Worker:
    """Decodes and encodes, at the other end of ``pipe``."""

    def __init__(self, pipe: ParentPipe, serials: Callable[[], int]) -> None:
        self._pipe = pipe
        self._serials = serials
        self._outputs: dict[int, Output] = {}
        self._messages: deque[ToCodec] = deque()
        self._rest = b""
        self._title = Title()
        self._recent: deque[AudioFrame] = deque()
        self._recent_s = 0.0
        self._faults = Faults()
        self._taken = 0
        self._seconds = 0.0

    def work(self) -> None:
        """Do what the parent says, until it is gone."""
        self._pipe.send(Works().framed())
        while True:
            message = self._next()
            if isinstance(message, Begin):
                self._decode(message.kind)
            elif isinstance(message, Bytes):
                # Left over of a stream that could not be read on.
                self._taken += len(message.data)
            elif not isinstance(message, End):
                self._heed(message)

    def _decode(self, kind: str) -> None:
        self._rest = b""
        for frame in live(kind, self._read, self._faults):
            self._play(frame)
        self._recent.clear()
        self._recent_s = 0.0

    def _read(self, size: int) -> bytes:
        """The next bytes of this stream; b"": it is over."""
        while not self._rest:
            message = self._next()
            if isinstance(message, Bytes):
                self._taken += len(message.data)
                self._rest = message.data
            elif isinstance(message, Begin | End):
                self._messages.appendleft(message)
                return b""
            else:
                self._heed(message)
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _play(self, frame: AudioFrame) -> None:
        seconds = frame.samples / frame.sample_rate
        self._seconds += seconds
        self._recent.append(frame)
        self._recent_s += seconds
        while self._recent_s > KEPT_S:
            oldest = self._recent.popleft()
            self._recent_s -= oldest.samples / oldest.sample_rate
        for output in self._outputs.values():
            output.play(frame)

    def _next(self) -> ToCodec:
        """The next message; before it waits, all that was made goes out."""
        while not self._messages:
            for output in self._outputs.values():
                output.send()
            self._pipe.send(Taken(self._taken, self._seconds, self._faults.count).framed())
            self._messages.extend(map(to_codec, self._pipe.receive(None)))
        return self._messages.popleft()

    def _heed(self, message: ToCodec) -> None:
        match message:
            case NewTitle():
                self._title = Title(message.artist, message.title)
                for output in self._outputs.values():
                    output.begin(self._title)
            case Add():
                self._add(message)
            case Remove():
                self._outputs.pop(message.output, None)
            case Want() if message.output in self._outputs:
                self._outputs[message.output].want(self._recent)
            case Unwant() if message.output in self._outputs:
                self._outputs[message.output].unwant()

    def _add(self, message: Add) -> None:
        try:
            encoder = encoder_for(message.quality, self._serials)
        except (FFmpegError, ValueError, TypeError, RuntimeError) as error:
            self._pipe.send(Refused(message.output, str(error)).framed())
            return
        output = Output(message.output, encoder, self._pipe.send)
        self._outputs[message.output] = output
        output.begin(self._title)


def main() -> int:
    """Work for the parent at standard input and output."""
    live_on_lifeline()
    pipe = standard_pipe(FrameReader(TO_CODEC, max_payload=MAX_PAYLOAD))
    # What a stream is like is counted, not written into the log by the library.
    av_logging.set_level(av_logging.PANIC)
    random = SystemRandom()
    with suppress(ParentGone):
        Worker(pipe, lambda: random.getrandbits(32)).work()
    return 0


if __name__ == "__main__":
    sys.exit(main())
