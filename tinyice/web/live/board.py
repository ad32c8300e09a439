"""What is true now, key by key, and since when: from it follows what anybody has missed.

Rules of this file:

- a subscriber is one number, the sequence up to which it knows everything; what
  it is sent is what has changed since, as it is now. However long it was away,
  it gets each thing once, and nothing is kept for it;
- the sequence grows by one with each picture that differs from the one before;
- what has ended stays as a ``gone`` for a while. Of who was away for longer it
  is not known what it believes, so that it begins anew.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from msgspec import Struct

from tinyice.web.live.documents import Gone
from tinyice.web.live.frames import frame
from tinyice.web.live.scope import Interest, Key, Side

GONE_MAX = 500
"""So many ends are remembered."""

_ENDS = frozenset({"mount", "title"})
"""Events whose end is told."""

_RANKS = {"station": 0, "mount": 1, "title": 1, "trend": 2, "studio": 2, "happened": 3}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is true of ``key`` since ``sequence``, and the event that says so."""

    key: Key
    sequence: int
    document: Struct
    frame: bytes

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        return isinstance(self.document, Gone)

    @property
    def rank(self) -> tuple[int, str, int]:
        """Where it stands among others: what happened comes after what is."""
        key = self.key
        mount = "" if key.event == "happened" else key.mount
        return _RANKS[key.event], mount, key.number


class Board:
    """The last picture of the station, as events."""

    def __init__(self) -> None:
        self.sequence = 0
        self.rendered = 0
        """How many events were made into bytes so far."""
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._gone: OrderedDict[Key, None] = OrderedDict()
        self._forgotten = 0

    def told(self, key: Key) -> Struct | None:
        """What the board says of ``key``."""
        entry = self._entries.get(key)
        return None if entry is None else entry.document

    def renew(self, documents: Mapping[Key, Struct], sides: Collection[Side]) -> None:
        """From now on these are true, and nothing else of those ``sides``."""
        coming = self.sequence + 1
        for key, document in documents.items():
            if self.told(key) != document:
                self._put(key, document, coming)
        for key in self._entries.keys() - documents.keys():
            if key.scope.side in sides:
                self._end(key, coming)

    def knows(self, sequence: int) -> bool:
        """Whether it can be told what has changed since."""
        return self._forgotten <= sequence <= self.sequence

    def since(self, sequence: int, interest: Interest) -> list[bytes]:
        """The events that somebody misses who knows everything up to ``sequence``."""
        missed = [entry for entry in self._newer(sequence) if interest.wants(entry.key)]
        return [entry.frame for entry in sorted(missed, key=lambda entry: entry.rank)]

    def everything(self, interest: Interest) -> list[Entry]:
        """All that is true now."""
        wanted = (entry for entry in self._entries.values() if interest.wants(entry.key))
        return sorted(
            (entry for entry in wanted if not entry.is_gone), key=lambda entry: entry.rank
        )

    def _newer(self, sequence: int) -> Iterator[Entry]:
        for entry in reversed(self._entries.values()):
            if entry.sequence <= sequence:
                return
            yield entry

    def _put(self, key: Key, document: Struct, sequence: int) -> None:
        event = "gone" if isinstance(document, Gone) else key.event
        self._entries[key] = Entry(key, sequence, document, frame(event, document))
        self._entries.move_to_end(key)
        self._gone.pop(key, None)
        self.sequence = sequence
        self.rendered += 1

    def _end(self, key: Key, sequence: int) -> None:
        if key in self._gone:
            return
        if key.event not in _ENDS:
            del self._entries[key]
            return
        self._put(key, Gone(mount=key.mount), sequence)
        self._gone[key] = None
        if len(self._gone) > GONE_MAX:
            oldest, _ = self._gone.popitem(last=False)
            self._forgotten = self._entries.pop(oldest).sequence
