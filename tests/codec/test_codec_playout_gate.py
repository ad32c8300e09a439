"""What nobody hears is not encoded: the pace, what is told, and what the first one hears."""

import numpy as np
import pytest

from codec.playing import Asked, Played, play, sine, write
from tinyice.codec.joins import GAPLESS
from tinyice.codec.playout_messages import Unwant, Want
from tinyice.core.quality import AAC, FLAC, MP3, OPUS, Quality

RATE = 44100
FLAC_44 = Quality(FLAC, 0, samplerate=RATE, channels=2)
BACK_S = 6.0
LONG_S = 8.0
KINDS = [
    (FLAC_44, "ogg"),
    (Quality(MP3, 128, samplerate=RATE, channels=2), "mpeg"),
    (Quality(OPUS, 96, samplerate=48000, channels=2), "ogg"),
    (Quality(AAC, 96, samplerate=RATE, channels=2), "adts"),
]


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """Three tones, each higher than the one before."""
    folder = tmp_path_factory.mktemp("tones")
    return [
        Asked(
            write(folder / f"{pitch}.flac", sine(RATE, 3.0, pitch=pitch), RATE, "flac"),
            GAPLESS,
            f"tone {pitch:g}",
        )
        for pitch in (441.0, 882.0, 1323.0)
    ]


def played(quality: Quality, tracks: list[Asked], *, since: float = 1.0) -> Played:
    """Nobody hears it from ``since`` on, and somebody from ``BACK_S``."""
    return play(quality, tracks, LONG_S, [(since, Unwant()), (BACK_S, Want())])


@pytest.mark.parametrize(("quality", "kind"), KINDS)
def test_the_pace_is_kept_and_little_is_made(
    tracks: list[Asked], quality: Quality, kind: str
) -> None:
    gated, plain = played(quality, tracks), play(quality, tracks, LONG_S)
    assert gated.seconds == pytest.approx(plain.seconds, abs=0.05)
    assert gated.began == plain.began
    assert gated.over == plain.over
    heard_s = len(gated.samples(kind)) / quality.samplerate
    # One second before, two that were kept, and what came then.
    assert heard_s == pytest.approx(1.0 + 2.0 + (LONG_S - BACK_S), abs=0.4)


def test_who_comes_hears_the_newest_seconds_exactly(tracks: list[Asked]) -> None:
    found = played(FLAC_44, tracks, since=0.0).samples("ogg")
    whole = np.concatenate([sine(RATE, 3.0, pitch=pitch)[:, 0] for pitch in (441, 882, 1323)])
    # The tones pin it down: where one follows another there is one place for it.
    first, last = round((BACK_S - 2.5) * RATE), round((BACK_S - 1.5) * RATE)
    ends = (begin + len(found) for begin in range(first, last))
    assert any(np.array_equal(found, whole[end - len(found) : end]) for end in ends)


def test_nothing_is_made_but_the_headers_of_titles(tracks: list[Asked]) -> None:
    told = play(FLAC_44, tracks, LONG_S, [(0.0, Unwant())])
    assert told.data.count(b"tone ") == len(tracks)
    assert len(told.data) < 2000
