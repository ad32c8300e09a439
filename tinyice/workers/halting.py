"""Workers that are to serve nobody for a moment, so that another process takes everyone over."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from twisted.internet.defer import Deferred

from tinyice.workers.away import Away
from tinyice.workers.link import Link
from tinyice.workers.messages import Held


@dataclass(frozen=True, slots=True)
class HeldAway:
    """A listener that is away, where it stands there, and a descriptor of its connection."""

    away: Away
    where: Held
    descriptor: int


class WorkerFell(Exception):
    """A worker has ended, or could not tell of a listener; the text says which."""


class Halting:
    """The workers of ``links``, from the word that they halt until they go on."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._links = list(links)
        self._waiting = set(self._links)
        self._found: list[tuple[Link, HeldAway]] = []
        self._done: Deferred[None] = Deferred()
        for link in self._links:
            link.halt()
        if not self._waiting:
            self._done.callback(None)

    def when_done(self) -> Deferred[None]:
        """Fires once, when all have told; fails with WorkerFell."""
        return self._done

    @property
    def listeners(self) -> tuple[HeldAway, ...]:
        """Those who were told of, and are there still."""
        return tuple(
            one for link, one in self._found if link.away.get(one.where.listener) is one.away
        )

    def held(self, link: Link, away: Away | None, where: Held, descriptor: int | None) -> None:
        """``link`` tells where a listener stands."""
        if descriptor is None:
            self._fail(f"there is no room for the connections of worker {link.number}")
        elif away is None:
            os.close(descriptor)
        else:
            self._found.append((link, HeldAway(away, where, descriptor)))

    def halted(self, link: Link) -> None:
        """``link`` has told of everyone."""
        self._waiting.discard(link)
        if not self._waiting and not self._done.called:
            self._done.callback(None)

    def lost(self, link: Link) -> None:
        """``link``'s process is no more."""
        if link in self._links:
            self._links.remove(link)
            self._fail(f"worker {link.number} has ended")

    def end(self) -> None:
        """Let them go on."""
        self.forget()
        for link in self._links:
            link.go_on()

    def forget(self) -> None:
        """Close the descriptors that were given."""
        for _, one in self._found:
            os.close(one.descriptor)
        self._found.clear()

    def _fail(self, fault: str) -> None:
        if not self._done.called:
            self._done.errback(WorkerFell(fault))
