"""Files that may be read: those that really are in one of some folders. In children only."""

import os
from collections.abc import Sequence
from pathlib import Path

from tinyice.codec.decoding import Unreadable


def checked(path: str, folders: Sequence[str]) -> Path:
    """Where the file at ``path`` really is; raises ``Unreadable`` where that is outside.

    Without folders it may be anywhere.
    """
    real = os.path.realpath(path)
    bounds = [os.path.realpath(folder) for folder in folders]
    if bounds and not any(os.path.commonpath((real, folder)) == folder for folder in bounds):
        raise Unreadable("it leads out of the folders that are allowed")
    return Path(real)
