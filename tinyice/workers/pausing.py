"""A worker that halts: nobody is served, so that another process may take everyone over.

Rules of this file:

- who waits for an answer from the main process, or is on the way to another feed,
  is brought to an end first: only then is it known where everyone stands;
- once that is told, nothing moves: what the main process says meanwhile is kept,
  and carried out when it says that the worker goes on.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from tinyice.workers import messages as say
from tinyice.workers.feed import SharedFeed
from tinyice.workers.player import Player


class Tell(Protocol):
    """The way to the main process."""

    def __call__(self, message: say.Message, descriptor: int | None = None) -> None:
        """Say ``message``, and pass ``descriptor`` with it."""


class Pausing:
    """Whether this worker serves its players; ``carry_out`` does what is said to it."""

    def __init__(
        self,
        players: Mapping[int, Player],
        feeds: Mapping[int, SharedFeed],
        carry_out: Callable[[say.Message], None],
        tell: Tell,
    ) -> None:
        self._players = players
        self._feeds = feeds
        self._carry_out = carry_out
        self._tell = tell
        self._kept: list[say.Message] = []
        self._is_told = False
        self.is_on = False
        """Whether nobody gets anything new."""

    def begin(self) -> None:
        """Serve nobody from now on."""
        self.is_on = True

    def keeps(self, message: say.Message) -> bool:
        """Whether ``message`` has to wait, or was about this."""
        if not self._is_told or isinstance(message, say.Stop):
            return False
        if isinstance(message, say.GoOn):
            self._end()
        else:
            self._kept.append(message)
        return True

    def look(self) -> None:
        """Tell where everyone stands, once everyone stands somewhere."""
        if not self.is_on or self._is_told:
            return
        if any(feed.is_asking for feed in self._feeds.values()):
            return
        if any(player.listener.feed is None for player in self._players.values()):
            return
        self._is_told = True
        for number, player in tuple(self._players.items()):
            self._tell_of(number, player)
        self._tell(say.Halted())

    def _tell_of(self, number: int, player: Player) -> None:
        listener = player.listener
        pending = b"".join(listener.pending)
        if len(pending) > say.PREFIX_MAX:
            player.lose(too_slow=True)
            return
        held = say.Held(
            number,
            listener.position,
            listener.bytes_out,
            listener.jumps,
            listener.jumps_in_a_row,
            pending,
        )
        self._tell(held, player.sleep())

    def _end(self) -> None:
        self.is_on = self._is_told = False
        kept, self._kept = self._kept, []
        for player in self._players.values():
            player.wake()
        for message in kept:
            self._carry_out(message)
