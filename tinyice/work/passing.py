"""A child that goes over to another process with its server, and runs on meanwhile.

What it has said is in its pipes until somebody reads it. Its life hangs on its
lifeline (``childside.py``), which goes over, too: it can't outlive whoever has it.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tinyice.work.adopted import AdoptedProcess, let_go_of_pipes, unsent_through

PIPES = 3
PARTS = PIPES + 2
"""So many descriptors belong to it: three pipes, a pidfd, and the lifeline."""


@dataclass(frozen=True, slots=True)
class FrozenChild:
    """``held``: of a frame that is not complete; ``unsent``: what is still to be written to it."""

    pid: int
    held: bytes
    unsent: bytes


class Piped(Protocol):
    """A process, as a transport: Twisted's, or an adopted one."""

    pid: int | None

    @property
    def pipes(self) -> dict[int, Any]:
        """Our ends of its pipes, by their numbers there."""


@dataclass(frozen=True, slots=True)
class LeavingChild:
    """A child as it goes over, with copies of its descriptors, which are the receiver's.

    ``let_go`` is called when the other process has it.
    """

    frozen: FrozenChild
    descriptors: Sequence[int]
    let_go: Callable[[], object]


def leaving(process: Piped, lifeline: int, held: bytes) -> LeavingChild | None:
    """The child behind ``process``; None: it can't go over."""
    pipes = process.pipes
    if process.pid is None or len(pipes) != PIPES:
        return None
    try:
        watch = os.pidfd_open(process.pid)
    except OSError:
        return None

    def let_go() -> None:
        if isinstance(process, AdoptedProcess):
            process.let_go()
        else:
            let_go_of_pipes(pipes)

    copies = [os.dup(pipes[name].fileno()) for name in range(PIPES)]
    frozen = FrozenChild(process.pid, held, unsent_through(pipes[0]))
    return LeavingChild(frozen, [*copies, watch, os.dup(lifeline)], let_go)
