"""Whatever FFmpeg reads becomes samples; what is odd or broken is left out, and never raises."""

import io
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from codec.sounds import LOUDNESS, file_of, heard
from tinyice.codec.decoding import Faults, File, Unreadable, live

LIVE = [
    ("mpeg", "mp3", "libmp3lame"),
    ("adts", "adts", "aac"),
    ("ogg", "ogg", "vorbis"),
    ("ogg", "ogg", "libopus"),
    ("ogg", "ogg", "flac"),
    ("matroska", "webm", "libopus"),
    ("matroska", "matroska", "flac"),
]
FILES = [
    ("mp3", "libmp3lame"),
    ("ipod", "aac"),
    ("ipod", "alac"),
    ("flac", "flac"),
    ("ogg", "vorbis"),
    ("opus", "libopus"),
    ("wav", "pcm_s16le"),
    ("wav", "pcm_s24le"),
    ("aiff", "pcm_s16be"),
    ("matroska", "vorbis"),
]


@pytest.mark.parametrize(("kind", "container", "codec"), LIVE)
@pytest.mark.parametrize("piece", [100, 4000])
def test_live_streams(kind: str, container: str, codec: str, piece: int) -> None:
    """As long and as loud as what was encoded, however the bytes come."""
    rate = 48000 if codec == "libopus" else 44100
    data = file_of(container, codec, samplerate=rate)
    found = heard(data, kind, piece=piece)
    assert abs(found.seconds - 2.0) < 0.1
    assert (found.samplerate, found.channels) == (rate, 2)
    assert 0.9 < found.rms / LOUDNESS < 1.1
    assert found.faults == 0


@pytest.mark.parametrize(("container", "codec"), FILES)
def test_files(tmp_path: Path, container: str, codec: str) -> None:
    """The same of files, which also know how long they are."""
    path = tmp_path / "tone.wrong"
    rate = 48000 if codec == "libopus" else 44100
    path.write_bytes(file_of(container, codec, samplerate=rate))
    file = File(path)
    assert (file.samplerate, file.channels) == (rate, 2)
    assert file.seconds is not None
    assert abs(file.seconds - 2.0) < 0.1
    seconds = sum(frame.samples for frame in file.frames()) / rate
    assert abs(seconds - 2.0) < 0.1
    file.close()


def test_seeking(tmp_path: Path) -> None:
    """A file goes on near the second that was asked for."""
    path = tmp_path / "tone.flac"
    path.write_bytes(file_of("flac", "flac", seconds=4.0))
    file = File(path)
    file.seek(3.0)
    assert 0.9 < sum(frame.samples for frame in file.frames()) / file.samplerate < 1.2
    file.close()


ODD = {
    "8 kHz, mono": ("wav", "pcm_s16le", {"samplerate": 8000, "layout": "mono"}),
    "96 kHz, 24 bit": ("flac", "flac", {"samplerate": 96000, "sample_format": "s32"}),
    "5.1": ("flac", "flac", {"layout": "5.1"}),
    "192 kHz": ("wav", "pcm_s16le", {"samplerate": 192000}),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files(tmp_path: Path, name: str) -> None:
    """They are read as they are; encoders get them in their own shape."""
    container, codec, options = ODD[name]
    path = tmp_path / "odd"
    path.write_bytes(file_of(container, codec, **options))  # type: ignore[arg-type]
    file = File(path)
    seconds = sum(frame.samples for frame in file.frames()) / file.samplerate
    assert abs(seconds - 2.0) < 0.05
    file.close()


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"<html>not here</html>" * 50, Random(3).randbytes(50_000)]
)
def test_what_is_no_audio(tmp_path: Path, content: bytes) -> None:
    """A file says why it can't be read; a stream of it is silence, and counted."""
    path = tmp_path / "x.mp3"
    path.write_bytes(content)
    with suppress(Unreadable):
        # Random bytes may look like a frame here and there.
        list(File(path).frames())
    for kind in ("mpeg", "adts", "ogg", "matroska"):
        heard(content, kind)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        File(tmp_path / "none")


def test_a_picture_alone_is_no_audio(tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text("1\n00:00:00,000 --> 00:00:01,000\nwords\n")
    with pytest.raises(Unreadable, match="no audio"):
        File(path)


@pytest.mark.parametrize(("kind", "container", "codec"), LIVE)
def test_damage_in_the_middle(kind: str, container: str, codec: str) -> None:
    """What is sound before and after it is heard."""
    data = bytearray(file_of(container, codec, samplerate=48000, seconds=6.0))
    middle, random = len(data) // 2, Random(5)
    data[middle : middle + 1500] = random.randbytes(1500)
    found = heard(bytes(data), kind)
    assert 2.5 < found.seconds < 6.2


@pytest.mark.parametrize(("kind", "container", "codec"), LIVE)
def test_truncated(kind: str, container: str, codec: str) -> None:
    """What there is of a stream that breaks off is heard."""
    data = file_of(container, codec, samplerate=48000, seconds=4.0)
    found = heard(data[: len(data) * 3 // 4], kind)
    assert 1.5 < found.seconds < 3.3


def test_chained_ogg() -> None:
    """Links follow each other without a gap, whatever codec, rate and channels they have."""
    links = [
        file_of("ogg", "vorbis", samplerate=44100),
        file_of("ogg", "libopus", samplerate=48000, layout="mono"),
        file_of("ogg", "flac", samplerate=22050),
        file_of("ogg", "vorbis", samplerate=44100),
    ]
    file = io.BytesIO(b"".join(links))
    found = list(live("ogg", lambda size: file.read(min(size, 700)), Faults()))
    seconds = sum(frame.samples / frame.sample_rate for frame in found)
    assert abs(seconds - 8.0) < 0.05
    shapes = [(frame.sample_rate, frame.layout.nb_channels) for frame in found]
    assert list(dict.fromkeys(shapes)) == [(44100, 2), (48000, 1), (22050, 2)]


def test_garbage_between_links() -> None:
    """What is no page is left out."""
    link = file_of("ogg", "vorbis")
    found = heard(Random(1).randbytes(3000) + link + b"\0" * 100_000 + link, "ogg")
    assert abs(found.seconds - 4.0) < 0.05


def test_nothing_is_read_ahead() -> None:
    """When more is asked for, all before is decoded, less a frame or two of MP3."""
    data = file_of("mp3", "libmp3lame", seconds=5.0)
    bytes_a_second = len(data) / 5.0
    given, late = 0, []
    decoded = 0.0

    def read(_size: int) -> bytes:
        nonlocal given
        late.append(given / bytes_a_second - decoded)
        piece = data[given : given + 300]
        given += len(piece)
        return piece

    for frame in live("mpeg", read, Faults()):
        decoded += frame.samples / frame.sample_rate
    assert max(late[20:]) < 0.15


def test_who_reads_may_raise() -> None:
    """That reaches whoever wanted samples."""

    def read(_size: int) -> bytes:
        raise EOFError("the parent is gone")

    with pytest.raises(EOFError):
        list(live("mpeg", read, Faults()))
