"""The frame for other sites."""

import pytest
from web_support import IDLE, Web, mount

PAGES = ["/", "/explore", "/kiosk", "/developers", "/player/live", "/player/nothing", "/login"]


def test_any_site_may_frame_it() -> None:
    """That, and nothing else, is open."""
    policy = Web(mount()).ask("/embed/live").head["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy


@pytest.mark.parametrize("target", PAGES)
def test_no_other_page_is_framed(target: str) -> None:
    """Nobody's button is under a stranger's picture."""
    policy = Web(mount()).ask(target).head["content-security-policy"]
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("theme", "attribute"),
    [
        ("light", ' data-theme="light"'),
        ("dark", ' data-theme="studio"'),
        ("auto", ""),
        ("", ""),
        ('"><script>', ""),
    ],
)
def test_the_address_decides_the_theme(theme: str, attribute: str) -> None:
    """Unless it says nothing; then the reader's device does."""
    text = Web(mount()).ask(f"/embed/live?theme={theme}").text
    assert f'<html lang="en"{attribute}>' in text


def test_it_has_one_button_and_one_title() -> None:
    """And a way to the whole player, in a page of its own."""
    text = Web(mount()).ask("/embed/live").text
    assert text.count("data-play") == 1
    assert "Low Tide" in text
    assert 'href="/player/live" target="_blank" rel="noopener"' in text


def test_off_air_it_says_so() -> None:
    """The frame stays on the other site, whatever happens here."""
    reply = Web(IDLE).ask("/embed/idle")
    assert reply.status == 200
    assert "Off air" in reply.text


def test_a_frame_of_nothing_says_so() -> None:
    """In the frame's size, and framed."""
    reply = Web(mount("/off", disabled=True)).ask("/embed/off")
    assert reply.status == 404
    assert "Nothing to play here" in reply.text
    assert "frame-ancestors *" in reply.head["content-security-policy"]


def test_search_engines_keep_out() -> None:
    """They are to find the player."""
    assert Web(mount()).ask("/embed/live").head["x-robots-tag"] == "noindex"
