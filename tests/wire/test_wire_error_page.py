"""Who gets a page about what went wrong, and what it may contain."""

import pytest

from tinyice.wire import replies
from tinyice.wire.error_page import error_page, is_for_people

HOSTILE = '</h1><script src="https://evil.example/x.js"></script>'


@pytest.mark.parametrize(
    ("accept", "is_browser"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json, TEXT/HTML ;q=0.5", True),
        ("*/*", False),
        ("audio/*;q=0.9,*/*;q=0.8", False),
        ("text/html-like", False),
        ("", False),
    ],
)
def test_only_browsers_ask_for_pages(accept: str, is_browser: bool) -> None:
    """Players, encoders, curl and the scripts of our pages do not."""
    assert is_for_people(accept) is is_browser


def test_the_page_says_what_is_wrong_in_its_language() -> None:
    """It is a whole page, with a way on."""
    page = error_page(403, "mountpoint unavailable\r\n")
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<h1>Mountpoint unavailable</h1>" in page
    assert 'href="/"' in page


def test_what_was_asked_for_is_text() -> None:
    """Whoever chooses the words adds nothing to the page."""
    assert error_page(404, HOSTILE).count("<script") == error_page(404, "none").count("<script")


def test_a_reply_for_people_is_a_page_with_its_policy() -> None:
    """What else the reply says stays."""
    reply = replies.error(403, "busy", date="now", retry_after=3, for_people=True)
    head, _, body = reply.partition(b"\r\n\r\n")
    assert b"Content-Type: text/html; charset=utf-8" in head
    assert b"Content-Security-Policy: default-src 'none'" in head
    assert b"Retry-After: 3" in head
    assert b"Content-Length: %d" % len(body) in head
    assert b"<h1>Busy</h1>" in body
