"""Playout, heard: joints without a gap, fades without a click, the right level and order."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from codec.playing import Asked, play, sine, write
from tinyice.codec.joins import CUT, GAPLESS, Curve, Join, Joint
from tinyice.codec.playout_messages import GoOn, Hold, Rest, Unload, Volume
from tinyice.core.quality import AAC, FLAC, MP3, OPUS, Quality
from tinyice.formats.detect import framer_for

RATE = 44100
FLAC_44 = Quality(FLAC, 0, samplerate=RATE, channels=2)
PARTS = (1.0, 1.37, 0.8, 1.1)


def parts_of(folder: Path, codec: str, ending: str, pitch: float = 441.0) -> list[Path]:
    """A tone without a break, cut into files."""
    found, first = [], 0
    for number, seconds in enumerate(PARTS):
        part = sine(RATE, seconds, first=first, pitch=pitch)
        found.append(write(folder / f"{number}{ending}", part, RATE, codec))
        first += len(part)
    return found


def rms(samples: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def windows(samples: NDArray[np.int16], length: int) -> list[float]:
    """How loud each window is, in decibels below the loudest."""
    levels = [rms(samples[at : at + length]) for at in range(0, len(samples) - length, length // 4)]
    return [20 * float(np.log10(max(level, 1e-6) / max(levels))) for level in levels]


def click(samples: NDArray[np.int16], pitch: float) -> float:
    """The largest deviation from a tone of this pitch, whatever its level does slowly."""
    one = samples.astype(np.float64)
    twice = 2 * np.cos(2 * np.pi * pitch / RATE)
    return float(np.abs(one[2:] - twice * one[1:-1] + one[:-2]).max())


def test_flac_to_flac_no_sample_is_missing_or_repeated(tmp_path: Path) -> None:
    """A tone that was cut into files comes out as it was, bit for bit."""
    files = parts_of(tmp_path, "flac", ".flac")
    played = play(FLAC_44, [Asked(one, GAPLESS) for one in files], 4.0)
    whole = sine(RATE, sum(PARTS))[:, 0]
    found = played.samples("ogg")
    assert np.array_equal(found[: 4 * RATE], whole[: len(found)][: 4 * RATE])
    begins = np.cumsum([0, *(round(part * RATE) for part in PARTS)])
    assert played.began == {n + 1: int(begins[n]) for n in range(4)}
    assert played.over == {n: int(begins[n]) for n in range(1, 4)}


@pytest.mark.parametrize(
    ("codec", "ending", "least_db"),
    [("libmp3lame", ".mp3", -1.0), ("aac", ".m4a", -2.0)],
)
def test_padding_of_encoders_is_not_heard(
    tmp_path: Path, codec: str, ending: str, least_db: float
) -> None:
    """What MP3 and AAC put before and behind the audio is cut off: no window falls by 1 dB.

    FFmpeg's encoder of AAC itself is a little softer where a file ends.
    """
    files = parts_of(tmp_path, codec, ending)
    played = play(FLAC_44, [Asked(one, GAPLESS) for one in files], 4.0)
    begins = np.cumsum([0, *(round(part * RATE) for part in PARTS)])
    assert played.began == {n + 1: int(begins[n]) for n in range(4)}
    found = played.samples("ogg")[round(0.05 * RATE) : 4 * RATE]
    assert min(windows(found, RATE // 100)) > least_db


@pytest.mark.parametrize(
    ("quality", "kind"),
    [
        (Quality(MP3, 192, samplerate=RATE, channels=2), "mpeg"),
        (Quality(MP3, 128, samplerate=48000, channels=2), "mpeg"),
        (Quality(OPUS, 128, samplerate=48000, channels=2), "ogg"),
        (Quality(AAC, 128, samplerate=RATE, channels=2), "adts"),
    ],
)
def test_no_gap_in_any_stream(tmp_path: Path, quality: Quality, kind: str) -> None:
    """One encoder runs on: no window of 10 ms falls by 1 dB, resampled or not."""
    files = parts_of(tmp_path, "libmp3lame", ".mp3")
    played = play(quality, [Asked(one, GAPLESS) for one in files], 4.0)
    found = played.samples(kind)
    assert abs(len(found) / quality.samplerate - 4.0) < 0.25
    inner = found[quality.samplerate // 10 : round(3.9 * quality.samplerate)]
    assert min(windows(inner, quality.samplerate // 100)) > -1.0


@pytest.mark.parametrize("curve", list(Curve))
def test_a_crossfade_has_no_click(tmp_path: Path, curve: Curve) -> None:
    """Both sound together for a second, and the wave has no corner."""
    one = write(tmp_path / "1.flac", sine(RATE, 2.0, level=0.25), RATE, "flac")
    two = write(tmp_path / "2.flac", sine(RATE, 2.0, level=0.2), RATE, "flac")
    join = Join(Joint.CROSSFADE, 1.0, curve)
    played = play(FLAC_44, [Asked(one, GAPLESS), Asked(two, join)], 2.5)
    assert played.began == {1: 0, 2: RATE}
    assert played.over[1] == 2 * RATE
    assert click(played.samples("ogg")[: round(2.4 * RATE)], 441.0) < 12


def test_different_music_is_as_loud_in_the_middle_of_a_fade(tmp_path: Path) -> None:
    """The usual curve keeps the power."""
    random = np.random.default_rng(4)
    files = []
    for number in (1, 2):
        noise = np.rint(random.normal(0, 3000, (3 * RATE, 2))).astype(np.int16)
        files.append(write(tmp_path / f"{number}.flac", noise, RATE, "flac"))
    join = Join(Joint.CROSSFADE, 2.0)
    found = play(FLAC_44, [Asked(files[0]), Asked(files[1], join)], 3.9).samples("ogg")
    levels = windows(found[RATE // 10 : round(3.8 * RATE)], RATE // 5)
    assert min(levels) > -1.0


def test_a_cut_rounds_the_edges(tmp_path: Path) -> None:
    """Nothing sounds together, and nothing clicks."""
    one = write(tmp_path / "1.flac", sine(RATE, 1.0013, pitch=437.7), RATE, "flac")
    two = write(tmp_path / "2.flac", sine(RATE, 1.0, first=25, pitch=437.7), RATE, "flac")
    played = play(FLAC_44, [Asked(one), Asked(two)], 1.75)
    assert played.began == {1: 0, 2: round(1.0013 * RATE)}
    assert click(played.samples("ogg")[: round(1.7 * RATE)], 437.7) < 120


def test_skipping_is_heard_at_once(tmp_path: Path) -> None:
    """What is loaded at once enters in the next block, and what was in front is soon gone."""
    one = write(tmp_path / "1.flac", sine(RATE, 5.0), RATE, "flac")
    two = write(tmp_path / "2.flac", sine(RATE, 5.0, pitch=882.0), RATE, "flac")
    join = Join(Joint.CROSSFADE, 0.5)
    played = play(FLAC_44, [Asked(one), Asked(two, join, at_s=2.0)], 4.0)
    assert 2 * RATE <= played.began[2] <= 2.1 * RATE
    assert played.over[1] - played.began[2] == RATE // 2


def test_seeking_is_exact(tmp_path: Path) -> None:
    """The sample that is wanted is the first that is heard."""
    random = np.random.default_rng(2)
    noise = np.rint(random.normal(0, 3000, (4 * RATE, 1))).astype(np.int16).repeat(2, axis=1)
    file = write(tmp_path / "1.flac", noise, RATE, "flac")
    played = play(FLAC_44, [Asked(file, GAPLESS, start_s=2.5)], 1.0)
    first = round(2.5 * RATE)
    assert np.array_equal(played.samples("ogg")[:RATE], noise[first : first + RATE, 0])


def test_a_pause_resumes_in_place(tmp_path: Path) -> None:
    """Silence while it lasts, and then it goes on where it was."""
    ramp = np.linspace(0, 20000, 4 * RATE).astype(np.int16)
    file = write(tmp_path / "1.flac", np.stack([ramp, ramp], axis=1), RATE, "flac")
    played = play(FLAC_44, [Asked(file, GAPLESS)], 6.0, [(1.0, Hold()), (4.0, GoOn())])
    found = played.samples("ogg")
    assert not found[round(1.2 * RATE) : round(3.9 * RATE)].any()
    before, after = found[round(0.9 * RATE)], found[round(4.2 * RATE)]
    heard_s = (int(after) - int(before)) / 20000 * 4
    assert abs(heard_s - 0.3) < 0.1
    assert abs(played.seconds - 6.0) < 0.01


def test_gain_volume_and_the_limiter(tmp_path: Path) -> None:
    """A track is made so much louder, no peak goes beyond the ceiling, and volume is volume."""
    file = write(tmp_path / "1.flac", sine(RATE, 9.0, level=0.1), RATE, "flac")
    plain = play(FLAC_44, [Asked(file)], 1.0).samples("ogg")
    louder = play(FLAC_44, [Asked(file, gain_db=6.0)], 1.0).samples("ogg")
    assert abs(20 * np.log10(rms(louder) / rms(plain)) - 6.0) < 0.05
    loud = play(FLAC_44, [Asked(file, gain_db=30.0)], 1.0).samples("ogg")
    assert 0.85 < np.abs(loud.astype(np.int32)).max() / 32768 < 10 ** (-1 / 20)
    half = play(FLAC_44, [Asked(file)], 2.0, [(0.5, Volume(0.5))]).samples("ogg")
    assert abs(rms(half[RATE : 2 * RATE]) / rms(plain) - 0.5) < 0.02
    assert click(half[: 2 * RATE], 441.0) < 120


def test_what_cannot_be_decoded_is_told(tmp_path: Path) -> None:
    """With the reason, and what comes behind it plays."""
    bad = tmp_path / "bad.mp3"
    bad.write_bytes(b"this is no music\n" * 500)
    empty = tmp_path / "empty.flac"
    empty.write_bytes(b"")
    good = write(tmp_path / "good.flac", sine(RATE, 1.0), RATE, "flac")
    asked = [Asked(bad), Asked(tmp_path / "gone.mp3"), Asked(empty), Asked(good, GAPLESS)]
    played = play(FLAC_44, asked, 2.0)
    assert set(played.failed) == {1, 2, 3}
    assert all(played.failed.values())
    assert played.began[4] < 0.2 * RATE
    assert played.silent == [0, played.began[4] + RATE]


def test_nothing_to_play_is_silence(tmp_path: Path) -> None:
    """The stream stays alive, and it is told once."""
    file = write(tmp_path / "1.flac", sine(RATE, 0.5), RATE, "flac")
    played = play(FLAC_44, [Asked(file, at_s=1.0)], 3.0, [(0.5, Unload())])
    assert played.silent[0] == 0
    assert len(played.silent) == 2
    assert abs(played.seconds - 3.0) < 0.01


def test_titles_stand_where_the_music_changes(tmp_path: Path) -> None:
    """In Ogg a logical stream begins there; elsewhere it is told between the bytes."""
    files = parts_of(tmp_path, "flac", ".flac")
    asked = [Asked(one, GAPLESS, title=f"T{n}") for n, one in enumerate(files)]
    played = play(Quality(OPUS, 96, samplerate=48000, channels=2), asked, 4.0)
    framer = framer_for("", played.data[:4])
    assert framer is not None
    seconds, told = 0.0, []
    for chunk in framer.feed(played.data):
        if chunk.tags:
            told.append((chunk.tags["title"], seconds))
        seconds += chunk.seconds
    assert [title for title, _ in told] == ["T0", "T1", "T2", "T3"]
    begins = np.cumsum([0, *PARTS])
    assert all(abs(at - begins[n]) < 0.4 for n, (_, at) in enumerate(told))


def test_rest_ends_one_programme(tmp_path: Path) -> None:
    """What was complete goes out, and what comes later is a stream of its own."""
    file = write(tmp_path / "1.flac", sine(RATE, 5.0), RATE, "flac")
    for quality, kind in ((FLAC_44, "ogg"), (Quality(MP3, 128, RATE, 2), "mpeg")):
        asked = [Asked(file, CUT, "one"), Asked(file, CUT, "two", at_s=2.0)]
        played = play(quality, asked, 3.0, [(1.5, Rest())])
        found = played.samples(kind)
        assert abs(len(found) / RATE - 3.0) < 0.1
        assert set(played.began) == {1, 2}
