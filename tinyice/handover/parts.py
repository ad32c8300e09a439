"""Parts of the station that go over with what is open: processes, ports, connections.

What they are made of only they know: here each is some bytes, and descriptors.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tinyice.core.frozen import FrozenSource
from tinyice.core.mount import Mount
from tinyice.core.source import Source


@dataclass(frozen=True, slots=True)
class Feeding:
    """A part that feeds ``mount``, by this source."""

    mount: str
    source: Source


@dataclass(frozen=True, slots=True)
class LeavingPart:
    """A part as it goes over.

    ``lent`` stays in use here until ``let_go``, of ``given`` nobody here knows any more.
    """

    state: bytes = field(repr=False)
    lent: Sequence[int] = ()
    given: Sequence[int] = ()
    feeding: Feeding | None = None
    let_go: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Returning:
    """The source that a part had, and ``begin``: the way onto its mount."""

    source: FrozenSource
    begin: Callable[[Source], Mount]


@dataclass(frozen=True, slots=True)
class ArrivingPart:
    """A part that goes on here. The descriptors are its own: first what was lent, then given."""

    state: bytes = field(repr=False)
    descriptors: Sequence[int] = ()
    feeding: Returning | None = None


class Travelling(Protocol):
    """Who has such parts."""

    def leaving(self) -> Sequence[LeavingPart]:
        """Those that can go over."""

    def take_over(self, arriving: Sequence[ArrivingPart]) -> None:
        """Let those go on; descriptors that nobody wants are closed."""
