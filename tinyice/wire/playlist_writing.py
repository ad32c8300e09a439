"""Playlist files of many entries, as others read them: M3U, PLS and XSPF.

Paths come out byte for byte. What can't stand in a line of M3U or PLS, because it has
line breaks, is left out there.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape

from tinyice.wire.charset import printable
from tinyice.wire.listed import GAIN_MARK, Listed, line_of_place, uri_of_place
from tinyice.wire.xml_chars import only_xml


def write_playlist(listed: Iterable[Listed], kind: str, *, gain_db: float = 0.0) -> bytes:
    """The file of this ``kind``, which is one of ``WRITERS``.

    ``gain_db`` of all entries is said, to a tenth, where that kind has a place for it: m3u8.
    """
    text = _m3u(listed, gain_db) if kind == "m3u8" else WRITERS[kind](listed)
    return text.encode("utf-8", "surrogateescape")


def _m3u(listed: Iterable[Listed], gain_db: float = 0.0) -> str:
    lines = ["#EXTM3U"]
    if tenths := round(gain_db, 1):
        lines.append(f"{GAIN_MARK}{tenths:.1f}")
    for each in listed:
        if line := line_of_place(each.place):
            if each.title or each.seconds >= 0:
                lines.append(f"#EXTINF:{_seconds(each)},{_words(each.title)}")
            lines.append(line)
    return "\n".join(lines) + "\n"


def _pls(listed: Iterable[Listed]) -> str:
    lines, count = ["[playlist]"], 0
    for each in listed:
        if line := line_of_place(each.place):
            count += 1
            lines.append(f"File{count}={line}")
            if each.title:
                lines.append(f"Title{count}={_words(each.title)}")
            lines.append(f"Length{count}={_seconds(each)}")
    return "\n".join([*lines, f"NumberOfEntries={count}", "Version=2"]) + "\n"


def _xspf(listed: Iterable[Listed]) -> str:
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<playlist xmlns="http://xspf.org/ns/0/" version="1">\n  <trackList>\n',
    ]
    for each in listed:
        parts.append(
            f"    <track>\n      <location>{escape(uri_of_place(each.place))}</location>\n"
        )
        if each.title:
            parts.append(f"      <title>{escape(only_xml(_words(each.title)))}</title>\n")
        if each.seconds >= 0:
            parts.append(f"      <duration>{round(each.seconds * 1000)}</duration>\n")
        parts.append("    </track>\n")
    parts.append("  </trackList>\n</playlist>\n")
    return "".join(parts)


WRITERS: Mapping[str, Callable[[Iterable[Listed]], str]] = MappingProxyType(
    {"m3u": _m3u, "m3u8": _m3u, "pls": _pls, "xspf": _xspf}
)
"""What writes each kind, by the ending of its name."""


def _seconds(each: Listed) -> int:
    return round(each.seconds) if each.seconds >= 0 else -1


def _words(text: str) -> str:
    # Titles are text: what is no character has no place in them.
    return printable(text).encode("utf-8", "replace").decode("utf-8")
