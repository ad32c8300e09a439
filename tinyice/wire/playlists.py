"""Playlist files that lead a player to a stream."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape

from tinyice.wire.charset import printable
from tinyice.wire.xml_chars import only_xml


def m3u(url: str, _title: str) -> bytes:
    """The address alone, as Icecast writes it: scripts take the first line."""
    return _text(f"{printable(url)}\r\n")


def m3u8(url: str, title: str) -> bytes:
    """An extended M3U in UTF-8, with the title."""
    return _text(f"#EXTM3U\r\n#EXTINF:-1,{printable(title)}\r\n{printable(url)}\r\n")


def pls(url: str, title: str) -> bytes:
    """A playlist for Winamp and its kin."""
    lines = (
        "[playlist]",
        "NumberOfEntries=1",
        f"File1={printable(url)}",
        f"Title1={printable(title)}",
        "Length1=-1",
        "Version=2",
    )
    return _text("\r\n".join(lines) + "\r\n")


def xspf(url: str, title: str) -> bytes:
    """A playlist in XML."""
    return _text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<playlist xmlns="http://xspf.org/ns/0/" version="1">\n'
        "  <trackList>\n"
        "    <track>\n"
        f"      <location>{_xml(url)}</location>\n"
        f"      <title>{_xml(title)}</title>\n"
        "    </track>\n"
        "  </trackList>\n"
        "</playlist>\n"
    )


CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "m3u": "audio/x-mpegurl",
        "m3u8": "audio/x-mpegurl",
        "pls": "audio/x-scpls",
        "xspf": "application/xspf+xml; charset=UTF-8",
    }
)
"""The content type of each playlist, by the ending of its name."""

WRITERS: Mapping[str, Callable[[str, str], bytes]] = MappingProxyType(
    {"m3u": m3u, "m3u8": m3u8, "pls": pls, "xspf": xspf}
)
"""What writes each playlist, by the ending of its name: address and title to bytes."""


def _xml(text: str) -> str:
    return escape(only_xml(printable(text)))


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace")
