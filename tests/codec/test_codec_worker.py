"""The codec child of an input: decodes once, encodes for those who are wanted."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Self

from codec.sounds import LOUDNESS, file_of, heard
from tinyice.codec.messages import (
    FROM_CODEC,
    MAX_PAYLOAD,
    Add,
    Begin,
    Bytes,
    Encoded,
    End,
    NewTitle,
    Refused,
    Remove,
    Taken,
    Titled,
    ToCodec,
    Unwant,
    Want,
    from_codec,
)
from tinyice.core.quality import AAC, FLAC, MP3, OPUS, Quality, resolved
from tinyice.formats.detect import framer_for
from tinyice.transcoding.link import WORKER_MODULE
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment
from tinyice.work.frames import FrameReader

QUALITIES = [resolved(Quality(name, 96), 44100, 2) for name in (MP3, OPUS, AAC, FLAC)]


class Codec:
    """A child, and what it has sent."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child
        self._reader = FrameReader(FROM_CODEC, max_payload=MAX_PAYLOAD)
        self._given = 0
        self.taken = Taken(0, 0.0, 0)
        self.data: dict[int, bytes] = {}
        self.seconds: dict[int, float] = {}
        self.told: list[tuple[float, str]] = []
        self.refused: list[Refused] = []

    def say(self, *messages: ToCodec) -> Self:
        assert self._child.stdin is not None
        for message in messages:
            self._child.stdin.write(message.framed().encoded())
        return self

    def bring(self, data: bytes) -> Self:
        """Audio in pieces; returns when all is taken and what was made of it is here."""
        for at in range(0, len(data), 2000):
            self.say(Bytes(data[at : at + 2000]))
            self._given += len(data[at : at + 2000])
            if at % 20_000 == 0:
                self._listen()
        self._listen()
        return self

    def settle(self) -> Self:
        """What it was told has its effect, and what came of that is here."""
        return self.say(Begin("mpeg")).bring(b"\0").say(End())

    def _listen(self) -> None:
        assert self._child.stdout is not None
        while self.taken.count < self._given:
            for frame in self._reader.feed(self._child.stdout.read(65536)):
                self._heed(from_codec(frame))

    def _heed(self, message: object) -> None:
        match message:
            case Encoded():
                self.data[message.output] = self.data.get(message.output, b"") + message.data
                before = self.seconds.get(message.output, 0.0)
                self.seconds[message.output] = before + message.seconds
            case Titled():
                self.told.append((self.seconds.get(message.output, 0.0), message.title))
            case Taken():
                self.taken = message
            case Refused():
                self.refused.append(message)


@contextmanager
def codec() -> Iterator[Codec]:
    """A child process; it ends by itself when nobody speaks to it any more."""
    command = ChildCommand(WORKER_MODULE, (), child_environment(os.environ))
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command.argv, env=command.environment, stdin=pipe, stdout=pipe, bufsize=0
    ) as child:
        yield Codec(child)
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(timeout=10) == 0


TONE = file_of("mp3", "libmp3lame", seconds=4.0)
KINDS = ("mpeg", "ogg", "adts", "ogg")


def test_one_input_many_outputs() -> None:
    """Each output is as long and as loud as the input."""
    numbers = range(len(QUALITIES))
    with codec() as one:
        one.say(*(Add(number, QUALITIES[number]) for number in numbers))
        one.say(*(Want(number) for number in numbers), Begin("mpeg")).bring(TONE).say(End())
        one.say(*(Unwant(number) for number in numbers)).settle()
        for number, kind in zip(numbers, KINDS, strict=True):
            found = heard(one.data[number], kind)
            assert abs(found.seconds - 4.0) < 0.15
            # LAME takes half a decibel away, so that nothing clips
            assert 0.94 < found.rms / heard(TONE, "mpeg").rms < 1.06
        assert abs(one.taken.seconds - 4.0) < 0.1


def test_a_title_comes_with_its_audio() -> None:
    """Beside MP3 it is told between the bytes, in Ogg it stands in the stream."""
    half = len(TONE) // 2
    with codec() as one:
        one.say(NewTitle("A", "first"), Add(0, QUALITIES[0]), Add(1, QUALITIES[1]))
        one.say(Want(0), Want(1), Begin("mpeg")).bring(TONE[:half])
        one.say(NewTitle("B", "second")).bring(TONE[half:]).settle()
        assert [title for _, title in one.told] == ["first", "second"]
        assert abs(one.told[1][0] - 2.0) < 0.1
        framer, tags, seconds = framer_for("", one.data[1]), [], 0.0
        assert framer is not None
        for chunk in framer.feed(one.data[1]):
            if chunk.tags:
                tags.append((seconds, chunk.tags["title"]))
            seconds += chunk.seconds
        assert [title for _, title in tags] == ["first", "second"]
        assert abs(tags[1][0] - 2.0) < 0.25


def test_nothing_is_encoded_for_nobody() -> None:
    """An output that is not wanted has no more than its headers and titles."""
    with codec() as one:
        one.say(Add(0, QUALITIES[0]), Add(1, QUALITIES[1]), Begin("mpeg")).bring(TONE)
        one.say(NewTitle("A", "later")).settle()
        assert 0 not in one.data
        assert len(one.data[1]) < 1000
        assert one.data[1].count(b"OpusHead") == 2


def test_who_comes_later_hears_the_last_seconds() -> None:
    """An output that becomes wanted begins with what was just decoded."""
    with codec() as one:
        one.say(Add(0, QUALITIES[0]), Add(1, QUALITIES[3]), Want(0), Begin("mpeg")).bring(TONE)
        one.say(Want(1)).bring(b"\0\0")
        assert 1.5 < one.seconds[1] < 2.2
        one.say(Remove(1), End()).settle()
        assert heard(one.data[1], "ogg").rms > 0.9 * LOUDNESS


def test_damage_is_counted_and_the_next_stream_is_heard() -> None:
    """Garbage, a stream of another kind, an end at any byte: it works on."""
    garbage = Random(9).randbytes(30_000)
    with codec() as one:
        one.say(Add(0, QUALITIES[0]), Want(0))
        for kind in ("mpeg", "ogg", "matroska", "adts"):
            one.say(Begin(kind)).bring(garbage).bring(TONE[:777]).say(End())
        before = one.seconds.get(0, 0.0)
        ogg = file_of("ogg", "flac", samplerate=48000)
        one.say(Begin("ogg")).bring(ogg).say(End()).settle()
        assert abs(one.seconds[0] - before - 2.0) < 0.1


def test_what_can_not_be_encoded_is_refused() -> None:
    """The reason is told, and the others go on."""
    with codec() as one:
        one.say(Add(0, Quality(OPUS, 96, samplerate=44100, channels=2)), Add(1, QUALITIES[0]))
        one.say(Want(0), Want(1), Begin("mpeg")).bring(TONE).settle()
        assert [refused.output for refused in one.refused] == [0]
        assert one.refused[0].reason
        assert one.seconds[1] > 3.9
