"""ICY metadata read out of a stream."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.icy import EMPTY_BLOCK, InlineMetadata, metadata_block, parse_stream_title


def outcome(metaint: int, pieces: list[bytes]) -> tuple[bytes, list[bytes]]:
    """All audio and all texts."""
    inline = InlineMetadata(metaint)
    results = [inline.feed(piece) for piece in pieces]
    return b"".join(audio for audio, _ in results), [text for _, texts in results for text in texts]


def one_by_one(data: bytes) -> list[bytes]:
    """``data`` in single bytes."""
    return [bytes([byte]) for byte in data]


def test_every_split() -> None:
    """Audio and titles are told apart wherever the segments are cut."""
    data = (
        b"abcd"
        + metadata_block("It's")
        + b"efgh"
        + EMPTY_BLOCK
        + b"ijkl"
        + b"\x01"
        + b"\0" * 16
        + b"mnop"
        + metadata_block("Песня" * 20)
        + b"qr"
    )
    expected = (
        b"abcdefghijklmnopqr",
        [b"StreamTitle='It's';", b"StreamTitle='%b';" % ("Песня" * 20).encode()],
    )
    assert outcome(4, [data]) == expected
    assert outcome(4, one_by_one(data)) == expected
    for cut in range(1, len(data)):
        assert outcome(4, [data[:cut], data[cut:]]) == expected


def test_does_not_copy() -> None:
    """Audio without a block inside is returned as it is."""
    piece = b"a" * 1400
    assert InlineMetadata(16000).feed(piece)[0] is piece


@pytest.mark.parametrize("metaint", [0, -1])
def test_no_interval(metaint: int) -> None:
    """An interval of nothing is refused before it loops for ever."""
    with pytest.raises(ValueError, match="metaint"):
        InlineMetadata(metaint)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 20), st.lists(st.binary(max_size=64), max_size=8))
def test_any_bytes(metaint: int, pieces: list[bytes]) -> None:
    """Any bytes give audio and texts, the same in every cut."""
    data = b"".join(pieces)
    assert (
        outcome(metaint, pieces) == outcome(metaint, [data]) == outcome(metaint, one_by_one(data))
    )


TEXTS = [
    (b"StreamTitle='Artist - Title';", (b"Artist - Title", b"")),
    (b"StreamTitle='Artist - Title';\0\0\0", (b"Artist - Title", b"")),
    (b"StreamTitle='';StreamUrl='';", (b"", b"")),
    (b"StreamTitle='A';StreamUrl='http://x/?a;b';", (b"A", b"http://x/?a;b")),
    (b"StreamUrl='u';StreamTitle='A';", (b"A", b"u")),
    (b"StreamTitle='It's a; 'test'';", (b"It's a; 'test'", b"")),
    (b"StreamTitle='a';b';StreamUrl='u';", (b"a';b", b"u")),
    (b"StreamTitle='A'; StreamUrl='u';adw_ad='true';ms='30';", (b"A", b"u")),
    (b"StreamTitle='unfinished", (b"unfinished", b"")),
    (b"StreamTitle='no semicolon'", (b"no semicolon", b"")),
    (b"streamtitle='lower';", (b"lower", b"")),
    (b"StreamTitle='\xcf\xe5';", (b"\xcf\xe5", b"")),
    (b"StreamTitle='of StreamUrl='x';", (b"of StreamUrl='x", b"")),
    (b"StreamTitle='of StreamUrl='x';StreamUrl='u';", (b"of StreamUrl='x", b"u")),
    (b"StreamUrl='only';", (b"", b"only")),
    (b"StreamTitle=", (b"", b"")),
    (b"garbage", (b"", b"")),
    (b"", (b"", b"")),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_parse(text: bytes, expected: tuple[bytes, bytes]) -> None:
    """A title ends at the last quote and semicolon before the next name, or at the end."""
    assert parse_stream_title(text) == expected


def test_hostile_text_is_cheap() -> None:
    """The worst text of 4080 bytes is read in no time."""
    for unit in (b"StreamTitle='", b"';", b"'; ", b"';a"):
        parse_stream_title(b"StreamTitle='" + unit * 1300)
