"""Basic credentials."""

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.basic import Credentials, parse_basic


def basic(pair: bytes) -> bytes:
    """The header value for ``pair``."""
    return b"Basic " + b64encode(pair)


CASES = [
    (basic(b"source:hackme"), Credentials("source", b"hackme")),
    (basic(b":hackme"), Credentials("", b"hackme")),
    (basic(b"source:"), Credentials("source", b"")),
    (basic(b"a:b:c"), Credentials("a", b"b:c")),
    (basic("é:é".encode()), Credentials("é", "é".encode())),
    (basic("é:é".encode("latin-1")), Credentials("é", b"\xe9")),
    (b"bAsIc   " + b64encode(b"a:b") + b" ", Credentials("a", b"b")),
    (b"Basic YTpiYw", Credentials("a", b"bc")),
    (b"", None),
    (b"Basic", None),
    (b"Basic ", None),
    (b"Basic ====", None),
    (b"Basic a", None),
    (b"Basic !!!!", None),
    (b"Basic YTpi YTpi", None),
    (basic(b"no colon"), None),
    (b"Bearer " + b64encode(b"a:b"), None),
    (b"Digest username=x", None),
]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_parse(value: bytes, expected: Credentials | None) -> None:
    """A well-formed pair gives credentials; everything else is as if none were sent."""
    assert parse_basic(value) == expected


def test_password_is_not_shown() -> None:
    """No password appears in a log by way of a representation."""
    assert "hackme" not in repr(Credentials("source", b"hackme"))


@settings(max_examples=60)
@given(st.binary(max_size=30))
def test_any_bytes(value: bytes) -> None:
    """Any bytes give credentials or None."""
    for scheme in (b"", b"Basic "):
        found = parse_basic(scheme + value)
        assert found is None or isinstance(found, Credentials)
