"""Which keys are read at start only. All others hold as soon as they are saved."""

from typing import Final

from tinyice.config.model import Config
from tinyice.config.mounts import configured_paths, settings_for

AT_START: Final = (
    # What is open there, recordings and the database, would have to move with it.
    "data_dir",
)
"""The keys that are read at start only."""


def needs_restart(before: Config, after: Config) -> tuple[str, ...]:
    """The keys whose new values are in force only after a restart.

    A queue grows at once, and keeps its size when it is to be smaller.
    """
    keys = [key for key in AT_START if getattr(before, key) != getattr(after, key)]
    if _shrinks(before, after):
        keys.append("queue_size")
    return tuple(keys)


def _shrinks(before: Config, after: Config) -> bool:
    """Whether a mount that has a queue now is to have a smaller one."""
    return any(
        settings_for(after, path).queue_bytes < settings_for(before, path).queue_bytes
        for path in ("", *configured_paths(before))
    )
