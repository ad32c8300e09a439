"""A stand-in for the reactor's thread: what workers deliver runs when the test takes it."""

from collections.abc import Callable
from queue import Queue

WITHIN_S = 10.0


class Mailbox:
    """``deliver`` for workers; the test's thread runs what came."""

    def __init__(self) -> None:
        self._letters: Queue[Callable[[], None]] = Queue()

    def deliver(self, letter: Callable[[], None]) -> None:
        """As ``reactor.callFromThread``."""
        self._letters.put(letter)

    def take(self, count: int = 1) -> None:
        """Run the next letters, waiting for each of them (bounded)."""
        for _ in range(count):
            self._letters.get(timeout=WITHIN_S)()

    def take_until(self, condition: Callable[[], bool]) -> None:
        """Run letters until ``condition`` holds."""
        while not condition():
            self.take()
