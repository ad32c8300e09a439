"""Playlist files as others write them: M3U, PLS and XSPF, from anybody and in any charset.

Sources: the M3U of Winamp with its extensions, PLS version 2, XSPF version 1
(xspf.org/spec). What is not understood in a line is passed over; what is too large or no
playlist at all is a ``PeerError``. Nothing is looked up: places are not checked here.
"""

import codecs
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from xml.parsers import expat

from tinyice.wire.charset import decode_text, printable
from tinyice.wire.errors import PeerError
from tinyice.wire.listed import (
    FILE_BYTES_MAX,
    GAIN_LEAST_DB,
    GAIN_MARK,
    GAIN_MOST_DB,
    Listed,
    place_of_uri,
)

BYTES_MAX = FILE_BYTES_MAX
ENTRIES_MAX = 50_000
PLACE_MAX = 4096
TITLE_MAX = 500
HEAD_BYTES = 1024
"""So much of an M3U is looked at for the gain of all of its entries."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BREAK = re.compile("\r\n|\r|\n")
_EXTINF = re.compile(r"#EXTINF:\s*(-?\d{1,9}(?:\.\d{1,9})?)?[^,]*(?:,(.*))?", re.IGNORECASE)
_GAIN = re.compile(rf"{GAIN_MARK}\s*([+-]?\d{{1,3}}(?:\.\d{{1,6}})?)\s*", re.IGNORECASE)
_PLS = re.compile(r"\s*(file|title|length)(\d{1,9})\s*=(.*)", re.IGNORECASE)
_LENGTH = re.compile(r"\s*-?\d{1,9}(?:\.\d{1,9})?\s*")
_XSPF = "http://xspf.org/ns/0/ "


def read_playlist(data: bytes, kind: str, assumed: str = "") -> tuple[Listed, ...]:
    """What ``data`` lists; ``kind`` is one of ``READERS``, or "" to find out.

    ``assumed``: the charset of what is no UTF-8.
    """
    if len(data) > BYTES_MAX:
        raise PeerError(413, f"a playlist has at most {BYTES_MAX} bytes")
    reader = READERS.get(kind or kind_of(data))
    if reader is None:
        raise PeerError(415, "playlists are " + ", ".join(READERS))
    return tuple(reader(data, assumed))


def read_gain(head: bytes) -> float | None:
    """The gain in dB of all entries of an M3U, which begins with ``head``; None: it says none.

    It stands in front of the first entry. What is out of bounds counts for nothing.
    """
    lines = _lines(head[:HEAD_BYTES], "")
    if len(head) >= HEAD_BYTES:
        lines.pop()  # It may be cut off.
    for line, _ in lines:
        if told := _GAIN.fullmatch(line):
            gain_db = float(told[1])
            return gain_db if GAIN_LEAST_DB <= gain_db <= GAIN_MOST_DB else None
        if line.strip() and not line.startswith("#"):
            break
    return None


def kind_of(data: bytes) -> str:
    """What kind of playlist ``data`` looks like; an M3U has no mark of its own."""
    head = data[:1000].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if head.startswith(b"<"):
        return "xspf"
    return "pls" if head.startswith(b"[playlist]") else "m3u"


def _m3u(data: bytes, assumed: str) -> list[Listed]:
    found: list[Listed] = []
    title, seconds = "", -1.0
    for line, raw in _lines(data, assumed):
        if line.startswith("#"):
            if told := _EXTINF.fullmatch(line):
                seconds = float(told[1] or -1)
                title = _title(told[2] or "")
        elif line.strip():
            _add(found, line, raw, title, seconds)
            title, seconds = "", -1.0
    return found


def _pls(data: bytes, assumed: str) -> list[Listed]:
    places: dict[int, tuple[str, str]] = {}
    titles: dict[int, str] = {}
    lengths: dict[int, float] = {}
    for line, raw in _lines(data, assumed):
        told = _PLS.fullmatch(line)
        if told is None or len(places) > ENTRIES_MAX:
            continue
        number, value = int(told[2]), told[3]
        match told[1].lower():
            case "file":
                places[number] = value, raw.partition("=")[2] if raw else ""
            case "title":
                titles[number] = _title(value)
            case _ if _LENGTH.fullmatch(value):
                lengths[number] = float(value)
    found: list[Listed] = []
    for number, (place, raw) in sorted(places.items()):
        _add(found, place, raw, titles.get(number, ""), lengths.get(number, -1.0))
    return found


def _xspf(data: bytes, _assumed: str) -> list[Listed]:
    reader = _Xspf()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise PeerError(400, "the playlist is no well-formed XML") from error
    return reader.found


def _refuse_doctype(*_told: object) -> None:
    # What entities can blow up to has no bound; playlists have none.
    raise PeerError(400, "a playlist has no document type")


class _Xspf:
    """Takes the tracks out of what expat finds."""

    def __init__(self) -> None:
        self.found: list[Listed] = []
        self._path: list[str] = []
        self._texts: dict[str, str] = {}
        self._text = ""

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        self._path.append(name.removeprefix(_XSPF))
        self._text = ""
        if self._path == ["playlist", "trackList", "track"]:
            self._texts = {}

    def text(self, text: str) -> None:
        if len(self._text) <= PLACE_MAX:
            self._text += text

    def end(self, _name: str) -> None:
        match self._path:
            case ["playlist", "trackList", "track"]:
                self._track()
            case ["playlist", "trackList", "track", field]:
                # A track may have several locations; the first is the best.
                self._texts.setdefault(field, self._text.strip())
        self._path.pop()

    def _track(self) -> None:
        texts = self._texts
        creator, title = texts.get("creator", ""), texts.get("title", "")
        length = texts.get("duration", "")
        seconds = float(length) / 1000 if _LENGTH.fullmatch(length) else -1.0
        joined = " - ".join(part for part in (creator, title) if part)
        place = place_of_uri(texts.get("location", ""))
        _add(self.found, place, "", _title(joined), seconds, is_uri=True)


READERS: Mapping[str, Callable[[bytes, str], list[Listed]]] = MappingProxyType(
    {"m3u": _m3u, "m3u8": _m3u, "pls": _pls, "xspf": _xspf}
)
"""What reads each kind, by the ending of its name."""


def _lines(data: bytes, assumed: str) -> list[tuple[str, str]]:
    """The lines; and by their bytes those that are in no charset that was told."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(codec, "replace")
            return [(line, "") for line in _BREAK.split(text)]
    lines = []
    for raw in re.split(b"\r\n|\r|\n", data):
        try:
            lines.append((raw.decode("utf-8"), ""))
        except UnicodeDecodeError:
            by_bytes = raw.decode("utf-8", "surrogateescape")
            lines.append((decode_text(raw, assumed=assumed), by_bytes))
    return lines


def _add(
    found: list[Listed], place: str, raw: str, title: str, seconds: float, *, is_uri: bool = False
) -> None:
    if len(found) >= ENTRIES_MAX:
        raise PeerError(413, f"a playlist has at most {ENTRIES_MAX} entries")
    if not is_uri and place.strip().lower().startswith("file:"):
        place, raw = place_of_uri(place.strip()), ""
    if place.strip() and len(place) <= PLACE_MAX and "\0" not in place:
        found.append(Listed(place, title, seconds, raw))


def _title(text: str) -> str:
    return printable(text).strip()[:TITLE_MAX]
