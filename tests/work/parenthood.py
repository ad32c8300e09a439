"""The parent's side of the child processes of these tests."""

import os
from collections.abc import Callable
from pathlib import Path

from twisted.internet.defer import Deferred

from tinyice.work.children import ChildCommand, Ending
from tinyice.work.environment import child_environment
from tinyice.work.frames import Frame

TESTS = str(Path(__file__).parents[1])


def command_for(behaviour: str, *, has_lifeline: bool = False) -> ChildCommand:
    """The child process of the tests."""
    environment = child_environment({**os.environ, "PYTHONPATH": TESTS})
    return ChildCommand("work.frame_child", (behaviour,), environment, has_lifeline=has_lifeline)


class Family:
    """A user of a child who keeps everything, and can be waited for."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.endings: list[Ending] = []
        self._waiters: list[tuple[Callable[[], bool], Deferred[None]]] = []

    def frame_received(self, frame: Frame) -> None:
        self.frames.append(frame)
        self._look()

    def child_ended(self, ending: Ending) -> None:
        self.endings.append(ending)
        self._look()

    def when(self, condition: Callable[[], bool]) -> Deferred[None]:
        """Fires as soon as ``condition`` holds after something came."""
        waiter: Deferred[None] = Deferred()
        self._waiters.append((condition, waiter))
        self._look()
        return waiter

    def _look(self) -> None:
        ready = [waiter for condition, waiter in self._waiters if condition()]
        self._waiters = [(c, w) for c, w in self._waiters if w not in ready]
        for waiter in ready:
            waiter.callback(None)
