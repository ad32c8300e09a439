"""How AutoDJs are doing, in numbers. Values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AutoDJFigures:
    """One AutoDJ at one moment; counts are those since it began.

    ``state``: playing, paused, stopped, waiting (somebody live is heard), or silent (there
    is nothing to play). ``is_encoding``: somebody hears it. ``library_tracks`` and
    ``library_broken``: files of its library; those that can't be played are among them.
    """

    mount: str
    state: str
    is_encoding: bool = False
    tracks: int = 0
    failures: int = 0
    restarts: int = 0
    library_tracks: int = 0
    library_broken: int = 0
    is_scanning: bool = False
