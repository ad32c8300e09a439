"""MPEG audio: sync points at verified frames, and nowhere else."""

import pytest

from formats.feeding import Fed, feed_all, pieces_of
from formats.synthetic_frames import (
    MP3_128,
    MP3_128_BYTES,
    id3v1,
    id3v2,
    mpeg_frame,
    xing_frame,
)
from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.formats.frames import PATIENCE_BYTES, TRY_BYTES
from tinyice.formats.mpeg import MpegFramer

FRAME = mpeg_frame()
FRAME_SECONDS = 1152 / 44100


def fed(data: bytes) -> Fed:
    """Feed it in pieces of an awkward size."""
    return feed_all(MpegFramer(), pieces_of(data, 333))


def frames_from(start: int, number: int) -> list[int]:
    """Where ``number`` frames begin."""
    return [start + at * MP3_128_BYTES for at in range(number)]


def test_each_frame_is_one_sync_point() -> None:
    """Every frame may be joined, counts its time, and is passed as soon as it is whole."""
    result = fed(FRAME * 10)
    assert result.offsets == frames_from(0, 10)
    assert result.seconds == pytest.approx(10 * FRAME_SECONDS)
    assert result.data == FRAME * 10


def test_the_last_incomplete_frame_waits() -> None:
    """What is not a whole frame yet is held back."""
    result = fed(FRAME * 5 + FRAME[:100])
    assert result.data == FRAME * 5


def test_three_headers_make_a_chain() -> None:
    """Two headers may be chance: nothing is believed before the third."""
    framer = MpegFramer()
    assert feed_all(framer, [FRAME * 2 + MP3_128[:2]]).data == b""
    assert feed_all(framer, [MP3_128[2:]]).offsets == frames_from(0, 2)


def test_garbage_before_frames_passes() -> None:
    """A source that begins in the middle of a frame is joined at the next whole one."""
    start = FRAME[150:]
    result = fed(start + FRAME * 5)
    assert result.offsets == frames_from(len(start), 5)
    assert result.data == start + FRAME * 5


@pytest.mark.parametrize(
    "garbage",
    [b"\0" * 700, b"\xff" * 700, MP3_128 + b"\0" * 900, FRAME[:200], MP3_128 * 50],
)
def test_frames_are_found_again(garbage: bytes) -> None:
    """Garbage between frames costs sync points only while it lasts."""
    result = fed(FRAME * 5 + garbage + FRAME * 8)
    end = 5 * MP3_128_BYTES + len(garbage)
    assert result.data == FRAME * 5 + garbage + FRAME * 8
    assert result.offsets[:5] == frames_from(0, 5)
    assert result.offsets[-6:] == frames_from(end, 8)[-6:]


def test_tags_pass_without_sync_points() -> None:
    """ID3 tags are passed by their length, though they are full of false headers."""
    parts = [id3v2(5000), FRAME * 4, id3v1(), id3v2(200, footer=True), FRAME * 4]
    result = fed(b"".join(parts))
    assert result.data == b"".join(parts)
    second = len(b"".join(parts[:4]))
    assert result.offsets == frames_from(len(parts[0]), 4) + frames_from(second, 4)
    assert result.seconds == pytest.approx(8 * FRAME_SECONDS)


def test_a_long_tag_is_not_held() -> None:
    """A tag with a big picture passes as it comes, and is no failure to frame."""
    tag = id3v2(TRY_BYTES * 5)
    result = fed(tag + FRAME * 4)
    assert result.offsets == frames_from(len(tag), 4)
    assert result.most_held < 4 * MP3_128_BYTES


@pytest.mark.parametrize("head", [b"ID3\xff\0\0\0\0\0\x10", b"ID3\4\0\0\0\x80\0\0"])
def test_false_tags_are_garbage(head: bytes) -> None:
    """A tag head with impossible values hides no frames."""
    assert fed(head + FRAME * 4).offsets == frames_from(len(head), 4)


@pytest.mark.parametrize(("mark", "offset"), [(b"Xing", 36), (b"Info", 36), (b"VBRI", 36)])
def test_a_file_table_is_no_sync_point(mark: bytes, offset: int) -> None:
    """The table of a file passes, but nobody begins with it and it has no time."""
    result = fed(FRAME * 4 + xing_frame(mark, offset) + FRAME * 4)
    places = frames_from(0, 9)
    assert result.offsets == places[:4] + places[5:]
    assert result.seconds == pytest.approx(8 * FRAME_SECONDS)


def test_table_words_inside_audio_mean_nothing() -> None:
    """The word Info somewhere in a frame does not take its sync point."""
    frame = bytearray(FRAME)
    frame[200:204] = b"Info"
    assert fed(bytes(frame) * 4).offsets == frames_from(0, 4)


@pytest.mark.parametrize("header", ["fffda404", "ffffc004", "fff380c4", "ffe318c4", "fffa90c0"])
def test_all_layers_and_versions(header: str) -> None:
    """Layers I and II, the low rates, and frames with CRC are framed like MP3."""
    frame = mpeg_frame(bytes.fromhex(header))
    result = fed(frame * 6)
    assert result.offsets == [at * len(frame) for at in range(6)]


def test_changing_bitrates_and_channels_stay_in_the_chain() -> None:
    """VBR, CRC and mono frames follow each other without a gap."""
    headers = [MP3_128, b"\xff\xfb\xe2\x64", b"\xff\xfa\x52\xc4", b"\xff\xfb\x90\xc4"]
    frames = [mpeg_frame(header) for header in headers] * 3
    starts = [len(b"".join(frames[:at])) for at in range(len(frames))]
    assert fed(b"".join(frames)).offsets == starts


def test_another_sample_rate_is_another_chain() -> None:
    """An encoder that changes its rate is followed without a gap."""
    other = mpeg_frame(b"\xff\xfb\x94\x64")
    framer = MpegFramer()
    result = feed_all(framer, [FRAME * 5 + other * 5])
    assert len(result.offsets) == 10
    assert framer.info == AudioInfo(128000, 48000, 2)


def test_what_never_frames_becomes_raw() -> None:
    """A stream that only claims to be MPEG may be joined anywhere after so many bytes."""
    result = feed_all(MpegFramer(), pieces_of(b"\x12\x34" * TRY_BYTES, 1000))
    assert result.offsets
    assert TRY_BYTES - 1000 <= result.offsets[0] < TRY_BYTES + 1000
    assert len(result.offsets) > 60


def test_raw_ends_where_frames_begin() -> None:
    """Frames after all are used; their garbage is raw only after much patience."""
    framer = MpegFramer()
    feed_all(framer, pieces_of(bytes(TRY_BYTES * 2), 1000))
    assert len(feed_all(framer, [FRAME * 6]).offsets) == 6
    assert feed_all(framer, pieces_of(bytes(PATIENCE_BYTES), 1000)).offsets == []
    assert feed_all(framer, [bytes(1000)]).offsets == [0]


def test_free_format_is_passed_raw() -> None:
    """Frames that don't tell their length are no frames for us."""
    frame = b"\xff\xfb\x00\x64" + b"\x55" * 500
    result = feed_all(MpegFramer(), pieces_of(frame * 300, 1000))
    assert result.offsets
    assert result.offsets[0] > TRY_BYTES - 1000


def test_the_audio_is_described() -> None:
    """Bitrate, rate and channels come from the frames; varying bitrates as their mean."""
    framer = MpegFramer()
    assert framer.info == AudioInfo()
    framer.feed(FRAME * 5)
    assert framer.info == AudioInfo(128000, 44100, 2)
    varying = MpegFramer()
    varying.feed((mpeg_frame(b"\xff\xfb\x50\x64") + mpeg_frame(b"\xff\xfb\xe0\x64")) * 50)
    assert varying.info == AudioInfo(192000, 44100, 2)
    assert framer.kind is FormatKind.MPEG
    assert not framer.needs_headers
