"""What each mount played last, newest first. A sink of the hub."""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from tinyice.core.events import Event, TagsChanged
from tinyice.core.tags import Tags
from tinyice.formats.frozen import State

KEPT = 20
MOUNTS_MAX = 1000
"""Of so many mounts titles are kept; sources can make up any number of them."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title, and when it began."""

    at: datetime
    tags: Tags


class Played:
    """The last titles of the mounts that had one last."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._titles: OrderedDict[str, deque[Title]] = OrderedDict()

    def __call__(self, event: Event) -> None:
        """Keep the title that ``event`` tells of; the same one again is no other."""
        if not isinstance(event, TagsChanged) or not event.tags.display:
            return
        kept = self._titles.setdefault(event.mount, deque(maxlen=KEPT))
        self._titles.move_to_end(event.mount)
        if not kept or kept[0].tags.display != event.tags.display:
            kept.appendleft(Title(self._now(), event.tags))
        if len(self._titles) > MOUNTS_MAX:
            self._titles.popitem(last=False)

    def freeze(self) -> State:
        """The titles of each mount, for another process; see ``formats/frozen.py``."""
        return {
            mount: [[title.at.isoformat(), *astuple(title.tags)] for title in titles]
            for mount, titles in self._titles.items()
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._titles.clear()
        for mount, titles in state.items():
            kept = (Title(datetime.fromisoformat(at), Tags(*tags)) for at, *tags in titles)
            self._titles[mount] = deque(kept, maxlen=KEPT)

    def of(self, mount: str) -> Sequence[Title]:
        """The titles of ``mount``, newest first: at most ``KEPT``, since the server's start."""
        return tuple(self._titles.get(mount, ()))
