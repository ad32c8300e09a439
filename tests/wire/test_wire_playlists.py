"""Playlist files."""

from xml.etree import ElementTree as ET

import pytest

from tinyice.wire.playlists import CONTENT_TYPES, WRITERS, m3u, m3u8, pls, xspf

URL = "https://radio.example:8443/live?a=1&b=2"
TITLE = "Rock & <Roll>, 'Рок'"


def test_m3u() -> None:
    """The address alone."""
    assert m3u(URL, TITLE) == URL.encode() + b"\r\n"


def test_m3u8() -> None:
    """Extended M3U."""
    assert m3u8(URL, TITLE) == f"#EXTM3U\r\n#EXTINF:-1,{TITLE}\r\n{URL}\r\n".encode()


def test_pls() -> None:
    """One entry without an end."""
    lines = pls(URL, TITLE).decode().split("\r\n")
    assert lines[0] == "[playlist]"
    assert {f"File1={URL}", f"Title1={TITLE}", "NumberOfEntries=1", "Length1=-1"} <= set(lines)


@pytest.mark.parametrize("title", [TITLE, "", "a\0b\x0b\ufffe\ud800]]>"])
def test_xspf(title: str) -> None:
    """Well-formed XML, whatever the title."""
    name = "{http://xspf.org/ns/0/}"
    track = ET.fromstring(xspf(URL, title)).find(f"{name}trackList/{name}track")
    assert track is not None
    assert track.findtext(f"{name}location") == URL
    if title == TITLE:
        assert track.findtext(f"{name}title") == TITLE


@pytest.mark.parametrize("kind", WRITERS)
def test_one_line_each(kind: str) -> None:
    """A title can't add lines to a playlist, and every kind has its content type."""
    plain = WRITERS[kind](URL, "a b").count(b"\n")
    assert WRITERS[kind](URL + "\nx", "a\r\nFile2=http://evil").count(b"\n") == plain
    assert CONTENT_TYPES[kind]
