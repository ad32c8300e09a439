"""Pictures are what their bytes say: whole, small, and nothing besides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_bytes import (
    PNG_START,
    SCRIPT,
    chunk,
    extended,
    jpeg,
    lossless,
    lossy,
    png,
    riff,
    segment,
    webp,
)

from tinyice.web.pictures import BYTES_MAX, PictureRefused, picture_of

SVG = b'<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
GOOD = {
    "png": (png(), "image/png", ".png"),
    "jpeg": (jpeg(), "image/jpeg", ".jpg"),
    "lossy": (webp(lossy()), "image/webp", ".webp"),
    "lossless": (webp(lossless()), "image/webp", ".webp"),
    "extended": (webp(extended(), lossy()), "image/webp", ".webp"),
}
OUT = {
    "png comment": (png(3, 2, chunk(b"tEXt", b"Comment\0" + SCRIPT)), png()),
    "png animation": (png(3, 2, chunk(b"acTL", b"\0\0\0\2\0\0\0\0")), png()),
    "png with a page behind": (png() + SCRIPT, png()),
    "png with an archive behind": (png() + b"PK\3\4 evil.html", png()),
    "jpeg place": (jpeg(3, 2, segment(0xE1, b"Exif\0\0" + SCRIPT)), jpeg()),
    "jpeg comment": (jpeg(3, 2, segment(0xFE, b"*/=alert(1)/*")), jpeg()),
    "jpeg with a page behind": (jpeg() + b"<html>" + SCRIPT, jpeg()),
    "jpeg with blanks": (jpeg().replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1), jpeg()),
    "webp place": (webp(extended(0x0C), lossy(), riff(b"EXIF", SCRIPT)), webp(extended(), lossy())),
    "webp unknown": (webp(extended(), lossy(), riff(b"EVIL", SCRIPT)), webp(extended(), lossy())),
    "webp with a page behind": (webp(lossy()) + SCRIPT, webp(lossy())),
}
BAD = {
    "nothing": (b"", "empty"),
    "text": (b"hello", "this file is none"),
    "a page": (b"<!doctype html>" + SCRIPT, "this file is none"),
    "a gif": (b"GIF89a\1\0\1\0\0\0\0;", "this file is none"),
    "a bitmap": (b"BM" + b"\0" * 60, "this file is none"),
    "svg": (SVG, "SVG"),
    "svg with a mark": (b"\xef\xbb\xbf  " + SVG, "SVG"),
    "a signature alone": (PNG_START, "damaged"),
    "jpeg start alone": (b"\xff\xd8", "damaged"),
    "webp start alone": (b"RIFF\4\0\0\0WEBP", "damaged"),
    "a page that begins like a png": (PNG_START + SCRIPT, "damaged"),
    "a page that begins like a jpeg": (b"\xff\xd8\xff\xe0" + SCRIPT, "damaged"),
    "png without data": (png().replace(b"IDAT", b"iDAT"), "damaged"),
    "png, head not first": (
        PNG_START + chunk(b"tEXt", b"a") + png()[len(PNG_START) :],
        "damaged",
    ),
    "png, two heads": (png(3, 2, png()[8:33]), "damaged"),
    "png, a wrong sum": (png().replace(b"IHDR\0\0\0\3", b"IHDR\0\0\0\4"), "damaged"),
    "png, endless chunk": (png()[:8] + b"\xff\xff\xff\xff" + png()[12:], "damaged"),
    "png of no size": (png(0, 2), "damaged"),
    "jpeg without a frame": (jpeg().replace(b"\xff\xc0", b"\xff\xfe"), "damaged"),
    "jpeg of no size": (jpeg(0, 2), "damaged"),
    "jpeg, two frames": (jpeg(3, 2, segment(0xC0, b"\x08\0\2\0\3\1\1\x11\0")), "damaged"),
    "jpeg, lossless frame": (jpeg().replace(b"\xff\xc0", b"\xff\xc3"), "damaged"),
    "webp that moves": (webp(extended(0x02), riff(b"ANIM", b"\0" * 6)), "does not move"),
    "webp without data": (webp(extended()), "damaged"),
    "webp, longer than it is": (webp(lossy())[:-4], "damaged"),
    "webp, a wrong key": (webp(lossy()).replace(b"\x9d\x01\x2a", b"\0\0\0"), "damaged"),
    "a huge png": (png(4097, 2), "4096 pixels"),
    "a higher png": (png(2, 2**31 - 1), "4096 pixels"),
    "a huge jpeg": (jpeg(65535, 65535), "4096 pixels"),
    "a huge webp": (webp(lossy(16383, 3)), "4096 pixels"),
    "a huge lossless webp": (webp(lossless(3, 16384)), "4096 pixels"),
    "a huge canvas": (webp(extended(0, 2**24, 2), lossy()), "4096 pixels"),
    "huge behind a small canvas": (webp(extended(), lossy(2, 16383)), "4096 pixels"),
    "too much": (png() + b"x" * BYTES_MAX, "512 kB"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_picture_stays_as_it_is(name: str) -> None:
    """Byte by byte, with the type that it has."""
    content, content_type, suffix = GOOD[name]
    picture = picture_of(content)
    assert picture.content == content
    assert (picture.content_type, picture.suffix) == (content_type, suffix)
    assert (picture.width, picture.height) == (3, 2)


@pytest.mark.parametrize("name", OUT)
def test_what_is_no_picture_is_taken_out(name: str) -> None:
    """Comments, places, and whatever hides behind the end."""
    content, expected = OUT[name]
    assert picture_of(content).content == expected


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_hold_together_is_refused(name: str) -> None:
    """With a sentence that says what to do."""
    content, words = BAD[name]
    with pytest.raises(PictureRefused) as refused:
        picture_of(content)
    assert words in refused.value.sentence
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("name", GOOD)
def test_half_a_picture_is_refused(name: str) -> None:
    """Wherever the upload broke off."""
    content = GOOD[name][0]
    for length in range(len(content)):
        with pytest.raises(PictureRefused):
            picture_of(content[:length])


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_any_bytes_are_a_picture_or_refused(name: str, data: st.DataObject) -> None:
    """Nothing else comes of them; what is taken is taken again as it is."""
    content = bytearray(GOOD[name][0])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = picture_of(bytes(content))
    except PictureRefused:
        return
    assert picture_of(picture.content) == picture
