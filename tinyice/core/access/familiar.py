"""Encoders that got in before, so that a lockout of their address spares them.

An office or a provider puts many behind one address. Whoever there guesses at
passwords, or leaves an encoder with an old one running, must not take the
station off the air when its own encoder reconnects. So a password that has fed
a mount from an address opens it from there during a lockout, too. Rules:

- it is for sources only; accounts wait like all others;
- it holds for that address alone: elsewhere a locked out guesser learns nothing
  from being let through, however fast the answer comes;
- there, it holds for a bounded number of refused tries: an encoder that comes
  back each second with an old password uses up less in a lockout, a guesser
  has no more than these;
- nothing of it outlives the process, and memory is bounded.
"""

from collections import OrderedDict

from tinyice.core.access.addresses import shared_by

KNOWN_MAX = 1024
"""How many pairs of address and password are known."""

TRIES_MAX = 1000
"""Refused tries during one lockout after which nobody is spared any more."""


class Familiar:
    """Which passwords (by their hashes) fed a mount from which address."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._tries: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def note(self, address: str, hashed: str) -> None:
        """A source at ``address`` got in with the password of this hash."""
        pair = (shared_by(address), hashed)
        self._known[pair] = None
        self._known.move_to_end(pair)
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    def is_spared(self, address: str, hashed: str, until: float) -> bool:
        """Whether this password opens though ``address`` is locked out ``until`` then."""
        key = shared_by(address)
        return (key, hashed) in self._known and self._tries_in(key, until) < TRIES_MAX

    def note_refused(self, address: str, until: float) -> None:
        """A try was refused during the lockout that ends then."""
        key = shared_by(address)
        self._tries[key] = (until, self._tries_in(key, until) + 1)
        self._tries.move_to_end(key)
        if len(self._tries) > KNOWN_MAX:
            self._tries.popitem(last=False)

    def _tries_in(self, key: str, until: float) -> int:
        counted_for, tries = self._tries.get(key, (until, 0))
        return tries if counted_for == until else 0
