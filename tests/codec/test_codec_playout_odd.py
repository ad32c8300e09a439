"""Odd files play, or are refused with a reason; hundreds of them leave nothing behind."""

import gc
import subprocess
from pathlib import Path

import numpy as np
import pytest

from codec.playing import Asked, play, sine, write
from tinyice.codec.joins import CUT, GAPLESS, Join, Joint
from tinyice.core.quality import FLAC, Quality

RATE = 44100
OUT = Quality(FLAC, 0, samplerate=RATE, channels=2)

ODD = {
    "8k.wav": "-ar 8000 -ac 1",
    "96k.flac": "-ar 96000 -sample_fmt s32",
    "51.flac": "-ac 6",
    "71.wav": "-ac 8 -ar 48000",
    "vbr.mp3": "-c:a libmp3lame -q:a 5 -write_xing 0",
    "raw.aac": "-c:a aac",
    "alac.m4a": "-c:a alac",
    "vorbis.ogg": "-c:a libvorbis",
    "opus.opus": "-c:a libopus",
    "old.wma": "-c:a wmav2",
    "mp2.mp2": "-c:a mp2",
    "matroska.mka": "-c:a libvorbis",
    "u8.wav": "-c:a pcm_u8 -ar 11025",
    "aiff.aiff": "",
}


def made(folder: Path, name: str, options: str) -> Path:
    """Two seconds of a tone in that format."""
    path = folder / name
    tone = "sine=frequency=441:sample_rate=44100:duration=2"
    arguments = ["-v", "error", "-f", "lavfi", "-i", tone, "-af", "volume=6dB", *options.split()]
    subprocess.run(("ffmpeg", *arguments, str(path)), check=True, timeout=30)
    return path


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize(("name", "options"), ODD.items(), ids=list(ODD))
def test_whatever_ffmpeg_reads(tmp_path: Path, name: str, options: str) -> None:
    """It sounds for two seconds, and can be entered in the middle."""
    path = made(tmp_path, name, options)
    played = play(OUT, [Asked(path, GAPLESS)], 3.0)
    assert played.failed == {}
    assert abs(played.over[1] / RATE - 2.0) < 0.08
    found = played.samples("ogg")[RATE // 4 : round(1.7 * RATE)]
    assert np.sqrt(np.mean(found.astype(float) ** 2)) > 1000
    later = play(OUT, [Asked(path, start_s=1.0)], 2.0)
    assert abs(later.over[1] / RATE - 1.0) < 0.12


def test_wrong_endings_and_rubbish_around(tmp_path: Path) -> None:
    """The content counts, not the name; rubbish before and behind is passed over."""
    good = write(tmp_path / "good.mp3", sine(RATE, 2.0), RATE, "libmp3lame").read_bytes()
    for name, data in {
        "wrong.flac": good,
        "tag.mp3": b"ID3\x04\x00\x00\x00\x00\x7f\x7f" + bytes(16383) + good,
        "front.mp3": b"\0" * 3000 + good,
        "behind.mp3": good + b"rubbish" * 500,
        "hole.mp3": good[:8000] + b"\x55" * 3000 + good[11000:],
        "cut.mp3": good[: len(good) // 2],
    }.items():
        (tmp_path / name).write_bytes(data)
        played = play(OUT, [Asked(tmp_path / name)], 2.5)
        assert played.failed == {}, name
        assert 0.9 < played.over[1] / RATE < 2.2, name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 50_000,
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"fLaC",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        bytes(range(256)) * 400,
    ],
)
def test_what_is_no_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    """With a reason, and nothing of it is heard; a list of other files is no audio."""
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    played = play(OUT, [Asked(path)], 1.0)
    assert played.failed.get(1)
    assert played.began == {}
    assert not played.samples("ogg").any()


def test_lists_of_other_files_are_no_audio(tmp_path: Path) -> None:
    """Whatever they are called, they can't lead to what may not be read."""
    secret = write(tmp_path / "secret.mp3", sine(RATE, 1.0), RATE, "libmp3lame")
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n"
    for name, text in {
        "list.m3u8": hls,
        "hls.mp3": hls,
        "list.ffconcat": f"ffconcat version 1.0\nfile {secret.name}\n",
        "song.mp3": f"ffconcat version 1.0\nfile {secret.name}\n",
        "track.flac": f"ffconcat version 1.0\nfile '{secret}'\n",
    }.items():
        (tmp_path / name).write_text(text)
        assert play(OUT, [Asked(tmp_path / name)], 0.5).failed.get(1), name


def test_a_hundred_changes_leave_nothing(tmp_path: Path) -> None:
    """No file stays open; every joint is where it belongs."""
    length = round(0.4 * RATE)
    file = write(tmp_path / "1.flac", sine(RATE, 0.4), RATE, "flac")
    joins = [GAPLESS, CUT, Join(Joint.CROSSFADE, 0.02)]
    play(OUT, [Asked(file)] * 3, 0.5)
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    played = play(OUT, [Asked(file, joins[at % 3]) for at in range(100)], 41.0)
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
    assert len(played.began) == len(played.over) == 100
    at = 0
    for number in range(2, 101):
        overlap = round(0.02 * RATE) if (number - 1) % 3 == 2 else 0
        at += length - overlap
        assert played.began[number] == at
