"""The memory of the station: where it hears of things, and what keeps it true."""

from collections.abc import Callable
from datetime import datetime

from twisted.internet.interfaces import IReactorTime

from tinyice.core.chronicle import Chronicle
from tinyice.core.flow import FLOW_S, Flow
from tinyice.core.hub import Hub
from tinyice.core.latest import Latest
from tinyice.core.mounts import Mounts
from tinyice.core.played import Played
from tinyice.core.recent import SUM_UP_S, Recent
from tinyice.core.trends import SAMPLE_S, Trends
from tinyice.net.periodic import Periodic


def make_chronicle(
    mounts: Mounts, hub: Hub, now: Callable[[], datetime], clock: IReactorTime
) -> Chronicle:
    """A memory that hears what the hub tells."""
    made = Chronicle(
        trends=Trends(mounts, now=now),
        recent=Recent(now=now),
        latest=Latest(now=now),
        played=Played(now=now),
        flow=Flow(mounts, clock=clock.seconds),
    )
    hub.subscribe(made.recent)
    hub.subscribe(made.latest)
    hub.subscribe(made.played)
    return made


def chronicle_periodic(chronicle: Chronicle, clock: IReactorTime) -> tuple[Periodic, ...]:
    """What is to be done again and again."""
    return (
        Periodic("listener counts", clock, SAMPLE_S, chronicle.trends.sample),
        Periodic("bit rates", clock, FLOW_S, chronicle.flow.sample),
        Periodic("slow listeners", clock, SUM_UP_S, chronicle.recent.sum_up),
    )
