"""The access log: the combined format, one line a request, no secrets."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.clients import Client
from tinyice.core.events import RequestFinished
from tinyice.logs.access import access_line

WHEN = datetime(2026, 5, 9, 3, 19, 24, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
PLAYER = Client("203.0.113.9", agent="VLC/3.0.18", referer="http://radio.example/")
REQUEST = RequestFinished(PLAYER, "", "GET", "/live", "HTTP/1.1", 200, 4711, 61.9)
COMBINED = re.compile(
    r'\S+ - \S+ \[[^\]]+\] "(?:[^"\\]|\\.)*" \d+ \d+ "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*" \d+'
)


def line(**changes: object) -> str:
    return access_line(replace(REQUEST, **changes), WHEN)  # type: ignore[arg-type]


def test_a_line_has_the_seconds_connected_last() -> None:
    """Programs that count listening hours read Icecast's format."""
    assert line() == (
        '203.0.113.9 - - [09/May/2026:03:19:24 -0330] "GET /live HTTP/1.1" 200 4711'
        ' "http://radio.example/" "VLC/3.0.18" 61'
    )


def test_what_is_unknown_is_a_dash() -> None:
    """Every field is there, whatever a request lacks."""
    assert line(client=Client(""), method="", target="", protocol="") == (
        '- - - [09/May/2026:03:19:24 -0330] "-" 200 4711 "-" "-" 61'
    )


def test_the_user_is_one_word() -> None:
    """A blank in a user name would shift all fields."""
    assert line(user="a b").startswith("203.0.113.9 - a\\x20b [")


def test_queries_and_passwords_in_urls_are_left_out() -> None:
    """Encoders send passwords in queries and in URLs; no log may keep them."""
    secret = "hackme"
    for target in (
        f"/admin.cgi?pass={secret}&mode=updinfo",
        f"http://source:{secret}@radio.example/live",
        f"//source:{secret}@radio.example/live",
        f"/live#{secret}",
    ):
        shown = line(target=target, client=replace(PLAYER, referer=target))
        assert secret not in shown
        assert "/live" in shown or "/admin.cgi" in shown


def test_bytes_of_the_target_are_seen_as_they_came() -> None:
    """A target is bytes; what is no plain ASCII is an escape, byte by byte."""
    target = "/жизнь".encode("koi8-r").decode("latin-1")
    assert '"GET /\\xd6\\xc9\\xda\\xce\\xd8 HTTP/1.1"' in line(target=target)


def test_text_of_peers_cannot_end_its_field_or_the_line() -> None:
    """One request is one line, whatever a player calls itself."""
    shown = line(client=replace(PLAYER, agent='a" 9\\\r\nb\u2028é'))
    assert shown.endswith('"a\\" 9\\\\\\x0d\\x0ab\\xe2\\x80\\xa8\\xc3\\xa9" 61')


@given(text=st.text(), agent=st.text(), user=st.text())
def test_every_request_is_one_line_of_the_format(text: str, agent: str, user: str) -> None:
    """Any text at all gives a line that log analysers can split."""
    client = Client("::1", agent=agent, referer=text)
    shown = line(client=client, user=user, method=f"G{text}", target=text, protocol=text)
    assert shown.isascii()
    assert shown.isprintable()
    assert COMBINED.fullmatch(shown)


def test_fields_have_a_limit() -> None:
    """A flood of long heads does not fill the disk at once."""
    assert len(line(client=Client("::1", agent="a" * 100_000))) < 2000
