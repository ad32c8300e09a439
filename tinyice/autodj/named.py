"""A file that somebody names, by whatever path. In the child only: it looks at the disk."""

import os
from pathlib import Path

from tinyice.autodj.bounds import OUTSIDE, PATH_MAX, Bounds, is_within
from tinyice.autodj.librarian_messages import Look
from tinyice.autodj.tags import read_track
from tinyice.core.tracks import Track


def looked_at(look: Look) -> Track:
    """The track that is meant; with a fault when it may not or can't be played.

    Where it is not in the library, its path leads there from the library's folder.
    """
    if "\0" in look.path or len(look.path) > PATH_MAX:
        return Track("", fault="it is no path")
    named = look.path if look.path.startswith("/") else f"{look.root}/{look.path}"
    real, root = os.path.realpath(named), os.path.realpath(look.root)
    if not Bounds(look.bounds).admits_in_worker(real):
        return Track(look.path, fault=OUTSIDE)
    path = _below(named, look.root) or _below(real, root) or os.path.relpath(real, root)
    if not Path(real).is_file():
        return Track(path, fault="there is no such file")
    return read_track(path, real, assumed=look.assumed)


def _below(path: str, folder: str) -> str:
    """``path`` from ``folder`` on; "" when it does not go straight down from there."""
    parts = path.split("/")
    plain = "/".join(part for part in parts if part not in ("", "."))
    if ".." in parts or not is_within(f"/{plain}", folder):
        return ""
    return f"/{plain}".removeprefix(folder.rstrip("/")).lstrip("/")
