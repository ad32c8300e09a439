"""Request targets: the path and the query."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from tinyice.wire.errors import PeerError

_ABSOLUTE = re.compile(rb"https?://[^/?]*", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for.

    ``path`` begins with "/" (or is "*"); the values of ``query`` stay bytes,
    because only the request as a whole tells their charset.
    """

    path: str
    query: Mapping[str, bytes]


def parse_target(raw: bytes) -> Target:
    """The path, percent-decoded, and the query, of which the last value wins.

    A bad escape in the path is an error; in the query it stands for itself,
    since encoders send titles such as "100%" with nothing but blanks escaped.
    Raises ``PeerError``.
    """
    if raw == b"*":
        return Target("*", MappingProxyType({}))
    if _CONTROL.search(raw):
        raise PeerError(400, "The request target has a control character.")
    absolute = _ABSOLUTE.match(raw)
    if absolute:
        raw = raw[absolute.end() :]
        raw = raw if raw.startswith(b"/") else b"/" + raw
    path, _, query = raw.partition(b"?")
    if _BAD_ESCAPE.search(path):
        raise PeerError(400, "The request target has a bad percent escape.")
    return Target(decode_path(unquote_to_bytes(path)), _parse_query(query))


def decode_path(path: bytes) -> str:
    """A decoded path as text (UTF-8, else Latin-1); raises ``PeerError`` if it is unsafe."""
    if not path.startswith(b"/"):
        raise PeerError(400, "The path does not begin with a slash.")
    if _CONTROL.search(path):
        raise PeerError(400, "The path has a control character.")
    if b".." in re.split(rb"[/\\]", path):
        raise PeerError(400, "The path leads upwards.")
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError:
        return path.decode("latin-1")


def _parse_query(raw: bytes) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for pair in raw.split(b"&"):
        key, _, value = pair.replace(b"+", b" ").partition(b"=")
        if key:
            found[unquote_to_bytes(key).decode("latin-1")] = unquote_to_bytes(value)
    return MappingProxyType(found)
