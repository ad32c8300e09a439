"""Playlist files of anybody are read, and what is written is read again byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.wire.errors import PeerError
from tinyice.wire.listed import GAIN_LEAST_DB, GAIN_MOST_DB, Listed
from tinyice.wire.playlist_reading import (
    BYTES_MAX,
    ENTRIES_MAX,
    HEAD_BYTES,
    PLACE_MAX,
    READERS,
    kind_of,
    read_gain,
    read_playlist,
)
from tinyice.wire.playlist_writing import WRITERS, write_playlist

M3U = (
    b"#EXTM3U\r\n#PLAYLIST:Night\r\n#EXTINF:123,Artist - Title\r\nArtist/Title.mp3\r\n\r\n"
    b'#EXTINF:-1 tvg-id="x",Live, really\r\nhttp://example.org/live\r\n..\\other\\song.flac\r\n'
)
PLS = (
    b"[playlist]\nFile2=second.ogg\nTitle2=Second\nLength2=60\nfile1=/music/first.mp3\n"
    b"NumberOfEntries=2\nVersion=2\n"
)
XSPF = b"""<?xml version="1.0" encoding="UTF-8"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Night</title><trackList>
<track><title>One &amp; more</title><creator>A</creator><duration>61500</duration>
<location>file:///music/A%20B/%C3%A9.mp3</location><location>second.mp3</location></track>
<track><location>C%3AD/rel%20ative.mp3</location><extension application="x"><title>no</title>
</extension></track><track><title>without a place</title></track>
<track><location>http://example.org/a%20b</location></track>
</trackList></playlist>"""


def test_m3u() -> None:
    assert read_playlist(M3U, "m3u") == (
        Listed("Artist/Title.mp3", "Artist - Title", 123.0),
        Listed("http://example.org/live", "Live, really", -1.0),
        Listed("..\\other\\song.flac"),
    )


def test_pls_is_in_the_order_of_its_numbers() -> None:
    assert read_playlist(PLS, "pls") == (
        Listed("/music/first.mp3"),
        Listed("second.ogg", "Second", 60.0),
    )


def test_xspf() -> None:
    assert read_playlist(XSPF, "xspf") == (
        Listed("/music/A B/é.mp3", "A - One & more", 61.5),
        Listed("C:D/rel ative.mp3"),
        Listed("http://example.org/a%20b"),
    )


@pytest.mark.parametrize(("data", "kind"), [(M3U, "m3u"), (PLS, "pls"), (XSPF, "xspf")])
def test_what_it_is_is_seen(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind
    assert read_playlist(data, "") == read_playlist(data, kind)


@pytest.mark.parametrize(
    ("data", "place", "other"),
    [
        ("é.mp3".encode(), "é.mp3", ""),
        ("\ufeffé.mp3".encode(), "é.mp3", ""),
        ("\ufeffé.mp3".encode("utf-16-le"), "é.mp3", ""),
        ("\ufeffé.mp3".encode("utf-16-be"), "é.mp3", ""),
        (b"\xe9.mp3", "é.mp3", "\udce9.mp3"),
        (b"file:///m/%E9%20a.mp3", "/m/\udce9 a.mp3", ""),
        (b"FILE://localhost/m/a.mp3", "/m/a.mp3", ""),
        (b"file:///C:/m/a.mp3", "C:/m/a.mp3", ""),
        (b"file://server/share/a.mp3", "//server/share/a.mp3", ""),
        (b"C:\\m\\a.mp3", "C:\\m\\a.mp3", ""),
    ],
)
def test_charsets_and_places(data: bytes, place: str, other: str) -> None:
    (found,) = read_playlist(data + b"", "m3u")
    assert (found.place, found.other_place) == (place, other)


def test_the_charset_that_is_assumed_counts() -> None:
    (found,) = read_playlist("Пер.mp3".encode("cp1251"), "m3u", "windows-1251")
    assert found.place == "Пер.mp3"


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"x" * (BYTES_MAX + 1), "m3u", 413),
        (b"a\n" * (ENTRIES_MAX + 1), "m3u", 413),
        (b"".join(b"file%d=a\n" % n for n in range(ENTRIES_MAX + 1)), "pls", 413),
        (b"<playlist>", "xspf", 400),
        (b"<!DOCTYPE x [<!ENTITY a 'aa'>]><playlist>&a;</playlist>", "xspf", 400),
        (b"<?xml version='1.0' encoding='nonsense'?><playlist/>", "xspf", 400),
        (b"", "asx", 415),
    ],
)
def test_what_is_refused(data: bytes, kind: str, status: int) -> None:
    with pytest.raises(PeerError) as refused:
        read_playlist(data, kind)
    assert refused.value.status == status


def test_nonsense_is_passed_over() -> None:
    assert read_playlist(b"#EXTINF:abc,\n#EXTINF\n \n#x\n", "m3u") == ()
    assert read_playlist(b"File=x\nFilex1=y\nLength1=a\n=\n", "pls") == ()
    assert read_playlist(b"a\0b\n" + b"x" * (PLACE_MAX + 1), "m3u") == ()
    assert read_playlist(b"<html/>", "xspf") == ()


paths = st.binary(min_size=1, max_size=40).map(
    lambda raw: raw.replace(b"\0", b"x").replace(b"//", b"/").decode("utf-8", "surrogateescape")
) | st.sampled_from(["ab:c", "a:b\udce9", "file:x", "a%20b", "#x", " x ", "./#x", "a\\b"])


def as_path(place: str) -> str:
    return place.removeprefix("./")


@given(st.sampled_from(sorted(WRITERS)), st.lists(paths, max_size=5))
def test_every_path_comes_back(kind: str, places: list[str]) -> None:
    """What is saved is found again, whatever the names of the files are made of."""
    listed = [Listed(place, "A – title", 61.0) for place in places]
    data = write_playlist(listed, kind)
    if kind == "xspf":
        expected = [place for place in places if place.strip()]
    else:
        breaks = set("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        expected = [place for place in places if not breaks & set(place)]
    back = read_playlist(data, kind)
    assert [as_path(each.other_place or each.place) for each in back] == [
        as_path(place) for place in expected
    ]
    assert {(each.title, each.seconds) for each in back} <= {("A – title", 61.0)}


@given(st.sampled_from(sorted(WRITERS)), st.text(max_size=60))
def test_titles_can_not_break_out(kind: str, title: str) -> None:
    """A title is a title, whatever stands in it."""
    (back,) = read_playlist(write_playlist([Listed("a.mp3", title, 1)], kind), kind)
    assert back.place == "a.mp3"


@given(
    st.sampled_from(sorted(WRITERS)),
    st.floats(GAIN_LEAST_DB, GAIN_MOST_DB),
    st.lists(paths, max_size=3),
)
def test_a_gain_comes_back(kind: str, gain_db: float, places: list[str]) -> None:
    """To a tenth, from the one kind that says it; and the entries are what they were."""
    listed = [Listed(place) for place in places]
    data = write_playlist(listed, kind, gain_db=gain_db)
    says = kind == "m3u8" and round(gain_db, 1) != 0
    assert read_gain(data) == (round(gain_db, 1) if says else None)
    assert read_playlist(data, kind) == read_playlist(write_playlist(listed, kind), kind)


@pytest.mark.parametrize(
    ("data", "gain_db"),
    [
        (b"#EXTM3U\n#TINYICE-GAIN:-3.0\na.mp3\n", -3.0),
        (b"\xef\xbb\xbf#EXTM3U\r\n\r\n#tinyice-gain: +2\r\na.mp3\r\n", 2.0),
        ("\ufeff#TINYICE-GAIN:-24\n".encode("utf-16-le"), -24.0),
        (b"#\xe9t\xe9\n#TINYICE-GAIN:12\n", 12.0),
        (b"a.mp3\n#TINYICE-GAIN:-3.0\n", None),
        (b"#TINYICE-GAIN:12.1\n", None),
        (b"#TINYICE-GAIN:-24.01\n", None),
        (b"#TINYICE-GAIN:nan\n#TINYICE-GAIN:1e1\n#TINYICE-GAIN:\n", None),
        (b"#" * (HEAD_BYTES - 20) + b"\n#TINYICE-GAIN:-3.50\n", None),
        (b"#" * (HEAD_BYTES - 40) + b"\n#TINYICE-GAIN:-3.50\n", -3.5),
        (b"[playlist]\n#TINYICE-GAIN:-3\n", None),
        (b"", None),
    ],
)
def test_gains_of_others(data: bytes, gain_db: float | None) -> None:
    """In front of the entries, near the beginning, and within bounds; all else is no gain."""
    assert read_gain(data) == gain_db


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(kind: str, data: bytes) -> None:
    gain_db = read_gain(data)
    assert gain_db is None or GAIN_LEAST_DB <= gain_db <= GAIN_MOST_DB
    try:
        found = read_playlist(data, kind)
    except PeerError:
        return
    assert all("\0" not in each.place for each in found)
