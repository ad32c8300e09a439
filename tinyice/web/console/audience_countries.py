"""How many listen from where: counted over a bounded number of listeners."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from tinyice.core.countries import Country
from tinyice.web.api.services import Countries, Station
from tinyice.web.console.audience_search import LOOKED_AT_MAX, SLICE


@dataclass(frozen=True, slots=True)
class Line:
    """One country. None: those of whom it is not known. ``share`` is in percent."""

    country: Country | None
    listeners: int
    share: float


@dataclass(frozen=True, slots=True)
class Tally:
    """The countries, the most heard in first.

    ``is_partial``: there are more listeners than the ``looked_at`` that were counted.
    """

    lines: tuple[Line, ...]
    looked_at: int
    is_partial: bool


async def count_countries(
    station: Station, countries: Countries, mounts: Collection[str], *, clock: IReactorTime
) -> Tally:
    """Where those on ``mounts`` are; in slices, between which the audio has its turn."""
    counted: Counter[Country | None] = Counter()
    after = looked_at = 0
    while True:
        seen = station.listeners(mounts, after, SLICE)
        places = await countries.of(one.client.address for one in seen)
        counted.update(places.get(one.client.address) for one in seen)
        looked_at += len(seen)
        if len(seen) < SLICE or looked_at >= LOOKED_AT_MAX:
            return Tally(_lines(counted, looked_at), looked_at, len(seen) == SLICE)
        after = seen[-1].id
        await deferLater(clock, 0)


def _lines(counted: Counter[Country | None], total: int) -> tuple[Line, ...]:
    """Those that are not known come last; of two that are level, the alphabet decides."""
    ordered = sorted(
        counted.items(),
        key=lambda one: (one[0] is None, -one[1], "" if one[0] is None else one[0].name),
    )
    return tuple(Line(country, number, 100 * number / total) for country, number in ordered)
