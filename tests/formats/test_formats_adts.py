"""AAC in ADTS: sync points at verified frames."""

import pytest

from formats.feeding import feed_all, pieces_of
from formats.synthetic_frames import adts_frame, id3v2
from tinyice.formats.adts import AdtsFramer
from tinyice.formats.base import AudioInfo, FormatKind

FRAMES = [adts_frame(200 + at * 31 % 150) for at in range(60)]
STARTS = [len(b"".join(FRAMES[:at])) for at in range(60)]


def test_each_frame_is_one_sync_point() -> None:
    """Every frame may be joined and counts its 1024 samples."""
    framer = AdtsFramer()
    result = feed_all(framer, pieces_of(b"".join(FRAMES), 100))
    assert result.offsets == STARTS
    assert result.seconds == pytest.approx(60 * 1024 / 44100)
    assert (framer.kind, framer.needs_headers) == (FormatKind.ADTS, False)


def test_several_blocks_in_a_frame_count() -> None:
    """A frame with two raw blocks is twice as long."""
    result = feed_all(AdtsFramer(), [adts_frame(300, blocks=2) * 5])
    assert result.seconds == pytest.approx(10 * 1024 / 44100)


@pytest.mark.parametrize("garbage", [id3v2(700), b"\xff\xf1" * 300, FRAMES[0][:90], b"\0" * 300])
def test_garbage_and_tags_pass(garbage: bytes) -> None:
    """Frames are found before and after what is none."""
    stream = b"".join(FRAMES)
    result = feed_all(AdtsFramer(), pieces_of(stream + garbage + stream, 999))
    later = [len(stream) + len(garbage) + start for start in STARTS]
    assert result.data == stream + garbage + stream
    assert result.offsets[:60] == STARTS
    assert result.offsets[-55:] == later[-55:]


@pytest.mark.parametrize(("index", "rate"), [(3, 48000), (7, 22050), (11, 8000)])
def test_the_audio_is_described(index: int, rate: int) -> None:
    """Rate and channels come from the header, the bitrate from the frames."""
    framer = AdtsFramer()
    assert framer.info == AudioInfo()
    framer.feed(adts_frame(249, rate_index=index, channels=1, mpeg2=True) * 100)
    bitrate = round(256 * 8 * rate / 1024 / 1000) * 1000
    assert framer.info == AudioInfo(bitrate, rate, 1)


def test_another_configuration_is_another_chain() -> None:
    """A change of channels or rate is followed without a gap."""
    other = adts_frame(100, channels=1) * 5 + adts_frame(100, rate_index=7) * 5
    assert len(feed_all(AdtsFramer(), [b"".join(FRAMES) + other]).offsets) == 70


def test_frames_shorter_than_their_header_are_none() -> None:
    """A length that leads nowhere is no header."""
    assert feed_all(AdtsFramer(), [adts_frame(0) * 100]).offsets == []
