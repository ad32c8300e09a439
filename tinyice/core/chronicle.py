"""What the station remembers of itself while it runs: counts, happenings, what was last."""

from dataclasses import dataclass

from tinyice.core.flow import Flow
from tinyice.core.latest import Latest
from tinyice.core.played import Played
from tinyice.core.recent import Recent
from tinyice.core.trends import Trends


@dataclass(frozen=True, slots=True)
class Chronicle:
    """The memory that pages for operators are made from; it ends with the process."""

    trends: Trends
    recent: Recent
    latest: Latest
    played: Played
    flow: Flow
