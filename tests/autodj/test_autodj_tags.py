"""Tags are read from whatever there is, and what can't be played says why."""

import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodj.files import JPEG, PNG, TAGS, id3, make, mp3_frames, write_wave
from tinyice.autodj import mpeg_length, tag_words
from tinyice.autodj.bounds import Bounds
from tinyice.autodj.covers import cover_beside, cover_in
from tinyice.autodj.mpeg_length import estimated_seconds
from tinyice.autodj.tags import read_track
from tinyice.core.tracks import Gains, Track

ALL = ["mp3", "flac", "ogg", "opus", "m4a", "wma", "wv"]


def read(path: Path, assumed: str = "") -> Track:
    return read_track(path.name, str(path), assumed=assumed)


def tagged(tmp_path: Path, *frames: tuple[bytes, bytes], assumed: str = "") -> Track:
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(*frames) + mp3_frames())
    return read(path, assumed)


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("kind", ALL)
def test_all_formats_tell_the_same(tmp_path: Path, kind: str) -> None:
    tags = {
        "title": "Ünïcode Сon",
        "artist": "Artist",
        "album": "Album",
        "album_artist" if kind in ("mp3", "m4a", "wma") else "albumartist": "Band",
        "genre": "Jazz",
        "track": "3/12",
        "disc": "2/2",
        "date" if kind != "wv" else "Year": "1999-05-01",
    }
    track = read(make(tmp_path / f"a.{kind}", tags=tags))
    assert track.fault == ""
    assert (track.title, track.artist, track.album) == ("Ünïcode Сon", "Artist", "Album")
    assert (track.genre, track.number, track.disc) == ("Jazz", 3, 2)
    assert track.album_artist == "Band"
    assert track.year == 1999 or kind == "wma"
    assert track.seconds == pytest.approx(2.0, abs=0.1)
    assert track.channels == (2 if kind == "m4a" else 1)
    assert track.samplerate in (44100, 48000)


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("kind", ["aac", "wav", "aiff", "mka"])
def test_formats_without_tags_are_tracks_too(tmp_path: Path, kind: str) -> None:
    track = read(make(tmp_path / f"a.{kind}"))
    assert track.fault == ""
    assert track.seconds == pytest.approx(2.0, abs=0.3) or kind == "mka"


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize(
    ("content", "name"),
    [("flac", "mp3"), ("mp3", "flac"), ("m4a", "ogg"), ("ogg", "wav"), ("wav", "mp3")],
)
def test_a_wrong_ending_does_not_hide_what_it_is(tmp_path: Path, content: str, name: str) -> None:
    path = make(tmp_path / f"a.{content}").rename(tmp_path / f"b.{name}")
    assert (read(path).fault, round(read(path).seconds)) == ("", 2)


@pytest.mark.needs_program("ffmpeg")
def test_bare_frames_under_a_wrong_name(tmp_path: Path) -> None:
    """VBR or not: without a header of the whole the length is an estimate, and it plays."""
    path = tmp_path / "a.ogg"
    path.write_bytes(mp3_frames())
    assert read(path).fault == ""
    assert read(path.rename(tmp_path / "a.mp3")).seconds == pytest.approx(2.0, abs=0.1)


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("seconds", [1, 10, 300])
def test_vbr_without_a_header_of_the_whole(tmp_path: Path, seconds: int) -> None:
    """Its length is told within a few percent, whatever its first frame says."""
    options = ("-q:a", "2", "-b:a", "0", "-write_xing", "0", "-id3v2_version", "3")
    tone = f"sine=duration={seconds},volume='min(1,t/{seconds})':eval=frame"
    track = read(make(tmp_path / "a.mp3", *options, tone=tone))
    assert (track.fault, track.channels) == ("", 1)
    assert track.seconds == pytest.approx(seconds, rel=0.1)


@given(st.binary(max_size=3000), st.integers(0, 10))
def test_frames_are_found_in_anything(noise: bytes, start: int) -> None:
    assert estimated_seconds(io.BytesIO(noise), start) >= 0
    found = mpeg_length.frames_in(noise + mp3_frames()[:20_000])
    assert len(found) >= 40


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "it is empty"),
        (bytes(5000), "its tags can't be read: can't sync to MPEG frame"),
        (b"RIFF" + bytes(100), "can't be read"),
        (b"fLaC", "can't be read"),
        (b"OggS" + bytes(30), "can't be read"),
        (b"<html>not found</html>", "can't be read"),
    ],
)
def test_what_is_no_audio_says_so(tmp_path: Path, data: bytes, fault: str) -> None:
    for ending in ("mp3", "flac", "ogg", "m4a", "wav"):
        path = tmp_path / f"a.{ending}"
        path.write_bytes(data)
        told = read(path).fault
        assert told
        if ending == "mp3":
            assert fault in told
        assert str(tmp_path) not in told


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("kind", [*ALL, "wav", "aac"])
def test_truncated_files_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    """Wherever a download broke off, there is a track, playable or with a reason."""
    path = make(tmp_path / f"a.{kind}")
    data = path.read_bytes()
    for length in (1, 10, 50, 300, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        track = read(path)
        assert track.fault or track.seconds > 0


@pytest.mark.needs_program("ffmpeg")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), kind=st.sampled_from(["flac", "ogg", "m4a", "mp3"]))
def test_damaged_files_never_raise(tmp_path: Path, data: st.DataObject, kind: str) -> None:
    source = tmp_path / f"a.{kind}"
    if not source.exists():
        make(source)
    content = bytearray(source.read_bytes()[:20_000])
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)))):
        content[at] = byte
    damaged = tmp_path / f"b.{kind}"
    damaged.write_bytes(content)
    track = read(damaged)
    assert track.path == f"b.{kind}"


@pytest.mark.needs_program("ffmpeg")
def test_the_words_of_wave_files(tmp_path: Path) -> None:
    """As FFmpeg and sound editors write them; what is broken has fewer, and raises nothing."""
    path = make(tmp_path / "a.wav")
    track = read(path)
    assert (track.title, track.artist, track.album) == (TAGS["title"], "Artist", "Album")
    assert (track.genre, track.number, track.year) == ("Jazz", 3, 1999)
    data = path.read_bytes()
    at = data.index(b"LIST")
    end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    path.write_bytes(data[:at] + data[end:] + data[at:end])
    assert read(path).title == TAGS["title"]
    for place in range(at, end):
        path.write_bytes(data[:place] + b"\xff" + data[place + 1 : 20_000])
        assert read(path).path == "a.wav"


@pytest.mark.parametrize(
    ("rate", "channels", "width"), [(8000, 1, 1), (96_000, 2, 3), (48_000, 6, 2), (192_000, 8, 4)]
)
def test_unusual_sound(tmp_path: Path, rate: int, channels: int, width: int) -> None:
    track = read(write_wave(tmp_path / "a.wav", rate=rate, channels=channels, width=width))
    assert (track.fault, track.samplerate, track.channels) == ("", rate, channels)
    assert track.seconds == pytest.approx(1.0)


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize(
    ("text", "assumed", "title"),
    [
        (b"\x00Caf\xe9", "", "Café"),
        (b"\x00\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "", "Иван"),
        (b"\x00\xc8\xe2\xe0\xed", "windows-1251", "Иван"),
        (b"\x00\xc8\xe2\xe0\xed", "nonsense", "Èâàí"),
        (b"\x01\xff\xfeI\x00v\x00", "", "Iv"),
        (b"\x01\xff\xfe\x00\xd8x\x00", "", None),
        (b"\x03\xff\xfe\xfd", "", None),
        (b"\x00one\0two\0one", "", "one; two"),
        (b"\x00  line\r\nbreak\x07 ", "", "line  break"),
        (b"\x00" + b"x" * 100_000, "", "x" * 500),
        (b"\x09???", "", None),
        (b"", "", ""),
    ],
)
def test_words_in_every_encoding(
    tmp_path: Path, text: bytes, assumed: str, title: str | None
) -> None:
    """Whatever bytes are called text, the file plays, and the words can be shown and kept."""
    track = tagged(tmp_path, (b"TIT2", text), assumed=assumed)
    assert track.fault == ""
    track.title.encode("utf-8")
    assert title is None or track.title == title


@pytest.mark.needs_program("ffmpeg")
def test_numbers_and_genres_of_old_tags(tmp_path: Path) -> None:
    track = tagged(
        tmp_path,
        (b"TRCK", b"\x0007"),
        (b"TPOS", b"\x00nonsense"),
        (b"TYER", b"\x001984"),
        (b"TCON", b"\x00(17)"),
    )
    assert (track.number, track.disc, track.year, track.genre) == (7, 0, 1984, "Rock")


@pytest.mark.needs_program("ffmpeg")
def test_gains(tmp_path: Path) -> None:
    track = tagged(
        tmp_path,
        (b"TXXX", b"\x00REPLAYGAIN_TRACK_GAIN\0-7.45 dB"),
        (b"TXXX", b"\x00replaygain_track_peak\x000.988"),
        (b"TXXX", b"\x00replaygain_album_gain\0nan"),
    )
    assert track.gains == Gains(-7.45, 0.988, None, None)
    tags = {"R128_TRACK_GAIN": "-1280", "title": "x"}
    assert read(make(tmp_path / "b.opus", tags=tags)).gains == Gains(track_db=0.0)


@pytest.mark.parametrize("text", ["", "x", "1e999", "-99999", "inf", "1" * 400, "--5", "\udcff"])
def test_gains_that_are_none(text: str) -> None:
    tags = {"replaygain_track_gain": text, "replaygain_album_peak": text, "r128_track_gain": text}
    assert tag_words.gains(tags) == Gains()


@given(st.text(), st.lists(st.text()))
def test_any_text_in_tags(text: str, values: list[str]) -> None:
    assert 0 <= tag_words.number(text) <= tag_words.NUMBER_MAX
    assert 0 <= tag_words.year(text) < 3000
    assert len(tag_words.words(values)) <= tag_words.WORDS_MAX
    tag_words.words(values).encode()
    tag_words.mended(text, "cp1251")


@pytest.mark.needs_program("ffmpeg")
def test_covers(tmp_path: Path) -> None:
    """Pictures are found in each format, and beside the file; what is none is not shown."""
    picture = (b"APIC", b"\x00image/png\0\x03front\0" + PNG)
    track = tagged(tmp_path, picture)
    assert track.has_cover
    assert cover_in(str(tmp_path / "a.mp3")) == PNG
    assert tagged(tmp_path, (b"APIC", b"\x00text/html\0\x03\0<script>")).title == ""
    assert cover_in(str(tmp_path / "a.mp3")) == b""
    bounds = Bounds([str(tmp_path)])
    assert cover_beside(str(tmp_path / "a.mp3"), bounds) == b""
    (tmp_path / "Folder.JPG").write_bytes(JPEG)
    (tmp_path / "cover.png").write_bytes(b"<svg/>")
    assert cover_beside(str(tmp_path / "a.mp3"), bounds) == JPEG
    assert cover_beside(str(tmp_path / "a.mp3"), Bounds([str(tmp_path / "other")])) == b""


@pytest.mark.needs_program("ffmpeg")
def test_a_giant_cover_is_read_in_no_time(tmp_path: Path) -> None:
    begun = time.process_time()
    track = tagged(tmp_path, (b"APIC", b"\x00image/png\0\x03\0" + PNG + bytes(30_000_000)))
    assert (track.fault, track.has_cover) == ("", True)
    assert cover_in(str(tmp_path / "a.mp3")) == b""
    assert time.process_time() - begun < 5


def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    assert read(tmp_path / "none.mp3").fault == "No such file or directory"
    os.mkfifo(tmp_path / "pipe")
    assert read(tmp_path).fault
