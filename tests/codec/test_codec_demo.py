"""The demo child, as a real process: what it sends is clean MP3, as much as was allowed."""

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import av
import pytest

from tinyice.codec.protocol import (
    CHILD_KINDS,
    MAX_PAYLOAD,
    Audio,
    Credit,
    NewTags,
    Ready,
    Stop,
    from_child,
)
from tinyice.codec.score import ARTIST, PIECES
from tinyice.codec.source import DEMO_MODULE
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment
from tinyice.work.frames import FrameReader

SECONDS = 50.0
"""Beyond the end of the first piece."""


@dataclass
class Heard:
    """What a child sent. ``first_s``: after how long the first audio came."""

    ready: list[Ready] = field(default_factory=list)
    tags: list[tuple[float, NewTags]] = field(default_factory=list)
    audio: bytes = b""
    seconds: float = 0.0
    first_s: float = 0.0
    cpu_s: float = 0.0
    status: int | None = None


def play(seconds: float) -> Heard:
    """A demo child that is allowed ``seconds`` of audio, all at once."""
    heard = Heard()
    command = ChildCommand(DEMO_MODULE, (), child_environment(os.environ))
    pipe = subprocess.PIPE
    spent = children_cpu_s()
    began = time.monotonic()
    with subprocess.Popen(
        command.argv, env=command.environment, stdin=pipe, stdout=pipe, bufsize=0
    ) as child:
        assert child.stdin is not None
        child.stdin.write(Credit(seconds).framed().encoded())
        for message in messages(child):
            match message:
                case Ready():
                    heard.ready.append(message)
                case NewTags():
                    heard.tags.append((heard.seconds, message))
                case Audio():
                    heard.first_s = heard.first_s or time.monotonic() - began
                    heard.audio += message.data
                    heard.seconds += message.seconds
            if heard.seconds >= seconds:
                child.stdin.write(Stop().framed().encoded())
        heard.status = child.wait(timeout=10)
    heard.cpu_s = children_cpu_s() - spent
    return heard


def messages(child: "subprocess.Popen[bytes]") -> Iterator[object]:
    assert child.stdout is not None
    reader = FrameReader(CHILD_KINDS, max_payload=MAX_PAYLOAD)
    while data := child.stdout.read(65536):
        for frame in reader.feed(data):
            yield from_child(frame)


def children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.fixture(scope="module")
def heard() -> Heard:
    return play(SECONDS)


def test_it_says_what_it_makes(heard: Heard) -> None:
    """Before all else the child says which format is to come."""
    assert heard.ready == [Ready("audio/mpeg", 128_000, 44100, 2)]


def test_it_keeps_to_its_credit(heard: Heard) -> None:
    """As much audio is made as was allowed, up to one passage more; then it ends well."""
    assert SECONDS <= heard.seconds < SECONDS + 1.0
    assert heard.status == 0


def test_it_costs_little(heard: Heard) -> None:
    """Music and encoding take some 6 % of a core, its begin included; never twice that."""
    assert heard.cpu_s / heard.seconds < 0.12


def test_it_begins_soon(heard: Heard) -> None:
    """The first audio is there soon after the begin (0.3 s when nothing else runs)."""
    assert heard.first_s < 5.0


def test_titles_change(heard: Heard) -> None:
    """Each piece is announced where it begins, less what the encoder still holds."""
    assert [tags for _, tags in heard.tags] == [NewTags(ARTIST, p.title) for p in PIECES[:2]]
    assert heard.tags[0][0] == 0.0
    assert abs(heard.tags[1][0] - PIECES[0].seconds) < 0.2


def test_bare_frames(heard: Heard) -> None:
    """The first byte is that of an MPEG frame; no tag and no Xing frame comes before."""
    assert heard.audio[:2] == b"\xff\xfb"
    assert b"Xing" not in heard.audio[:1000]
    assert b"Info" not in heard.audio[:1000]
    assert abs(len(heard.audio) * 8 / heard.seconds - 128_000) < 500


def test_it_decodes(heard: Heard) -> None:
    """All of it decodes, lasts as long as was said, is neither silent nor too loud."""
    samples = 0
    peaks = []
    with av.open(BytesIO(heard.audio), format="mp3") as container:
        resampler = av.AudioResampler(format="s16p", layout="stereo", rate=44100)
        for decoded in container.decode(audio=0):
            for frame in resampler.resample(decoded):
                samples += frame.samples
                left = memoryview(frame.planes[0]).cast("B")[: frame.samples * 2].cast("h")
                peaks.append(max(map(abs, left)))
    assert abs(samples / 44100 - heard.seconds) < 0.1
    assert 3000 < max(peaks) < 32767
    quiet = sum(peak < 30 for peak in peaks)
    assert quiet < len(peaks) / 10
