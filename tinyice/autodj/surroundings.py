"""What all AutoDJs of a station share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from twisted.internet.interfaces import IReactorProcess, IReactorTime

from tinyice.autodj.seat import Station
from tinyice.core.events import Event
from tinyice.core.loudness import Loudness
from tinyice.core.tracks import Track


def unmeasured(_track: Track) -> Loudness | None:
    """Nothing was measured."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rest of the server, for AutoDJs.

    ``now`` is the wall clock, ``loudness`` what was measured of a track (None: nothing yet).
    """

    station: Station
    environment: Mapping[str, str]
    spawner: IReactorProcess
    clock: IReactorTime
    now: Callable[[], datetime]
    publish: Callable[[Event], None]
    loudness: Callable[[Track], Loudness | None] = unmeasured
