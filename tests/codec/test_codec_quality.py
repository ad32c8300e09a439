"""What can be encoded: values that can't be are refused, zeros become what fits the input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.quality import (
    AAC,
    AAC_RATES,
    FLAC,
    FORMATS,
    MP3,
    MP3_KBITS,
    MP3_RATES,
    OPUS,
    OPUS_RATES,
    Quality,
    fault_of,
    kbits_for,
    resolved,
)


@pytest.mark.parametrize(
    ("quality", "field"),
    [
        (Quality("wma"), "format"),
        (Quality(MP3, 130), "bitrate"),
        (Quality(MP3, 320, samplerate=22050), "bitrate"),
        (Quality(MP3, 128, samplerate=12000), "bitrate"),
        (Quality(MP3, 128, samplerate=96000), "sample_rate"),
        (Quality(MP3, 128, channels=6), "channels"),
        (Quality(OPUS, 5), "bitrate"),
        (Quality(OPUS, 511), "bitrate"),
        (Quality(OPUS, 64, samplerate=4000), "sample_rate"),
        (Quality(OPUS, 64, opus_frame_ms=15.0), "opus_frame_size_ms"),
        (Quality(OPUS, 64, opus_application="music"), "opus_application"),
        (Quality(OPUS, 64, opus_complexity=11), "opus_complexity"),
        (Quality(AAC, 600), "bitrate"),
        (Quality(AAC, 128, samplerate=8000), "bitrate"),
        (Quality(AAC, 64, samplerate=44000), "sample_rate"),
        (Quality(FLAC, samplerate=4000), "sample_rate"),
    ],
)
def test_what_can_not_be(quality: Quality, field: str) -> None:
    """The reason names the value that is at fault."""
    fault = fault_of(quality)
    assert fault is not None
    assert fault[0] == field
    assert fault[1].startswith("must be")


@pytest.mark.parametrize(
    ("quality", "samplerate", "channels", "expected"),
    [
        (Quality(MP3, 128), 44100, 2, (44100, 2)),
        (Quality(MP3, 128), 96000, 6, (48000, 2)),
        (Quality(MP3, 128), 88200, 2, (44100, 2)),
        (Quality(MP3, 128), 8000, 1, (16000, 1)),
        (Quality(MP3, 320), 22050, 2, (44100, 2)),
        (Quality(MP3, 64), 8000, 1, (8000, 1)),
        (Quality(MP3, 128), 0, 0, (44100, 2)),
        (Quality(OPUS, 64), 44100, 2, (48000, 2)),
        (Quality(OPUS, 64, samplerate=44100), 44100, 2, (48000, 2)),
        (Quality(OPUS, 64, samplerate=16000), 44100, 2, (16000, 2)),
        (Quality(AAC, 64), 96000, 1, (96000, 1)),
        (Quality(FLAC), 96000, 6, (96000, 2)),
        (Quality(FLAC, channels=1), 48000, 2, (48000, 1)),
    ],
)
def test_what_fits_the_input(
    quality: Quality, samplerate: int, channels: int, expected: tuple[int, int]
) -> None:
    """The rate of the input where the format has it, else the one that takes the least."""
    found = resolved(quality, samplerate, channels)
    assert (found.samplerate, found.channels) == expected


qualities = st.builds(
    Quality,
    format=st.sampled_from(FORMATS),
    bitrate=st.one_of(st.sampled_from(MP3_KBITS), st.integers(6, 512)),
    samplerate=st.sampled_from((0, *AAC_RATES, 50000)),
    channels=st.integers(0, 2),
)


@given(qualities, st.sampled_from((0, 8000, 11025, 37800, 48000, 88200, 192000)), st.integers(0, 8))
def test_what_is_allowed_can_be_made(quality: Quality, samplerate: int, channels: int) -> None:
    """Nothing that the rules let through ends in numbers that an encoder does not take."""
    if fault_of(quality) is not None:
        return
    found = resolved(quality, samplerate, channels)
    assert found.channels in (1, 2)
    if found.format == MP3:
        assert found.samplerate in MP3_RATES
        assert found.bitrate in kbits_for(found.samplerate)
    elif found.format == OPUS:
        assert found.samplerate in OPUS_RATES
    elif found.format == AAC:
        assert found.samplerate in AAC_RATES
        assert found.bitrate * 1000 <= 6 * found.samplerate
    assert fault_of(found) is None or found.format == FLAC


def test_words() -> None:
    assert [Quality(name, 96).words for name in FORMATS] == [
        "MP3 96k",
        "Opus 96k",
        "AAC 96k",
        "FLAC",
    ]
