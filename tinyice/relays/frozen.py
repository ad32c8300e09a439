"""Relays as values that another process can go on from; see ``formats/frozen.py``.

The descriptor of each goes beside them. Monotonic seconds are those of the
machine, and the same in every process.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tinyice.core.frozen import FrozenSource
from tinyice.core.source import Source
from tinyice.formats.frozen import State


@dataclass(frozen=True, slots=True)
class FrozenSession:
    """A session that feeds its mount.

    ``upstream``: its whole address; ``held_until``: when it is read again, if it is
    too far ahead.
    """

    upstream: str = field(repr=False)
    looks: bool
    stream: State
    source: FrozenSource
    tags: list[str] | None
    held_until: float | None


@dataclass(frozen=True, slots=True)
class FrozenRelay:
    """A relay on air: since when, and with which session."""

    mount: str
    since: float
    connected_at: datetime | None
    session: FrozenSession


@dataclass(frozen=True, slots=True)
class Leaving:
    """A relay as it goes over: its source here, the descriptor of its connection, its end here.

    ``let_go`` is called when the other process has it.
    """

    frozen: FrozenRelay
    source: Source
    descriptor: int
    let_go: Callable[[], object]
