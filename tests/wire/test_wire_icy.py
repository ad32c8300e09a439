"""ICY metadata: blocks for listeners."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.icy import (
    EMPTY_BLOCK,
    MAX_TEXT_BYTES,
    MIN_FILLER,
    filler,
    metadata_block,
    parse_stream_title,
)


def text_of(block: bytes) -> bytes:
    """The text of a block, whose length byte and padding are checked."""
    text = block[1:].rstrip(b"\0")
    assert len(block) == 1 + block[0] * 16
    assert len(block) - 1 - len(text) < 16
    return text


TITLES = [
    ("", b"StreamTitle='';"),
    ("Artist - Title", b"StreamTitle='Artist - Title';"),
    ("It's a; 'test'", b"StreamTitle='It's a; 'test'';"),
    ("Песня", "StreamTitle='Песня';".encode()),
    ("x';StreamUrl='http://evil';", b"StreamTitle='x' ;StreamUrl='http://evil' ;';"),
    ("'';;", b"StreamTitle=''' ;;';"),
    ("'\0;", b"StreamTitle='' ;';"),
    ("a\r\nb\tc\x07\x85d\u2028e", b"StreamTitle='a  b cd e';"),
    ("\ud800", b"StreamTitle='?';"),
]


@pytest.mark.parametrize(("title", "text"), TITLES)
def test_title(title: str, text: bytes) -> None:
    """Quotes stay as they are, but nothing in a title ends it early."""
    assert text_of(metadata_block(title)) == text


def test_empty_title_is_one_unit() -> None:
    """An empty title is a block of 16 bytes, not the block that says "unchanged"."""
    assert metadata_block("") == b"\x01StreamTitle='';\0"
    assert EMPTY_BLOCK == b"\0"


CHARSETS = [
    ("é", "latin-1", b"\xe9"),
    ("Песня", "windows-1251", "Песня".encode("cp1251")),
    ("Песня", "ISO-8859-1", b"?????"),
    ("é", "no-such-charset", "é".encode()),
    ("é", "utf-16", "é".encode()),
]


@pytest.mark.parametrize(("title", "charset", "encoded"), CHARSETS)
def test_charset(title: str, charset: str, encoded: bytes) -> None:
    """A mount's charset is used; what it lacks is a question mark, never an entity."""
    assert text_of(metadata_block(title, charset=charset)) == b"StreamTitle='%b';" % encoded


def test_url() -> None:
    """An address follows the title."""
    text = text_of(metadata_block("T", "http://x/';"))
    assert text == b"StreamTitle='T';StreamUrl='http://x/' ;';"


def test_url_that_does_not_fit() -> None:
    """Half an address is none; the title stays."""
    assert text_of(metadata_block("T", "x" * 5000)) == b"StreamTitle='T';"


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "shift_jis", "gb18030", "euc-kr", "big5"])
@pytest.mark.parametrize("character", ["a", "é", "П", "漢", "😀", "'"])
@pytest.mark.parametrize("before", range(4))
def test_cut(charset: str, character: str, before: int) -> None:
    """A title of 5000 characters is cut at 4080 bytes, between two characters."""
    block = metadata_block("x" * before + character * 5000, charset=charset)
    text = text_of(block)
    assert MAX_TEXT_BYTES - 4 < len(text) <= MAX_TEXT_BYTES
    assert len(block) == 1 + MAX_TEXT_BYTES
    title = text.removeprefix(b"StreamTitle='").removesuffix(b"';").decode(charset)
    assert title == title[:before] + title[-1] * (len(title) - before)


SPEAKS_ICY = st.lists(
    st.one_of(st.sampled_from(["StreamUrl='", "StreamTitle='", "';", "'", ";", "x='"]), st.text()),
    max_size=8,
).map("".join)


@settings(max_examples=100)
@given(SPEAKS_ICY, SPEAKS_ICY)
def test_any_text(title: str, url: str) -> None:
    """Any title makes a correct block, which reads back without gaining a field."""
    block = metadata_block(title, url)
    text_of(block)
    found, address = parse_stream_title(block[1:])
    assert found.replace(b"' ;", b"';").decode() == _plain(title)
    assert address.replace(b"' ;", b"';").decode() == _plain(url)


def _plain(text: str) -> str:
    """What is left of ``text`` on one line."""
    one_line = "".join(" " if c in "\t\n\r\u2028\u2029" else c for c in text)
    plain = "".join(c for c in one_line if not (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0))
    return plain.replace("' ;", "';")


@pytest.mark.parametrize("length", [10, 11, 137, 138, 16000, 20000])
def test_filler(length: int) -> None:
    """A filler is an ID3v2.4 tag whose size is exactly the rest of it."""
    tag = filler(length)
    size = sum(
        (byte & 0x7F) << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True)
    )
    assert (tag[:6], len(tag), size) == (b"ID3\x04\x00\x00", length, length - MIN_FILLER)
    assert max(tag[6:10]) < 0x80


@pytest.mark.parametrize("length", [-1, 0, MIN_FILLER - 1, (1 << 28) + MIN_FILLER])
def test_no_filler(length: int) -> None:
    """There is no tag of that length, and asking for one is our own fault."""
    with pytest.raises(ValueError, match="no ID3 tag"):
        filler(length)
