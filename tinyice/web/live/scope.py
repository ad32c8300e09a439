"""Who is told what: which mounts somebody may see, and which events they asked for."""

from dataclasses import dataclass
from typing import Literal, NamedTuple
from zlib import crc32

from tinyice.core.access.principal import Principal, Role

Side = Literal["public", "console"]
"""Which of the two descriptions of the station somebody gets."""


class Scope(NamedTuple):
    """What somebody may see. ``mounts`` None: every mount of that side."""

    side: Side
    mounts: frozenset[str] | None = None

    def sees(self, mount: str) -> bool:
        """Whether ``mount`` may be told; "" stands for the server itself."""
        return self.mounts is None or mount in self.mounts


PUBLIC = Scope("public")
CONSOLE = Scope("console")


class Key(NamedTuple):
    """What an event is about: of two with the same key, the later one holds.

    ``number`` tells apart what happened on the same mount. A tuple, because
    hundreds are looked up for each picture.
    """

    scope: Scope
    event: str
    mount: str = ""
    number: int = 0


STUDIO = "studio"
EXTRAS = frozenset({STUDIO})
"""Events that only those get who ask for them."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscriber wants of what it may see. ``mount`` "": of every mount.

    ``extras``: what it wants besides.
    """

    scope: Scope
    titles_only: bool = False
    mount: str = ""
    extras: frozenset[str] = frozenset()

    @property
    def studio(self) -> str:
        """The mount whose AutoDJ is looked at; "": none is."""
        return self.mount if STUDIO in self.extras else ""

    def wants(self, key: Key) -> bool:
        """Whether an event about ``key`` is for this subscriber."""
        if key.scope.side != self.scope.side:
            return False
        if key.event == "station":
            return not self.titles_only and key.scope == self.scope
        if self.mount and key.mount != self.mount:
            return False
        if key.event in EXTRAS:
            return key.event in self.extras and self.scope.sees(key.mount)
        return (key.event == "title") == self.titles_only and self.scope.sees(key.mount)

    @property
    def mark(self) -> str:
        """Differs where what is wanted differs: an id given to one means nothing to another."""
        seen = self.scope.mounts
        extras = sorted(self.extras)
        told = (self.scope.side, seen and sorted(seen), self.titles_only, self.mount, *extras)
        return f"{crc32(repr(told).encode('utf-8', 'replace')):08x}"


def scope_of(principal: Principal) -> Scope:
    """What ``principal`` may see in the console: their own mounts, or all."""
    return CONSOLE if principal.role is Role.SUPERADMIN else Scope("console", principal.mounts)
