"""The demo child: ``python -m tinyice.codec.demo`` plays its own music as MP3.

It plays as far as the parent gives it credit, and ends with its parent.
"""

import sys
from array import array
from contextlib import suppress
from random import Random

from tinyice.codec.plain_mp3 import SAMPLE_BYTES, PlainMp3
from tinyice.codec.programme import Passage, programme
from tinyice.codec.protocol import PARENT_KINDS, Audio, Credit, NewTags, Ready, from_parent
from tinyice.codec.score import ARTIST
from tinyice.codec.tones import RATE
from tinyice.work.childside import ParentGone, ParentPipe, live_as_child, standard_pipe
from tinyice.work.frames import Frame, FrameReader

BITRATE = 128_000
MAX_FROM_PARENT = 1024
"""Credit and stop are short."""


class StopAsked(Exception):
    """The parent wants no more."""


class Demo:
    """Plays into ``pipe``. ``made`` seconds so far, ``allowed`` by the parent."""

    def __init__(self, pipe: ParentPipe, random: Random) -> None:
        self._pipe = pipe
        self._random = random
        self._encoder = PlainMp3(samplerate=RATE, channels=2, bitrate=BITRATE // 1000)
        self.made = 0.0
        self.allowed = 0.0

    def play(self) -> None:
        """Play until the parent says stop, or is gone."""
        self._pipe.send(Ready("audio/mpeg", BITRATE, RATE, 2).framed())
        for passage in programme(self._random):
            self._wait_for_credit()
            if passage.begins is not None:
                self._pipe.send(NewTags(ARTIST, passage.begins.title).framed())
            made = self._encoder.encode(_interleaved(passage))
            self.made += made.seconds
            if made.data:
                self._pipe.send(Audio(made.data, made.seconds).framed())

    def _wait_for_credit(self) -> None:
        while True:
            patience = 0.0 if self.made < self.allowed else None
            for frame in self._pipe.receive(patience):
                self._hear(frame)
            if self.made < self.allowed:
                return

    def _hear(self, frame: Frame) -> None:
        message = from_parent(frame)
        if not isinstance(message, Credit):
            raise StopAsked
        self.allowed = message.until


def _interleaved(passage: Passage) -> bytes:
    samples = array("h", bytes(2 * len(passage.left) * SAMPLE_BYTES))
    samples[0::2], samples[1::2] = passage.left, passage.right
    return samples.tobytes()


def main() -> int:
    """Play for the parent at standard input and output."""
    live_as_child()
    pipe = standard_pipe(FrameReader(PARENT_KINDS, max_payload=MAX_FROM_PARENT))
    # The same music every time: what was tested is what is heard.
    random = Random(1)  # noqa: S311 - a brush, no secret
    with suppress(ParentGone, StopAsked):
        Demo(pipe, random).play()
    return 0


if __name__ == "__main__":
    sys.exit(main())
