"""Addresses of the web, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.outbound.destination import Destination, Login, follow, parse
from tinyice.outbound.errors import Kind, OutboundError


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("http://a.example", "http://a.example", "/"),
        ("HTTPS://A.Example:443/x?y=z#f", "https://a.example", "/x?y=z"),
        ("http://a.example:8080/x y", "http://a.example:8080", "/x%20y"),
        ("http://[::1]:81/%2f", "http://[::1]:81", "/%2f"),
        ("https://münchen.example/ü", "https://xn--mnchen-3ya.example", "/%C3%BC"),
        ("http://127.1/", "http://127.1", "/"),
        ("http://a.example\\@b.example/", None, None),
        ("http://a.example:0/", None, None),
        ("http://a.example:65536/", None, None),
        ("http://a.example:x/", None, None),
        ("ftp://a.example/", None, None),
        ("file:///etc/passwd", None, None),
        ("//a.example/", None, None),
        ("http:///x", None, None),
        ("http://[::1", None, None),
        ("http://[fe80::1%25eth0]/", None, None),
        ("http://a b.example/", None, None),
        (f"http://{'a' * 64}.example/", None, None),
        ("http://a..example/", None, None),
        (f"http://a.example/{'x' * 9000}", None, None),
    ],
)
def test_addresses(url: str, origin: str | None, target: str | None) -> None:
    """Only http and https, with a host and a port that there can be."""
    if origin is None:
        with pytest.raises(OutboundError) as caught:
            parse(url)
        assert caught.value.kind is Kind.PROTOCOL
    else:
        found = parse(url)
        assert (found.origin, found.target) == (origin, target)


def test_a_login_is_kept_apart() -> None:
    """User and password of an address are never part of what is shown."""
    found = parse("https://us%40er:pa%3Ass@a.example/private?token=1")
    assert found.login == Login("us@er", b"pa:ss")
    assert found.url == "https://a.example/private?token=1"
    for shown in (repr(found), found.origin):
        assert "pass" not in shown
        assert "private" not in shown


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "http://a.example/b"),
        ("c?d=e", "http://a.example/x/c?d=e"),
        ("//b.example", "http://b.example/"),
        ("https://a.example/", "https://a.example/"),
    ],
)
def test_answers_lead_on(location: str, url: str) -> None:
    """Where an answer points is meant from where it came."""
    assert follow(parse("http://a.example/x/y"), location).url == url


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_fault(text: str) -> None:
    """Whatever is typed in: an address in ASCII without blanks, or an OutboundError."""
    for url in (text, f"http://{text}", f"http://a.example/{text}"):
        try:
            found: Destination = parse(url)
        except OutboundError:
            continue
        assert found.url.isascii()
        assert found.url.isprintable()
        assert " " not in found.url
        assert parse(found.url).url == found.url
