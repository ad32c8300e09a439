"""Streams of real encoders, joined at random, decode without an error."""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from formats.conftest import COMMANDS, SECONDS, program_of
from formats.feeding import feed_all, pieces_of
from tinyice.formats.base import FormatKind, Framer
from tinyice.formats.detect import framer_for
from tinyice.formats.ogg import OggFramer
from tinyice.formats.ogg_page import iter_pages

TYPES = {
    "mp3": "audio/mpeg",
    "mp2": "audio/mpeg",
    "lame": "audio/mpeg",
    "aac": "audio/aac",
    "webm": "audio/webm",
    "matroska": "audio/x-matroska",
}
DEMUXERS = {
    FormatKind.MPEG: "mp3",
    FormatKind.ADTS: "aac",
    FormatKind.OGG: "ogg",
    FormatKind.MATROSKA: "matroska",
}
TITLED = [name for name in COMMANDS if any("крови" in word for word in COMMANDS[name])]
JOINS = 4

Encoded = Callable[[str], bytes]


def each(*names: str) -> pytest.MarkDecorator:
    """Run a test for each of these samples, if its encoder is there."""
    return pytest.mark.parametrize(
        "name",
        [
            pytest.param(name, marks=pytest.mark.needs_program(program_of(name)), id=name)
            for name in names
        ],
    )


def framer_of(name: str, data: bytes) -> Framer:
    """The framer that the server would take."""
    words = name.split()
    content_type = next((TYPES[word] for word in words if word in TYPES), "application/ogg")
    framer = framer_for(content_type, data[:64])
    assert framer is not None
    return framer


def decode_errors(data: bytes, kind: FormatKind) -> str:
    """What ffmpeg has to say against a stream."""
    command = ("ffmpeg", "-v", "error", "-f", DEMUXERS[kind], "-i", "-", "-f", "null", "-")
    done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=50)
    return done.stderr.decode(errors="replace") + (str(done.returncode) if done.returncode else "")


@each(*COMMANDS)
def test_the_whole_stream_is_framed(name: str, encoded: Encoded) -> None:
    """All bytes pass, all time is counted, and there are many places to join."""
    data = encoded(name)
    framer = framer_of(name, data)
    result = feed_all(framer, pieces_of(data, 1400))
    assert result.data == data
    assert result.seconds == pytest.approx(SECONDS, abs=0.3)
    assert len(result.joins) >= SECONDS - 3
    assert framer.info.samplerate in (16000, 22050, 48000)
    assert framer.info.channels in (1, 2)
    assert feed_all(framer_of(name, data), pieces_of(data, 7)).joins == result.joins


@each(*TITLED)
def test_titles_are_read(name: str, encoded: Encoded) -> None:
    """Titles come out as they went in, wherever the format keeps them in its headers."""
    data = encoded(name)
    framer = framer_of(name, data)
    tags = feed_all(framer, [data]).tags
    if framer.needs_headers:
        assert tags[0].get("title") == "Группа крови"
        assert "Кино" in (tags[0].get("artist"), tags[0].get("author"))


@pytest.mark.needs_program("ffmpeg")
@each(*COMMANDS)
def test_a_listener_may_join_anywhere(name: str, encoded: Encoded) -> None:
    """Headers and the rest from any sync point are a stream without errors."""
    data = encoded(name)
    framer = framer_of(name, data)
    result = feed_all(framer, pieces_of(data, 4096))
    dice = random.Random(name)
    for offset, headers in dice.sample(result.joins[:-1], JOINS):
        stream = headers + data[offset:]
        if framer.kind is FormatKind.OGG:
            assert list(iter_pages(stream))
        assert decode_errors(stream, framer.kind) == ""


@pytest.mark.needs_program("ffmpeg")
@each("ffmpeg vorbis", "oggenc", "opusenc", "flac", "speexenc")
def test_links_of_a_chain_are_joined_with_their_own_headers(name: str, encoded: Encoded) -> None:
    """In a chain of three links, a listener gets the headers of the link it joins."""
    data = encoded(name)
    result = feed_all(OggFramer(), pieces_of(data * 3, 4096))
    assert len(result.headers) == 3
    assert result.seconds == pytest.approx(3 * SECONDS, abs=1)
    once = feed_all(OggFramer(), [data])
    assert len(result.joins) == 3 * len(once.joins)
    offset, headers = result.joins[len(once.joins) + 2]
    assert decode_errors(headers + (data * 3)[offset : 2 * len(data)], FormatKind.OGG) == ""


@pytest.mark.needs_program("ffmpeg")
def test_file_tables_are_no_sync_points(tmp_path: Path, encoded: Encoded) -> None:
    """No listener begins with the table that an encoder wrote for its file."""
    file = tmp_path / "song.mp3"
    command = ("ffmpeg", "-v", "error", "-i", "-", "-c", "copy", str(file))
    subprocess.run(command, input=encoded("ffmpeg mp3"), check=True, timeout=50)
    data = file.read_bytes()
    table = max(data.find(b"Xing", 0, 3000), data.find(b"Info", 0, 3000))
    first = feed_all(framer_of("ffmpeg mp3", data), [data]).offsets[0]
    assert 0 < table < first
    assert data[first] == 0xFF
