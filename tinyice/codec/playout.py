"""The child that plays files: ``python -m tinyice.codec.playout``.

It plays what the parent loads, as far as the parent allows, and waits where it reads.
One encoder runs on from the first sample to the last. A file that can't be decoded is
told at once; what it can't help (a decoder that crashes or hangs) is the parent's affair.
"""

import sys
from contextlib import suppress
from random import SystemRandom

import numpy as np
from av import logging as av_logging

from tinyice.codec.bounded import checked
from tinyice.codec.decoding import Unreadable
from tinyice.codec.encoder import Title
from tinyice.codec.encoders import encoder_for
from tinyice.codec.mixing import Entered, Happening, Left, Mixer
from tinyice.codec.outlet import Outlet
from tinyice.codec.playout_messages import (
    MAX_TO_PLAYOUT,
    TO_PLAYOUT,
    Allow,
    Began,
    Failed,
    GoOn,
    Hold,
    Load,
    Over,
    Position,
    Ready,
    Rest,
    Rested,
    Setup,
    Silent,
    ToPlayout,
    Unload,
    Unwant,
    Volume,
    Want,
    to_playout,
)
from tinyice.codec.reading import Reader
from tinyice.codec.samples import Samples, silence
from tinyice.work.childside import ParentGone, ParentPipe, live_on_lifeline, standard_pipe
from tinyice.work.frames import FrameError, FrameReader

BLOCK_S = 0.04
TELL_EVERY_S = 0.5
LOUDEST = 1.0


class Playout:
    """Plays into ``pipe`` what is told there, as ``setup`` says."""

    def __init__(self, pipe: ParentPipe, outlet: Outlet, setup: Setup) -> None:
        quality = setup.quality
        self._pipe = pipe
        self._outlet = outlet
        self._folders = setup.folders
        self._rate, self._channels = quality.samplerate, quality.channels
        self._block = round(BLOCK_S * self._rate)
        self._mixer = Mixer(self._rate, self._channels)
        self._titles: dict[int, Title] = {}
        self._allowed = 0
        self._is_held = False
        self._volume = self._volume_before = LOUDEST
        self._told_at = 0

    def work(self, told: list[ToPlayout]) -> None:
        """Heed what was ``told``, and play until the parent is gone."""
        for message in told:
            self._heed(message)
        while True:
            may_play = self._outlet.taken < self._allowed
            if not may_play:
                self._outlet.send()
            for frame in self._pipe.receive(0.0 if may_play else None):
                self._heed(to_playout(frame))
            if self._outlet.taken < self._allowed:
                self._play()

    def _play(self) -> None:
        begin = self._outlet.taken
        level = 0.0 if self._is_held else self._volume
        if self._is_held and not self._volume_before:
            self._outlet.play(silence(self._block, self._channels))
        else:
            mixed = self._mixer.block(
                self._block, lambda at, happening: self._note(begin + at, happening)
            )
            self._outlet.play(self._levelled(mixed, level))
        if begin - self._told_at >= TELL_EVERY_S * self._rate:
            self._told_at = begin
            self._tell_position()
            self._outlet.send()

    def _levelled(self, mixed: Samples, level: float) -> Samples:
        """As loud as is wanted, without a jump."""
        before, self._volume_before = self._volume_before, level
        if before != level:
            steps = np.linspace(before, level, len(mixed), dtype=np.float32)
            return mixed * steps[:, None]
        return mixed if level == LOUDEST else mixed * np.float32(level)

    def _note(self, at: int, happening: Happening) -> None:
        match happening:
            case Entered():
                title = self._titles.pop(happening.number, Title())
                self._outlet.note(at, title, Began(happening.number, at).framed())
            case Left():
                over = Over(happening.number, at, happening.faults)
                self._outlet.note(at, None, over.framed())
            case _:
                self._outlet.note(at, None, Silent(at).framed())

    def _tell_position(self) -> None:
        front = self._mixer.front
        if front is not None:
            position = Position(front.number, front.reader.position_s)
            self._outlet.note(self._outlet.taken, None, position.framed())

    def _heed(self, message: ToPlayout) -> None:
        match message:
            case Allow():
                self._allowed = int(message.until * self._rate)
            case Load():
                self._load(message)
            case Setup():
                self._folders = message.folders
            case Unload():
                self._mixer.unload()
            case Hold() | GoOn():
                self._is_held = isinstance(message, Hold)
            case Volume():
                self._volume = max(0.0, min(LOUDEST, message.factor))
            case Want():
                self._outlet.want()
            case Unwant():
                self._outlet.unwant()
            case Rest():
                self._mixer.clear()
                self._titles.clear()
                self._outlet.rest()
                self._pipe.send(Rested().framed())

    def _load(self, load: Load) -> None:
        try:
            reader = Reader(
                checked(load.path, self._folders),
                self._rate,
                self._channels,
                start_s=load.start_s,
                end_s=load.end_s,
                gain=10.0 ** (load.gain_db / 20),
            )
        except (Unreadable, OSError) as error:
            self._pipe.send(Failed(load.number, str(error)).framed())
            return
        self._titles = {load.number: Title(load.artist, load.title)}
        self._mixer.load(load.number, reader, load.join, at_once=load.at_once)


def main() -> int:
    """Play for the parent at standard input and output."""
    live_on_lifeline()
    pipe = standard_pipe(FrameReader(TO_PLAYOUT, max_payload=MAX_TO_PLAYOUT))
    # What a file is like is told, not written into the log by the library.
    av_logging.set_level(av_logging.PANIC)
    random = SystemRandom()
    with suppress(ParentGone):
        pipe.send(Ready().framed())
        waiting: list[ToPlayout] = []
        while not waiting:
            waiting = [to_playout(frame) for frame in pipe.receive(None)]
        setup, *others = waiting
        if not isinstance(setup, Setup):
            raise FrameError("something before the setup")
        encoder = encoder_for(setup.quality, lambda: random.getrandbits(32))
        Playout(pipe, Outlet(encoder, pipe.send), setup).work(others)
    return 0


if __name__ == "__main__":
    sys.exit(main())
