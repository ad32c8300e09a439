"""The policy that turns bytes into text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.charset import decode_text, is_known, printable

TEXTS = [
    (b"plain", "", "plain"),
    ("Песня".encode(), "", "Песня"),
    (b"caf\xe9", "", "café"),
    (b"\x93quoted\x94", "", "“quoted”"),
    (b"\x81\x8d\x8f\x90\x9d", "", "\x81\x8d\x8f\x90\x9d"),
    ("Песня".encode("cp1251"), "windows-1251", "Песня"),
    ("Песня".encode("koi8-r"), "KOI8-R", "Песня"),
    ("Песня".encode(), "UTF8", "Песня"),
    (b"caf\xe9", "UTF-8", "café"),
    (b"caf\xe9", "ISO_8859-1", "café"),
    ("é".encode(), "latin1", "Ã©"),
    ("é".encode(), "no-such-charset", "é"),
    ("é".encode(), "idna", "é"),
    (b"", "", ""),
]


@pytest.mark.parametrize(("raw", "charset", "text"), TEXTS)
def test_decode(raw: bytes, charset: str, text: str) -> None:
    """A declared charset that fits is believed, then UTF-8, then Windows-1252."""
    assert decode_text(raw, charset) == text


@pytest.mark.parametrize(
    "charset",
    ["utf-8", " UTF8 ", "Latin1", "iso-8859-15", "windows-1252", "cp1251", "Shift_JIS", "GB18030"],
)
def test_known(charset: str) -> None:
    """The charsets of real encoders are known under their usual names."""
    assert is_known(charset)


@pytest.mark.parametrize(
    "charset",
    [
        "",
        "utf-16",
        "utf-7",
        "idna",
        "punycode",
        "rot13",
        "base64",
        "cp037",
        "iso-8859-12",
        "\0",
        "é",
        "x" * 999,
    ],
)
def test_unknown(charset: str) -> None:
    """What is no charset, or would break the quotes of metadata, is unknown."""
    assert not is_known(charset)


def test_printable() -> None:
    """Text for people stands on one line."""
    assert printable("a\r\nb\x00c\x1b[0m\x85\u2028Ж") == "a  bc[0m Ж"


@settings(max_examples=100)
@given(
    st.binary(max_size=30),
    st.sampled_from(["", "utf-8", "cp1252", "big5", "x"]) | st.text(max_size=9),
)
def test_any_bytes(raw: bytes, charset: str) -> None:
    """Any bytes under any name of a charset give text that can be written again."""
    decode_text(raw, charset).encode()
