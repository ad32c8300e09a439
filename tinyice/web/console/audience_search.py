"""Some of those who listen: a page of them, or those whom a word fits.

A page costs what it shows. A search looks at listeners in slices, between which
the audio has its turn, and stops after a few thousand: it says how far it came,
and the next one goes on there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from tinyice.core.countries import Country
from tinyice.core.snapshots import ListenerSnapshot
from tinyice.web.agents import agent_in_words
from tinyice.web.api.services import Countries, Station

PAGE = 100
SLICE = 250
LOOKED_AT_MAX = 5000


@dataclass(slots=True)
class Found:
    """Some listeners, by their numbers.

    ``following`` is the number behind which the next page begins, 0: there is none.
    ``looked_at`` counts those that a search has seen; ``is_partial``: it was ended before
    it had seen enough for a page. ``countries`` has their addresses, as far as is known.
    """

    listeners: list[ListenerSnapshot] = field(default_factory=list)
    following: int = 0
    looked_at: int = 0
    is_partial: bool = False
    countries: dict[str, Country] = field(default_factory=dict)


async def find_listeners(
    station: Station,
    mounts: Collection[str],
    after: int,
    text: str,
    *,
    countries: Countries,
    clock: IReactorTime,
) -> Found:
    """The next page of those on ``mounts``; with ``text`` only those whom it fits."""
    if not text:
        page = _page(station.listeners(mounts, after, PAGE + 1))
        page.countries.update(await countries.of(one.client.address for one in page.listeners))
        return page
    wanted, found = text.casefold(), Found()
    while True:
        seen = station.listeners(mounts, after, SLICE)
        places = await countries.of(one.client.address for one in seen)
        for listener in seen:
            after = listener.id
            found.looked_at += 1
            country = places.get(listener.client.address)
            if _fits(listener, country, wanted):
                found.listeners.append(listener)
                if country is not None:
                    found.countries[listener.client.address] = country
                if len(found.listeners) == PAGE:
                    found.following = after
                    return found
        if len(seen) < SLICE:
            return found
        if found.looked_at >= LOOKED_AT_MAX:
            found.following, found.is_partial = after, True
            return found
        await deferLater(clock, 0)


def _page(seen: Sequence[ListenerSnapshot]) -> Found:
    shown = list(seen[:PAGE])
    return Found(shown, following=shown[-1].id if len(seen) > PAGE else 0)


def _fits(listener: ListenerSnapshot, country: Country | None, wanted: str) -> bool:
    if country is not None and (
        wanted == country.code.casefold() or wanted in country.name.casefold()
    ):
        return True
    client = listener.client
    told = (client.address, client.agent, listener.user)
    if any(wanted in text.casefold() for text in told):
        return True
    return wanted in agent_in_words(client.agent).casefold()
