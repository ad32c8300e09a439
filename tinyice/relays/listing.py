"""The mounts of a server, as its lists tell them. What is no mount of ours is left out."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from tinyice.core.paths import mount_path_fault
from tinyice.wire.charset import decode_text

MOUNTS_MAX = 1000
"""Of a server with more, so many are mirrored."""


def mounts_in_streamlist(body: bytes) -> tuple[str, ...]:
    """The mounts in ``/admin/streamlist.txt``: one a line."""
    lines = (decode_text(line).strip() for line in body.splitlines())
    return _usable(line for line in lines if line.startswith("/"))


def mounts_in_status(body: bytes) -> tuple[str, ...] | None:
    """The mounts in ``/status-json.xsl``; None: that is no such document.

    Icecast gives an object for one mount, a list for several, nothing for none.
    """
    try:
        stats = json.loads(body)["icestats"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(stats, dict):
        return None
    told = stats.get("source", [])
    rows = told if isinstance(told, list) else [told]
    return _usable(path for row in rows if (path := _path_of(row)))


def _path_of(row: Any) -> str:  # noqa: ANN401 - what JSON holds
    listen = row.get("listenurl") if isinstance(row, dict) else None
    if not isinstance(listen, str):
        return ""
    try:
        return unquote(urlsplit(listen).path)
    except ValueError:
        return ""


def _usable(paths: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(path for path in paths if mount_path_fault(path) is None)
    return tuple(found)[:MOUNTS_MAX]
