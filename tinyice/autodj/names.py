"""When two tracks are of the same artist, or are the same song. Pure.

Names become keys: letters without case, without accents, without punctuation. A name
that may be of several artists ("Queen & David Bowie") gives the key of each and of the
whole. It is cut only where there are blanks around what joins ("AC/DC" is one), and to
cut too much ("Simon & Garfunkel") means no more than that a track waits a little.
"""

import re

from tinyice.core.folding import fold

TEXT_MAX = 200
"""More of a name is not looked at."""

_JOINS = re.compile(
    r"\s*[,;\0\x1f]\s*|\s+(?:/|&|\+|\u00d7|x|vs\.?|with|feat\.?|ft\.?|featuring|presents|pres\.?)\s+"
)
_GUEST = re.compile(r"[(\[]\s*(?:feat\.?|ft\.?|featuring|with)\s+([^)\]]*)[)\]]")
_NO_LETTER = re.compile(r"[\W_]+")
_ARTICLE = re.compile(r"^the\s+|,\s*the$")
_REMADE = re.compile(
    r"\s*[(\[][^)\]]*\b(?:remaster(?:ed)?|edit|version|mono|stereo|mix|live|demo|acoustic|bonus"
    r"|feat|ft|featuring|explicit|clean)\b[^)\]]*[)\]]"
    r"|\s+[-\u2013\u2014]\s+[^-\u2013\u2014]*\b(?:remaster(?:ed)?|edit|version|mono|stereo|live|demo|acoustic)\b.*$"
)


def artist_keys(artist: str, title: str = "") -> frozenset[str]:
    """A key for each artist named in ``artist``, and for guests named in ``title``."""
    whole = _plain(artist)
    named = [whole, *_JOINS.split(whole)]
    for guests in _GUEST.findall(_plain(title)):
        named += _JOINS.split(guests)
    return frozenset(key for name in named if (key := _key(_ARTICLE.sub("", name))) != "the") - {""}


def title_key(title: str) -> str:
    """The key of a song, whatever edition of it; "" when there is no title."""
    plain = _plain(title)
    return _key(_REMADE.sub("", plain)) or _key(plain)


def album_key(album: str, artist: str) -> str:
    """The key of an album; "" when there is none. Many are called the same, so of whom it is."""
    key = _key(_plain(album))
    return key and f"{_key(_plain(artist))}/{key}"


def _plain(text: str) -> str:
    return fold(text[:TEXT_MAX]).strip()


def _key(plain: str) -> str:
    # A name that is all punctuation is a name: "!!!".
    return _NO_LETTER.sub("", plain) or plain.strip()
