"""What stands in tags, made fit for use: words, numbers, gains. Pure.

Tags are anybody's: what is no number is 0, what is too long is cut, and nothing raises.
"""

import math
import re
from collections.abc import Iterable

from tinyice.core.tracks import Gains
from tinyice.wire.charset import decode_text, printable

WORDS_MAX = 500
NUMBER_MAX = 99_999

_NUMBER = re.compile(r"\s*(\d{1,5})(?!\d)")
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?!\d)")
_DECIBELS = re.compile(r"\s*([+-]?\d{1,3}(?:[.,]\d{1,20})?)\s*(?:dB)?\s*", re.IGNORECASE)
GAIN_MAX_DB = 60.0
PEAK_MAX = 100.0
R128_TO_REPLAYGAIN_DB = 5.0
"""R128 gains lead to -23 LUFS, ReplayGain to -18."""


def words(values: Iterable[object]) -> str:
    """The values of a tag, of which there may be several, as text on one line."""
    texts = (printable(str(value).replace("\0", "; ")).strip(" ;") for value in values)
    joined = "; ".join(dict.fromkeys(text for text in texts if text))
    # What is no character is not to be kept, nor shown.
    return joined[:WORDS_MAX].encode("utf-8", "replace").decode("utf-8").strip()


def mended(text: str, assumed: str) -> str:
    """``text`` that was called Latin-1, which was said of everything in its time."""
    try:
        return decode_text(text.encode("latin-1"), assumed=assumed)
    except UnicodeEncodeError:
        return text


def number(text: str) -> int:
    """The first number of "3/12"."""
    found = _NUMBER.match(text)
    return int(found[1]) if found else 0


def year(text: str) -> int:
    """The year in a date of any form."""
    found = _YEAR.search(text)
    return int(found[1]) if found else 0


def decibels(text: str) -> float | None:
    """The number of "-7.45 dB"."""
    value = _float(text)
    return value if value is not None and abs(value) <= GAIN_MAX_DB else None


def peak(text: str) -> float | None:
    """The number of "0.988", where 1 is full scale."""
    value = _float(text)
    return value if value is not None and 0 < value <= PEAK_MAX else None


def r128_db(text: str) -> float | None:
    """The gain of R128_TRACK_GAIN (RFC 7845, 5.2.1: steps of 1/256 dB), as ReplayGain."""
    try:
        value = int(text[:8]) / 256
    except ValueError:
        return None
    return value + R128_TO_REPLAYGAIN_DB if abs(value) <= GAIN_MAX_DB * 2 else None


def gains(tags: dict[str, str]) -> Gains:
    """The gains in tags with names in lower case."""
    track, album = (tags.get(f"replaygain_{of}_gain", "") for of in ("track", "album"))
    track_db, album_db = decibels(track), decibels(album)
    if track_db is None:
        track_db = r128_db(tags.get("r128_track_gain", ""))
    if album_db is None:
        album_db = r128_db(tags.get("r128_album_gain", ""))
    peaks = (peak(tags.get(f"replaygain_{of}_peak", "")) for of in ("track", "album"))
    track_peak, album_peak = peaks
    return Gains(track_db, track_peak, album_db, album_peak)


def seconds(value: object) -> float:
    """A duration; 0.0 for what can be none."""
    if isinstance(value, int | float) and math.isfinite(value) and 0 < value < 10**7:
        return float(value)
    return 0.0


def _float(text: str) -> float | None:
    found = _DECIBELS.fullmatch(text)
    return float(found[1].replace(",", ".")) if found else None
