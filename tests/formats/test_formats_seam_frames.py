"""Seams of MPEG audio and AAC: which frames become silent, and how."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.synthetic_frames import adts_frame, id3v2, mpeg_frame, xing_frame
from tinyice.formats.adts import AdtsFramer
from tinyice.formats.base import Chunk, FormatKind
from tinyice.formats.mpeg import MpegFramer
from tinyice.formats.mpeg_header import parse_header
from tinyice.formats.seam import PlainSeam, open_seam
from tinyice.formats.seam_adts import silent_frame
from tinyice.formats.seam_mpeg import crc16

STEREO = b"\xff\xfb\x90\x64"
MONO = b"\xff\xfb\x90\xc4"
STEREO_CRC = b"\xff\xfa\x90\x64"
LOW_STEREO = b"\xff\xf3\x90\x64"
LOW_MONO = b"\xff\xf3\x90\xc4"
LOWER_MONO_CRC = b"\xff\xe2\x80\xc4"
LAYER_2 = b"\xff\xfd\x90\x64"
LAYER_1 = b"\xff\xff\x90\x64"
FREE = b"\xff\xfb\x00\x64"

SIDE_INFO = {STEREO: 32, MONO: 17, STEREO_CRC: 32, LOW_STEREO: 17, LOW_MONO: 9, LOWER_MONO_CRC: 9}


def has_crc(header: bytes) -> bool:
    """Whether a checksum follows the header."""
    return not header[1] & 1


def frame(header: bytes, back: int) -> bytes:
    """A frame whose main data begins so many bytes before it."""
    raw = bytearray(mpeg_frame(header, filling=b"\x55"))
    at = 6 if has_crc(header) else 4
    if header[1] & 8:
        raw[at], raw[at + 1] = back >> 1, (back & 1) << 7 | 0x55
    else:
        raw[at] = back
    if has_crc(header):
        checked = raw[2:4] + raw[6 : 6 + SIDE_INFO[header]]
        raw[4:6] = crc16(checked).to_bytes(2, "big")
    return bytes(raw)


def mended(*frames: bytes, begins: bool = False) -> list[bytes]:
    """The frames, each in a chunk of its own, as they are written behind another programme."""
    seam = open_seam(FormatKind.MPEG, b"", after=PlainSeam(), begins=begins)
    return [seam.mend(Chunk(raw, (0,))).data for raw in frames]


def is_silent(raw: bytes, header: bytes) -> bool:
    """Whether the side information is all zeros."""
    at = 6 if has_crc(header) else 4
    return not any(raw[at : at + SIDE_INFO[header]])


@pytest.mark.parametrize("header", SIDE_INFO)
@given(backs=st.lists(st.integers(0, 511), min_size=1, max_size=12), begins=st.booleans())
def test_no_frame_reaches_back_before_the_entry(
    header: bytes, backs: list[int], *, begins: bool
) -> None:
    """Frames are silent for as long as their main data lies before the entry, and no longer."""
    longest = 511 if header[1] & 8 else 255
    frames = [frame(header, min(back, longest)) for back in backs]
    room = 0
    side = SIDE_INFO[header] + (6 if has_crc(header) else 4)
    for number, (raw, out) in enumerate(zip(frames, mended(*frames, begins=begins), strict=True)):
        must = min(backs[number], longest) > room or (number == 0 and not begins)
        assert is_silent(out, header) is must
        assert (out == raw) is not must
        assert out[:4] == raw[:4]
        assert out[side:] == raw[side:]
        if has_crc(header):
            assert int.from_bytes(out[4:6], "big") == crc16(out[2:4] + out[6:side])
        room += len(raw) - side


def test_the_checksum_is_that_of_the_standard() -> None:
    """The CRC of a known frame: header halves and side information of silence."""
    assert crc16(b"123456789") == 0xAEE7


@pytest.mark.parametrize("header", [LAYER_1, LAYER_2])
def test_layers_without_a_reservoir_pass(header: bytes) -> None:
    """Frames of layers I and II need nothing from before."""
    frames = [mpeg_frame(header)] * 4
    assert mended(*frames) == frames


def test_free_format_passes() -> None:
    """A stream whose frames tell no length is not framed, and not touched."""
    stream = (FREE + b"\x55" * 413) * 300
    framer = MpegFramer()
    seam = open_seam(FormatKind.MPEG, b"", after=PlainSeam(), begins=False)
    chunks = framer.feed(stream)
    assert [seam.mend(chunk) for chunk in chunks] == chunks


def test_what_stands_in_front_of_the_sound_is_left_out() -> None:
    """A tag would be a damaged frame, a table of a file tells nothing about a stream."""
    sound = frame(STEREO, 0) * 4
    (chunk,) = MpegFramer().feed(id3v2(100) + xing_frame() + sound)
    seam = open_seam(FormatKind.MPEG, b"", after=PlainSeam(), begins=True)
    mended = seam.mend(chunk)
    assert mended.data == sound[: len(mended.data)]
    assert mended.sync_points[0] == 0
    assert chunk.data.endswith(mended.data)


@pytest.mark.parametrize("kind", [FormatKind.MPEG, FormatKind.ADTS])
@given(size=st.integers(1, 300), cut=st.integers(1, 3000), begins=st.booleans())
def test_a_tag_in_pieces_is_left_out_too(
    kind: FormatKind, size: int, cut: int, *, begins: bool
) -> None:
    """Wherever the network cuts it; what comes behind the first frame is left alone."""
    unit = frame(STEREO, 0) if kind is FormatKind.MPEG else adts_frame(200)
    framer = MpegFramer() if kind is FormatKind.MPEG else AdtsFramer()
    sound = unit * 5 + id3v2(size) + unit * 5
    seam = open_seam(kind, b"", after=PlainSeam(), begins=begins)
    plain = open_seam(kind, b"", after=PlainSeam(), begins=begins)
    stream, written = id3v2(size) + sound, b""
    for at in range(0, len(stream), cut):
        for chunk in framer.feed(stream[at : at + cut]):
            mended = seam.mend(chunk)
            assert all(unit[:2] == mended.data[at : at + 2] for at in mended.sync_points)
            written += mended.data
    wanted = plain.mend(Chunk(sound, (0,))).data
    assert written == wanted[: len(written)]
    assert len(wanted) - len(written) <= len(unit)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("mpeg2", [False, True])
def test_one_silent_frame_at_the_joint(channels: int, *, mpeg2: bool) -> None:
    """An AAC programme entered in the middle is led by one frame like its own, once."""
    frames = [adts_frame(100 + at, channels=channels, mpeg2=mpeg2) for at in range(8)]
    (chunk,) = AdtsFramer().feed(b"".join(frames))
    seam = open_seam(FormatKind.ADTS, b"", after=PlainSeam(), begins=False)
    first, second = seam.mend(chunk), seam.mend(chunk)
    silence = first.data[: -len(chunk.data)]
    assert first.data == silence + chunk.data
    assert first.sync_points == (0, *(len(silence) + point for point in chunk.sync_points))
    assert second == chunk
    (again,) = AdtsFramer().feed(first.data)
    assert again.sync_points == first.sync_points


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_frame_with_a_checksum_is_led_by_one_without(channels: int) -> None:
    """The silent frame tells its own length, buffer and single block."""
    like = bytearray(adts_frame(500, channels=channels, blocks=2))
    like[1] &= 0xFE
    silence = silent_frame(bytes(like))
    assert silence[1] & 1
    assert (silence[3] & 3) << 11 | silence[4] << 3 | silence[5] >> 5 == len(silence)
    assert silence[6] & 3 == 0


def test_unusual_channels_have_no_silence() -> None:
    """Where the channels stand in the audio itself, nothing is put in."""
    assert silent_frame(adts_frame(100, channels=0)) == b""
    assert silent_frame(b"\xff\xf1\x50") == b""
    chunk = Chunk(adts_frame(100, channels=0), (0,))
    seam = open_seam(FormatKind.ADTS, b"", after=PlainSeam(), begins=False)
    assert seam.mend(chunk) == chunk


def test_an_aac_programme_that_begins_is_not_led() -> None:
    """A fresh encoder begins with silence by itself."""
    chunk = Chunk(adts_frame(100), (0,))
    seam = open_seam(FormatKind.ADTS, b"", after=PlainSeam(), begins=True)
    assert seam.mend(chunk) == chunk


def test_frames_are_found_inside_long_chunks() -> None:
    """A chunk of many frames is mended like the frames one by one."""
    dice = random.Random(3)
    frames = [frame(STEREO, dice.randrange(512)) for _ in range(9)]
    (chunk,) = MpegFramer().feed(b"".join(frames))
    seam = open_seam(FormatKind.MPEG, b"", after=PlainSeam(), begins=False)
    assert seam.mend(chunk).data == b"".join(mended(*frames))
    header = parse_header(frames[0])
    assert header is not None
    assert header.length * 9 == len(chunk.data)
