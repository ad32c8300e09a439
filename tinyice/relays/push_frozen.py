"""Pushes as values that another process can go on from; see ``formats/frozen.py``.

The descriptor of each goes beside them. Monotonic seconds are those of the
machine, and the same in every process.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FrozenFlow:
    """How far a stream has gone out. ``unsent`` bytes were on their way; ``headers`` are in force.

    ``is_entered``: the next chunk goes out, wherever it begins.
    """

    unsent: bytes = field(repr=False)
    headers: bytes = field(repr=False)
    is_entered: bool
    bytes_out: int
    left_out: int


@dataclass(frozen=True, slots=True)
class FrozenPush:
    """A push whose stream is taken. ``target`` and ``protocol`` must still be the same."""

    called: str
    mount: str
    target: str
    protocol: str
    since: float
    connected_at: datetime
    flow: FrozenFlow


@dataclass(frozen=True, slots=True)
class LeavingPush:
    """A push as it goes over: the descriptor of its connection, and its end here.

    ``let_go`` is called when the other process has it.
    """

    frozen: FrozenPush
    descriptor: int
    let_go: Callable[[], object]
