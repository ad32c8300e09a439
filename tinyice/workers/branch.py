"""One feed of the main process, as the workers know it."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tinyice.core.feed import Feed
from tinyice.core.mount import Mount
from tinyice.core.ring import Memory
from tinyice.workers import messages as say
from tinyice.workers.shared import SharedMemory

if TYPE_CHECKING:
    from tinyice.workers.link import Link


class SharedBranch:
    """``core.feed.Branch``: tells those workers of the feed that have listeners of it."""

    def __init__(
        self, number: int, mount: Mount, feed: Feed, *, forget: Callable[[int], object]
    ) -> None:
        self.number = number
        self.feed = feed
        self._forget = forget
        self._low_latency = mount.settings.low_latency
        self._told: dict[Link, Memory] = {}

    def show(self, link: "Link") -> bool:
        """Let ``link`` read the ring as it is now; False where it can't be shared."""
        memory = self.feed.ring.memory
        if not isinstance(memory, SharedMemory):
            return False
        if self._told.get(link) is memory:
            return True
        try:
            descriptor = os.dup(memory.descriptor)
        except OSError as error:
            # It can't follow, and would give its listeners nothing any more.
            if link in self._told:
                link.fail(f"could not be shown a larger ring: {error.strerror}")
            return False
        self._told[link] = memory
        link.say(say.Open(self.number, self.feed.ring.capacity, self._low_latency), descriptor)
        return True

    def update(self) -> None:
        """The ring may have grown: nobody is told of an offset that it can't see."""
        for link in tuple(self._told):
            self.show(link)

    def forget(self, link: "Link") -> None:
        """``link``'s process is gone."""
        self._told.pop(link, None)

    def hurry(self) -> None:
        """``Branch.hurry``."""
        self.update()
        self._say(say.Hurry(self.number))

    def ended(self, until: int) -> None:
        """``Branch.ended``."""
        self.update()
        self._say(say.End(self.number, until))

    def retired(self) -> None:
        """``Branch.retired``."""
        self._say(say.Shut(self.number))
        self._told.clear()
        self._forget(self.number)

    def _say(self, message: say.Message) -> None:
        for link in self._told:
            link.say(message)
