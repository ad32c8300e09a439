"""How large pictures say they are, and what becomes of covers that are large."""

import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codec.painted import CMYK, PROGRESSIVE, TURNED, fields, moving, noise, painted, seen
from tinyice.autodj.pictures import kind_of, sides_of
from tinyice.autodj.small_covers import AS_IT_IS_MAX, BYTES_MAX, SIDE_MAX, for_pages
from web.picture_bytes import extended, jpeg, lossless, lossy, png, segment, webp

STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 ", b"")


@pytest.mark.parametrize(
    ("picture", "sides"),
    [
        (png(700, 500), (700, 500)),
        (png(60_000, 50_000), (60_000, 50_000)),
        (jpeg(700, 500), (700, 500)),
        (jpeg(700, 500, segment(0xE1, bytes(60_000)), b"\xff"), (700, 500)),
        (jpeg(700, 500, b"\xff\x01", segment(0xC4, bytes(30))), (700, 500)),
        (webp(lossy(700, 500)), (700, 500)),
        (webp(lossless(700, 500)), (700, 500)),
        (webp(extended(0, 700, 500), lossy(700, 500)), (700, 500)),
        (b"GIF89a\xbc\x02\xf4\x01\0", (700, 500)),
        (CMYK, (720, 720)),
        (PROGRESSIVE, (720, 720)),
        (TURNED, (720, 360)),
        (b"", (0, 0)),
        (jpeg()[:30], (0, 0)),
        (png()[:20], (0, 0)),
        (webp(b"ICCP" + bytes(40)), (0, 0)),
        (b"GIF89a\1", (0, 0)),
        (b"<svg/>", (0, 0)),
    ],
)
def test_sides(picture: bytes, sides: tuple[int, int]) -> None:
    assert sides_of(picture) == sides


@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_any_bytes_have_sides(start: bytes, rest: bytes) -> None:
    """Or none, and then they say nothing wrong."""
    assert min(sides_of(start + rest)) >= 0


def test_what_is_small_stays() -> None:
    """Byte for byte, and without what decodes."""
    for picture in (b"", png(640, 640), painted(fields(600, 600), "png", "rgb24")):
        assert for_pages(picture) == picture


@pytest.mark.parametrize(
    "picture",
    [
        painted(noise(500, 500), "png", "rgb24"),
        painted(fields(641, 10), "png", "rgba"),
        painted(fields(6000, 6000), "mjpeg", "yuvj420p"),
        moving(fields(700, 700), noise(700, 700)),
        PROGRESSIVE + bytes(1_000_000),
        CMYK,
    ],
    ids=["heavy", "wide", "giant", "moving", "padded", "cmyk"],
)
def test_what_is_large_becomes_small(picture: bytes) -> None:
    found = for_pages(picture)
    assert kind_of(found) == "image/jpeg"
    assert len(found) <= BYTES_MAX
    assert max(seen(found).shape) <= SIDE_MAX


def test_what_can_not_be_made_smaller() -> None:
    """It is given as it is if it is no burden; what would harm a browser never."""
    nonsense = webp(extended(0, 700, 700), lossy(700, 700))
    assert for_pages(nonsense) == nonsense
    assert for_pages(nonsense + bytes(AS_IT_IS_MAX)) == b""
    assert for_pages(png(60_000, 60_000)) == b""


def test_a_process_that_decodes_for_too_long_is_ended() -> None:
    """By the kernel: nothing in it has to listen."""
    code = (
        "from tinyice.autodj.small_covers import _cpu_at_most\n"
        "with _cpu_at_most(0.05):\n"
        "    sum(range(10**12))"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert ended.returncode == -signal.SIGPROF
