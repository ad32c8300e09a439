"""Silence is silent, whole, and of the format that was asked for."""

import os
import subprocess
from typing import cast

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessTerminated
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase, TestCase

from codec.test_codec_source import Nursery, PretendChild
from tinyice.codec.protocol import Audio, Fault, NewTags
from tinyice.codec.silence import NotMade, silence
from tinyice.codec.silence_maker import WITHIN_S, Format, NoSilence, SilenceMaker
from tinyice.formats.base import FormatKind
from tinyice.playout.tape import MemoryTape
from tinyice.work.environment import child_environment
from tinyice.work.frames import Frame

MP3: Format = ("mp3", "mp3", 44100, 2, 128_000)

KINDS: dict[Format, tuple[FormatKind, str]] = {
    MP3: (FormatKind.MPEG, ""),
    ("mp3", "mp3", 48000, 1, 64_000): (FormatKind.MPEG, ""),
    ("mp3", "mp3", 22050, 2, 56_000): (FormatKind.MPEG, ""),
    ("mp3", "mp3", 8000, 1, 8_000): (FormatKind.MPEG, ""),
    ("adts", "aac", 44100, 2, 0): (FormatKind.ADTS, ""),
    ("adts", "aac", 22050, 1, 0): (FormatKind.ADTS, ""),
    ("adts", "aac", 48000, 6, 0): (FormatKind.ADTS, ""),
    ("ogg", "opus", 48000, 2, 0): (FormatKind.OGG, "Opus"),
    ("ogg", "opus", 48000, 1, 0): (FormatKind.OGG, "Opus"),
    ("ogg", "vorbis", 44100, 2, 0): (FormatKind.OGG, "Vorbis"),
    ("ogg", "flac", 44100, 2, 0): (FormatKind.OGG, "FLAC"),
    ("ogg", "flac", 48000, 1, 0): (FormatKind.OGG, "FLAC"),
    ("webm", "opus", 48000, 2, 0): (FormatKind.MATROSKA, "Opus"),
    ("webm", "vorbis", 44100, 2, 0): (FormatKind.MATROSKA, "Vorbis"),
    ("matroska", "flac", 44100, 2, 0): (FormatKind.MATROSKA, "FLAC"),
}


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("wanted", KINDS, ids=lambda wanted: "-".join(map(str, wanted)))
def test_silence_of_every_format(wanted: Format) -> None:
    """It can be looped, tells the format, and ffmpeg hears nothing, for some seconds."""
    kind, subtype = KINDS[wanted]
    data = silence(*wanted)
    tape = MemoryTape(data)
    info = tape.info
    assert (tape.kind, info.subtype) == (kind, subtype)
    assert (info.samplerate, info.channels) == wanted[2:4]
    assert info.bitrate == wanted[4] or kind is not FormatKind.MPEG
    command = ("ffmpeg", "-v", "error", "-xerror", "-i", "-", "-f", "s16le", "-")
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    assert done.stderr == b""
    assert not any(done.stdout)
    assert len(done.stdout) / 2 / wanted[3] / wanted[2] > 3.9


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (("ogg", "speex", 16000, 1, 0), "no encoder here makes speex"),
        (("ogg", "opus", 44100, 2, 0), "no encoder here makes opus with 44100 Hz"),
        (("mp3", "mp3", 44100, 0, 0), "no silence of 0 channels"),
        (("mp3", "mp3", 44100, 99, 0), "no silence of 99 channels"),
    ],
)
def test_what_can_not_be_made_is_told_in_words(wanted: Format, words: str) -> None:
    """There is no encoder for everything that may be heard."""
    with pytest.raises(NotMade, match=words):
        silence(*wanted)


class MakerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.nursery = Nursery()
        spawner = cast("IReactorProcess", self.nursery)
        self.maker = SilenceMaker({}, spawner=spawner, clock=self.clock)

    @property
    def child(self) -> PretendChild:
        return self.nursery.children[-1]

    def test_made_once(self) -> None:
        """What a child has made is kept; the next one who asks has it at once."""
        made = self.maker.make(MP3)
        self.child.say(Audio(b"one", 0.0).framed(), Audio(b"two", 0.0).framed())
        self.assertNoResult(made)
        self.child.end()
        assert self.successResultOf(made) == b"onetwo"
        assert self.successResultOf(self.maker.make(MP3)) == b"onetwo"
        assert len(self.nursery.children) == 1
        assert self.clock.getDelayedCalls() == []

    def test_what_the_child_can_not_make(self) -> None:
        """Its words are passed on, and it is not asked again."""
        made = self.maker.make(MP3)
        self.child.say(Fault("no encoder").framed())
        self.child.end()
        error = self.failureResultOf(made, NoSilence).value
        assert (str(error), error.is_final) == ("no encoder", True)

    def test_a_child_that_dies(self) -> None:
        """It may work the next time."""
        made = self.maker.make(MP3)
        self.child.say(Audio(b"one", 0.0).framed())
        self.child.end(ProcessTerminated(signal=9))
        error = self.failureResultOf(made, NoSilence).value
        assert (str(error), error.is_final) == ("no silence was made: killed by signal 9", False)
        assert self.clock.getDelayedCalls() == []
        again = self.maker.make(MP3)
        assert len(self.nursery.children) == 2
        self.assertNoResult(again)

    def test_a_child_that_brings_nothing(self) -> None:
        """An end without a word is no silence."""
        made = self.maker.make(MP3)
        self.child.say(NewTags("who", "cares").framed())
        self.child.end()
        self.failureResultOf(made, NoSilence)

    def test_a_child_that_hangs_or_talks_nonsense(self) -> None:
        """It is killed."""
        for misbehave in (
            lambda: self.clock.advance(WITHIN_S),
            lambda: self.child.say(Frame(1, b"x")),
        ):
            made = self.maker.make(MP3)
            misbehave()
            self.clock.advance(1)
            assert "KILL" in self.child.signals
            self.child.end(ProcessTerminated(signal=9))
            self.failureResultOf(made, NoSilence)

    def test_stopping(self) -> None:
        """Children are asked to end."""
        made = self.maker.make(MP3)
        self.maker.stop()
        self.clock.advance(10)
        assert self.child.signals
        self.child.end(ProcessTerminated(signal=15))
        self.failureResultOf(made, NoSilence)


class RealMakerTests(TestCase):
    """With the real child under the real reactor."""

    timeout = 50

    def test_a_real_child(self) -> Deferred[None]:
        """Silence comes, and what can't be made is told."""
        return Deferred.fromCoroutine(self.story())

    async def story(self) -> None:
        maker = SilenceMaker(
            child_environment(os.environ),
            spawner=cast("IReactorProcess", reactor),
            clock=cast("IReactorTime", reactor),
        )
        self.addCleanup(maker.stop)
        data = await maker.make(MP3)
        assert MemoryTape(data).info.bitrate == 128_000
        with pytest.raises(NoSilence, match="no encoder here makes speex"):
            await maker.make(("ogg", "speex", 16000, 1, 0))
