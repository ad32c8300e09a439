"""Cover pictures: in a file, or beside it. In the child only."""

import base64
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mutagen.flac import Picture

from tinyice.autodj.bounds import Bounds
from tinyice.autodj.pictures import kind_of
from tinyice.autodj.tags import UNREADABLE, open_tagged, pictures

PICTURE_MAX = 16 * 1024 * 1024
BESIDE = ("cover", "folder", "front", "album", "albumart")
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def cover_in(whole_path: str) -> bytes:
    """The picture in the file; b"" if it has none."""
    try:
        file = open_tagged(whole_path)
        found = () if file is None else _bytes(pictures(file))
        return next((each for each in found if kind_of(each) and len(each) <= PICTURE_MAX), b"")
    except UNREADABLE:
        return b""


def cover_beside(whole_path: str, bounds: Bounds) -> bytes:
    """The picture in the same folder; b"" if there is none."""
    folder = Path(whole_path).parent
    try:
        named = beside([each.name for each in folder.iterdir()])
        for name in named:
            path = folder / name
            if bounds.admits_in_worker(str(path)) and path.stat().st_size <= PICTURE_MAX:
                picture = path.read_bytes()
                if kind_of(picture):
                    return picture
    except OSError:
        return b""
    return b""


def beside(names: Sequence[str]) -> list[str]:
    """Those of ``names`` that are called as pictures of an album are, the best first."""
    found = []
    for name in names:
        stem, ending = os.path.splitext(name.lower())  # noqa: PTH122 - names, not paths
        if ending in ENDINGS and stem in BESIDE:
            found.append((BESIDE.index(stem), name))
    return [name for _rank, name in sorted(found)]


_block: Any = Picture


def _bytes(found: Iterator[Any]) -> Iterator[bytes]:
    for each in found:
        if isinstance(each, str):
            # FLAC's block, in Base64 (a Vorbis comment).
            yield _block(base64.b64decode(each)).data
        elif isinstance(each, bytes) and not kind_of(each) and b"\0" in each:
            # APEv2: a file name, NUL, the picture.
            yield each.partition(b"\0")[2]
        elif isinstance(each, bytes):
            yield bytes(each)
        elif hasattr(each, "data"):
            yield bytes(each.data)
        else:
            yield bytes(each.value)
