"""Pictures made small: whatever they are in, they look as before, or are refused."""

import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codec.painted import (
    CMYK,
    FIELDS,
    GREEN,
    PROGRESSIVE,
    RED,
    TURNED,
    WHITE,
    Pixels,
    fields,
    moving,
    noise,
    painted,
    seen,
)
from tinyice.codec.shrinking import Limits, Unshrinkable, shrunk
from web.picture_bytes import png

LIMITS = Limits(pixels=40_000_000, side=640, bytes=200_000)
JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"


def looks_like(picture: bytes, colours: Sequence[Sequence[int]]) -> bool:
    """Whether these are the colours amid the four fields."""
    pixels = seen(picture).astype(int)
    height, width = pixels.shape[:2]
    places = [(height * y // 4, width * x // 4) for y in (1, 3) for x in (1, 3)]
    found = [pixels[place] for place in places]
    return all(abs(one - two).max() < 12 for one, two in zip(found, colours, strict=True))


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (painted(fields(900, 900), "mjpeg", "yuvj420p"), JPEG),
        (painted(fields(900, 900), "png", "rgb24"), PNG),
        (painted(fields(900, 900), "png", "rgba64be"), PNG),
        (painted(fields(900, 900), "libwebp", "yuv420p"), WEBP),
        (CMYK, JPEG),
        (PROGRESSIVE, JPEG),
    ],
    ids=["jpeg", "png", "16 bit", "webp", "cmyk", "progressive"],
)
def test_it_looks_as_before(picture: bytes, kind: str) -> None:
    found = shrunk(picture, kind, LIMITS)
    assert found.startswith(b"\xff\xd8\xff")
    assert seen(found).shape == (640, 640, 3)
    assert looks_like(found, FIELDS)
    assert len(found) < 30_000


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((6000, 6000), (640, 640)),
        ((3000, 1000), (640, 213)),
        ((1001, 3001), (213, 640)),
        ((5000, 2), (640, 1)),
        ((300, 200), (300, 200)),
    ],
)
def test_the_shape_stays(size: tuple[int, int], small: tuple[int, int]) -> None:
    """And nothing is made larger."""
    found = shrunk(painted(fields(*size), "mjpeg", "yuvj420p"), JPEG, LIMITS)
    assert seen(found).shape == (small[1], small[0], 3)


@pytest.mark.parametrize(("codec", "kind"), [("png", PNG), ("libwebp", WEBP)])
def test_what_is_transparent_lies_on_white(codec: str, kind: str) -> None:
    pixel_format = "rgba" if codec == "png" else "yuva420p"
    clear = shrunk(painted(fields(800, 800, alpha=0), codec, pixel_format), kind, LIMITS)
    assert looks_like(clear, (WHITE,) * 4)
    half = shrunk(painted(fields(800, 800, alpha=128), codec, pixel_format), kind, LIMITS)
    pale = tuple(tuple((part + 255) // 2 for part in colour) for colour in FIELDS)
    assert looks_like(half, pale)


def test_grey_with_alpha() -> None:
    found = shrunk(painted(fields(800, 800, alpha=0), "png", "ya8"), PNG, LIMITS)
    assert looks_like(found, (WHITE,) * 4)


def test_what_moves_stands_still() -> None:
    """It is the first picture."""
    black: Pixels = np.zeros((800, 800, 4), np.uint8)
    found = shrunk(moving(fields(800, 800), black), GIF, LIMITS)
    assert seen(found).shape == (640, 640, 3)
    pixels = seen(found).astype(int)
    assert abs(pixels[160, 160] - RED).max() < 30
    assert abs(pixels[480, 480] - WHITE).max() < 30


def test_a_photo_that_was_taken_sideways_is_upright() -> None:
    found = shrunk(TURNED, JPEG, LIMITS)
    assert seen(found).shape == (640, 320, 3)
    assert looks_like(found, (RED, RED, GREEN, GREEN))


def test_noise_is_made_as_coarse_as_it_must() -> None:
    found = shrunk(painted(noise(900, 900), "png", "rgb24"), PNG, LIMITS)
    assert len(found) <= LIMITS.bytes


def test_a_bomb_takes_no_memory() -> None:
    """3,600 million pixels in a few bytes, and a file that is larger than may be decoded."""
    bomb = png(60_000, 60_000)
    assert len(bomb) < 5000
    tracemalloc.start()
    with pytest.raises(Unshrinkable):
        shrunk(bomb, PNG, LIMITS)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    with pytest.raises(Unshrinkable):
        shrunk(painted(fields(900, 900), "png", "rgb24"), PNG, Limits(800_000, 640, 200_000))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 0.9])
@pytest.mark.parametrize(
    ("codec", "pixel_format", "kind"),
    [("mjpeg", "yuvj420p", JPEG), ("png", "rgb24", PNG), ("libwebp", "yuv420p", WEBP)],
)
def test_what_is_cut_off_is_shown_as_far_as_it_goes(
    codec: str, pixel_format: str, kind: str, share: float
) -> None:
    whole = painted(noise(700, 700), codec, pixel_format)
    try:
        found = shrunk(whole[: int(len(whole) * share)], kind, LIMITS)
    except Unshrinkable:
        return
    assert seen(found).shape[1] in (320, 640)


@given(st.sampled_from([JPEG, PNG, WEBP, GIF]), st.binary(max_size=200), st.integers(0, 400))
def test_nonsense_is_refused(kind: str, nonsense: bytes, at: int) -> None:
    """Or it is a picture all the same; nothing else comes of it."""
    starts = {
        JPEG: PROGRESSIVE,
        PNG: png(700, 700),
        WEBP: b"RIFF\xff\0\0\0WEBPVP8 ",
        GIF: b"GIF89a",
    }
    start = starts[kind]
    try:
        found = shrunk(start[:at] + nonsense + start[at + len(nonsense) :], kind, LIMITS)
    except Unshrinkable:
        return
    assert found.startswith(b"\xff\xd8\xff")
