"""What a playlist file lists: places and titles. Values, and how places are spelled."""

import re
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, unquote_to_bytes

FILE_BYTES_MAX = 8 * 1024 * 1024
"""A playlist file is no larger."""

GAIN_LEAST_DB, GAIN_MOST_DB = -24.0, 12.0
"""What a playlist may add to the gain of its entries."""

GAIN_MARK = "#TINYICE-GAIN:"
"""Begins the line of an M3U that says it: a comment of ours, which others pass over."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
"""No name of a file that is in any folder. A letter alone is a drive."""

_LOCAL = re.compile(r"file:(?://(?:localhost)?(?=/))?", re.IGNORECASE)
_IN_ADDRESSES = "%:/?#[]@!$&'()*+,;=~|"
_DRIVE = re.compile(r"/[a-z]:[/\\]", re.IGNORECASE)
_BREAKS = re.compile("[\0\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry. ``place`` is an address with a scheme, or else the path of a file.

    Bytes of a path that are no UTF-8 stand in it as lone surrogates. Where a file did not
    say in which charset it is, ``other_place`` is the path by the bytes that it had.
    ``seconds`` is -1 for what is not told.
    """

    place: str
    title: str = ""
    seconds: float = -1.0
    other_place: str = ""

    @property
    def is_address(self) -> bool:
        """Whether it is on the network, and not a file."""
        return is_address(self.place)


def is_address(place: str) -> bool:
    """Whether ``place`` is on the network."""
    return bool(_ADDRESS.match(place))


def place_of_uri(uri: str) -> str:
    """The place that ``uri`` names: a path for a file's or a relative one, else itself."""
    local = _LOCAL.match(uri)
    if local is None and is_address(uri):
        return uri
    path = unquote_to_bytes(uri[local.end() if local else 0 :].encode("utf-8", "surrogateescape"))
    text = path.decode("utf-8", "surrogateescape")
    return text[1:] if local and _DRIVE.match(text) else text


def uri_of_place(place: str) -> str:
    """``place`` as it stands in XML: an address as it is, of a path any byte that is special."""
    if is_address(place):
        return quote_from_bytes(place.encode("utf-8", "surrogateescape"), safe=_IN_ADDRESSES)
    return quote_from_bytes(place.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=@~")


def line_of_place(place: str) -> str:
    """``place`` as it stands in a line of its own; "" if it can't."""
    if not place or _BREAKS.search(place):
        return ""
    looks_otherwise = place[0] == "#" or place != place.strip() or _LOCAL.match(place)
    return f"./{place}" if looks_otherwise else place
