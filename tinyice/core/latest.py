"""What each mount had last: when its title began, and the source that went. A sink of the hub."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import TypeVar

from tinyice.core.clients import Client
from tinyice.core.events import Event, SourceConnected, SourceDisconnected, TagsChanged
from tinyice.formats.frozen import State

MOUNTS_MAX = 1000
"""Of so many mounts something is remembered; sources can make up any number of them."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Lost:
    """The source that a mount had last, and when and why it ended."""

    at: datetime
    kind: str
    client: Client
    reason: str


class Latest:
    """Remembers, for the mounts that something happened to last."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._titles: dict[str, datetime] = {}
        self._lost: dict[str, Lost] = {}

    def __call__(self, event: Event) -> None:
        """Remember ``event``, if it is about a title or a source."""
        if isinstance(event, TagsChanged):
            _keep(self._titles, event.mount, self._now())
        elif isinstance(event, SourceDisconnected):
            lost = Lost(self._now(), event.kind, event.client, event.reason)
            _keep(self._lost, event.mount, lost)
            self._titles.pop(event.mount, None)
        elif isinstance(event, SourceConnected):
            self._lost.pop(event.mount, None)

    def title_since(self, mount: str) -> datetime | None:
        """When the title that ``mount`` plays was told; None: its source told none."""
        return self._titles.get(mount)

    def freeze(self) -> State:
        """What is remembered, for another process; see ``formats/frozen.py``."""
        lost = {
            mount: [one.at.isoformat(), one.kind, list(astuple(one.client)), one.reason]
            for mount, one in self._lost.items()
        }
        return {"titles": {m: at.isoformat() for m, at in self._titles.items()}, "lost": lost}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._titles = {m: datetime.fromisoformat(at) for m, at in state["titles"].items()}
        self._lost = {
            mount: Lost(datetime.fromisoformat(at), kind, Client(*client), reason)
            for mount, (at, kind, client, reason) in state["lost"].items()
        }

    def lost(self, mount: str) -> Lost | None:
        """The source that ended on ``mount``, while no other came."""
        return self._lost.get(mount)


def _keep(kept: dict[str, V], mount: str, value: V) -> None:
    kept.pop(mount, None)
    kept[mount] = value
    if len(kept) > MOUNTS_MAX:
        del kept[next(iter(kept))]
