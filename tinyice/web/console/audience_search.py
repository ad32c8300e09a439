"""Some of those who listen: a page of them, or those whom a word fits.

A page costs what it shows. A search looks at listeners in slices, between which
the audio has its turn, and stops after a few thousand: it says how far it came,
and the next one goes on there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from tinyice.core.snapshots import ListenerSnapshot
from tinyice.web.agents import agent_in_words
from tinyice.web.api.services import Station

PAGE = 100
SLICE = 250
LOOKED_AT_MAX = 5000


@dataclass(slots=True)
class Found:
    """Some listeners, by their numbers.

    ``following`` is the number behind which the next page begins, 0: there is none.
    ``looked_at`` counts those that a search has seen; ``is_partial``: it was ended before
    it had seen enough for a page.
    """

    listeners: list[ListenerSnapshot] = field(default_factory=list)
    following: int = 0
    looked_at: int = 0
    is_partial: bool = False


async def find_listeners(
    station: Station, mounts: Collection[str], after: int, text: str, *, clock: IReactorTime
) -> Found:
    """The next page of those on ``mounts``; with ``text`` only those whom it fits."""
    if not text:
        return _page(station.listeners(mounts, after, PAGE + 1))
    wanted, found = text.casefold(), Found()
    while True:
        seen = station.listeners(mounts, after, SLICE)
        for listener in seen:
            after = listener.id
            found.looked_at += 1
            if _fits(listener, wanted):
                found.listeners.append(listener)
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


def _fits(listener: ListenerSnapshot, wanted: str) -> bool:
    client = listener.client
    told = (client.address, client.agent, listener.user)
    if any(wanted in text.casefold() for text in told):
        return True
    return wanted in agent_in_words(client.agent).casefold()
