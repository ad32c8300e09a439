"""The live data, and when it ends: at once when the server stops, or another takes over."""

from collections.abc import Callable
from datetime import datetime

from twisted.internet.interfaces import IReactorTime

from tinyice.core.autodjs import AutoDJSnapshot
from tinyice.core.chronicle import Chronicle
from tinyice.core.events import Event, ServerStopping
from tinyice.core.hub import Sink
from tinyice.core.station import Station
from tinyice.web.autodj_ports import AutoDjs
from tinyice.web.live.levels import LevelFeed, LevelSource
from tinyice.web.live.live import Live
from tinyice.web.live.picture import Pictures


def make_live(
    station: Station,
    chronicle: Chronicle,
    clock: IReactorTime,
    *,
    now: Callable[[], datetime],
    subscribe: Callable[[Sink], object],
    levels: LevelSource,
    autodjs: AutoDjs,
) -> Live:
    """Live data of ``station``; ``subscribe`` lets it hear of the server's end."""
    epoch = f"{int(station.snapshot().started_at.timestamp()):x}"

    def autodj(mount: str) -> AutoDJSnapshot | None:
        found = autodjs.get(mount)
        return None if found is None else found.snapshot()

    pictures = Pictures(station.snapshot, chronicle, now, autodj=autodj)
    live = Live(pictures, clock, epoch, levels=LevelFeed(levels, clock))

    def heard(event: Event) -> None:
        if isinstance(event, ServerStopping):
            live.stop()

    subscribe(heard)
    return live
