"""What all AutoDJs of a station share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from twisted.internet.interfaces import IReactorProcess, IReactorTime

from tinyice.autodj.seat import Station
from tinyice.core.events import Event
from tinyice.core.loudness import Loudness
from tinyice.core.tracks import Track
from tinyice.core.waveform import Waveform

LoudnessOf = Callable[[str, Track, Callable[[], None]], Loudness | None]
"""How loud a track below a folder is; None: that is not known yet, and told when it is."""

WaveformOf = Callable[[str, Track], Awaitable[Waveform | None]]
"""What a track below a folder looks like; None: that can't be known. Raises ``DomainError``."""


def unmeasured(_root: str, _track: Track, _tell: Callable[[], None]) -> Loudness | None:
    """Nothing is measured."""
    return None


async def unseen(_root: str, _track: Track) -> Waveform | None:
    """Nothing is looked at."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rest of the server, for AutoDJs.

    ``now`` is the wall clock.
    """

    station: Station
    environment: Mapping[str, str]
    spawner: IReactorProcess
    clock: IReactorTime
    now: Callable[[], datetime]
    publish: Callable[[Event], None]
    loudness: LoudnessOf = unmeasured
    waveform: WaveformOf = unseen
