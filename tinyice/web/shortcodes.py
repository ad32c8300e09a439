"""Short names of mounts, as widgets put them into addresses: lower case, with dashes."""

import re
from collections.abc import Sequence
from zlib import crc32

from tinyice.core.snapshots import MountSnapshot

_GAP = re.compile(r"[\W_]+")


def shortcode_of(path: str) -> str:
    """``/Night Shift.mp3`` as ``night-shift-mp3``; a number for what has no letters."""
    return _GAP.sub("-", path.lower()).strip("-") or f"mount-{number_of(path)}"


def number_of(path: str) -> int:
    """A number that stays the same as long as the path does."""
    return crc32(path.encode("utf-8", "replace")) & 0x7FFFFFFF


def mount_named(mounts: Sequence[MountSnapshot], name: str) -> MountSnapshot | None:
    """The mount with this path, with its slash or without; else with this short name or number.

    What is disabled is not found; what is hidden is found by who knows its name.
    """
    enabled = [mount for mount in mounts if not mount.disabled]
    for mount in enabled:
        if mount.path in (name, f"/{name}"):
            return mount
    for mount in enabled:
        if name in (shortcode_of(mount.path), str(number_of(mount.path))):
            return mount
    return None
