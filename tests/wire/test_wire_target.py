"""Request targets: paths, queries, and what is unsafe."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.errors import PeerError
from tinyice.wire.target import parse_target

PATHS = [
    (b"/", "/"),
    (b"*", "*"),
    (b"/live.mp3", "/live.mp3"),
    (b"/live?x=1", "/live"),
    (b"/%6Cive", "/live"),
    (b"/a%20b+c", "/a b+c"),
    (b"/%d0%9f", "/П"),
    ("/П".encode(), "/П"),
    (b"/%e9", "/é"),
    (b"/caf\xe9", "/café"),
    (b"/a..b", "/a..b"),
    (b"/admin/!POKE", "/admin/!POKE"),
    (b"http://host:8000/live?x=1", "/live"),
    (b"HTTPS://host/live", "/live"),
    (b"http://host", "/"),
    (b"http://host?x=1", "/"),
]


@pytest.mark.parametrize(("raw", "path"), PATHS)
def test_path(raw: bytes, path: str) -> None:
    """A path is decoded once, as UTF-8 if it can be and as Latin-1 otherwise."""
    assert parse_target(raw).path == path


UNSAFE = [
    b"",
    b"live",
    b"?x=1",
    b"*x",
    b"/%",
    b"/%2",
    b"/%zz",
    b"/%00",
    b"/%0a",
    b"/%7f",
    b"/a\0",
    b"/a\tb",
    b"/?a=\x01",
    b"/..",
    b"/../etc/passwd",
    b"/a/../b",
    b"/%2e%2e/b",
    b"/a%2f..%2fb",
    b"/a\\..\\b",
    b"ftp://host/live",
    b"http://host/..",
]


@pytest.mark.parametrize("raw", UNSAFE)
def test_unsafe(raw: bytes) -> None:
    """Paths that lead elsewhere, bad escapes and control characters are refused with 400."""
    with pytest.raises(PeerError) as caught:
        parse_target(raw)
    assert caught.value.status == 400


QUERIES = [
    (b"/", {}),
    (b"/?", {}),
    (b"/?a", {"a": b""}),
    (b"/?a=1&a=2", {"a": b"2"}),
    (b"/?a=1&&b=2&=3", {"a": b"1", "b": b"2"}),
    (b"/?a=x+y%2Bz", {"a": b"x y+z"}),
    (b"/?a=b=c?d", {"a": b"b=c?d"}),
    (b"/?a=%d0%9f", {"a": "П".encode()}),
    (b"/?a=\xe9%e9", {"a": b"\xe9\xe9"}),
    (b"/?a=100%&b=%zz", {"a": b"100%", "b": b"%zz"}),
    (b"/?a=%00%0a", {"a": b"\0\n"}),
    (b"/?a=#1", {"a": b"#1"}),
]


@pytest.mark.parametrize(("raw", "query"), QUERIES)
def test_query(raw: bytes, query: dict[str, bytes]) -> None:
    """Values stay bytes, the last one wins, and a lone percent sign is one."""
    assert dict(parse_target(raw).query) == query


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40).map(lambda rest: b"/" + rest) | st.binary(max_size=40))
def test_any_bytes(raw: bytes) -> None:
    """Any bytes give a safe path or a refusal, nothing else."""
    try:
        target = parse_target(raw)
    except PeerError:
        return
    assert target.path == "*" or target.path.startswith("/")
    assert ".." not in target.path.split("/")
    assert not any(ord(character) < 0x20 for character in target.path)
    target.path.encode()
