"""What plays, in plain words."""

import pytest

from tinyice.web.agents import agent_in_words

MOZILLA = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
KNOWN = [
    (MOZILLA, "Firefox 131, Linux"),
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64) {WEBKIT} Chrome/129.0.0.0 Safari/537.36 Edg/129.0",
        "Edge 129, Windows",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/129.0.0.0 Mobile Safari/537.36",
        "Chrome 129, Android",
    ),
    (
        f"Mozilla/5.0 (iPhone; like Mac OS X) {SAFARI} Version/18.0 Mobile/15E148 Safari/604.1",
        "Safari 18, iPhone",
    ),
    (
        f"Mozilla/5.0 (Macintosh; Mac OS X 10_15_7) {SAFARI} Version/17.4 Safari/605.1.15",
        "Safari 17, Mac",
    ),
    ("VLC/3.0.20 LibVLC/3.0.20", "VLC 3.0.20"),
    ("Lavf/58.76.100", "FFmpeg 58.76.100"),
    ("foobar2000/2.1", "foobar2000 2.1"),
    ("Linux UPnP/1.0 Sonos/83.1-59240 (ZPS38)", "Sonos 83.1"),
    ("NSPlayer/12.00.19041", "Windows Media Player 12.00.19041"),
    ("AppleCoreMedia/1.0.0.22A (iPhone; U; CPU OS 18_0)", "Apple player 1.0.0, iPhone"),
    ("Music Player Daemon 0.23.5", "MPD 0.23.5"),
    ("mpv 0.37.0", "mpv 0.37.0"),
    ("curl/7.88.1", "curl 7.88.1"),
    ("Mozilla/4.0", "unknown, “Mozilla/4.0”"),
    ("", "unknown"),
    ("  ", "unknown"),
    ("<b>\N{RIGHT-TO-LEFT OVERRIDE}x", "unknown, “<b>\N{RIGHT-TO-LEFT OVERRIDE}x”"),
]


@pytest.mark.parametrize(("agent", "words"), KNOWN)
def test_in_words(agent: str, words: str) -> None:
    """The program, its version, and what it runs on."""
    assert agent_in_words(agent) == words


@pytest.mark.parametrize(
    "agent", ["x" * 9000, "Version/" * 2000, "Version/1" + "a" * 9000, "/" * 9000]
)
def test_a_long_one(agent: str) -> None:
    """Is shortened; no line of a stranger takes long."""
    assert len(agent_in_words(agent)) < 60
