"""What plays, in plain words: the name of a program out of the line that it sends of itself.

These lines are text of strangers: nothing here believes them, and nothing takes
longer than the beginning of one is long.
"""

import re
from functools import lru_cache

_READ_CHARS = 400
_SHOWN_CHARS = 32

_BROWSERS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\bEdg(?:e|A|iOS)?/(\d+)", "Edge"),
        (r"\b(?:OPR|Opera)/(\d+)", "Opera"),
        (r"\bSamsungBrowser/(\d+)", "Samsung Internet"),
        (r"\bVivaldi/(\d+)", "Vivaldi"),
        (r"\b(?:Firefox|FxiOS)/(\d+)", "Firefox"),
        (r"(?:\bChrome|\bCriOS|\bChromium|\bHeadlessChrome)/(\d+)", "Chrome"),
        (r"\bVersion/(\d+)[^ ]* (?:Mobile/[^ ]+ )?Safari/", "Safari"),
    )
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_PLAYERS = (
    ("Sonos/", "Sonos"),
    ("NSPlayer/", "Windows Media Player"),
    ("WMPlayer/", "Windows Media Player"),
    ("WinampMPEG/", "Winamp"),
    ("Lavf/", "FFmpeg"),
    ("AppleCoreMedia/", "Apple player"),
    ("AlexaMediaPlayer/", "Alexa"),
    ("ExoPlayer", "Android player"),
    ("stagefright/", "Android player"),
    ("GStreamer ", "GStreamer"),
    ("Music Player Daemon ", "MPD"),
    ("LibVLC/", "VLC"),
    ("mpv ", "mpv"),
)
_PRODUCT = re.compile(r"([A-Za-z][A-Za-z0-9 _+-]{0,23})/v?(\d[\w.]{0,11})")
_VERSION = re.compile(r"v?(\d+(?:\.\d+){0,2})")
_ANONYMOUS = ("Mozilla",)


@lru_cache(maxsize=2048)
def agent_in_words(agent: str) -> str:
    """For example ``Firefox 131, Linux``; what nobody knows is quoted, shortened."""
    line = agent[:_READ_CHARS]
    if not line.strip():
        return "unknown"
    for mark, name in _PLAYERS:
        at = line.find(mark)
        if at >= 0:
            return _with_system(name + _version_behind(line, at + len(mark)), line, name)
    for pattern, name in _BROWSERS:
        found = pattern.search(line)
        if found is not None:
            return _with_system(f"{name} {found[1]}", line, name)
    product = _PRODUCT.match(line)
    if product is not None and product[1] not in _ANONYMOUS:
        return f"{product[1]} {product[2]}"
    shown = line if len(line) <= _SHOWN_CHARS else f"{line[:_SHOWN_CHARS]}…"
    return f"unknown, “{shown}”"


def _version_behind(line: str, at: int) -> str:
    found = _VERSION.match(line, at)
    return "" if found is None else f" {found[1]}"


def _with_system(words: str, line: str, name: str) -> str:
    for mark, system in _SYSTEMS:
        if mark in line and system.split()[0] not in name and name != "Sonos":
            return f"{words}, {system}"
    return words
