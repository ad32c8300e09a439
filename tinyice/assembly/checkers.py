"""The threads that check passwords, as many as the configuration wants."""

from collections.abc import Callable

from tinyice.config.model import Config
from tinyice.work.threads import Worker

DRAIN_S = 60.0
"""For so long a thread that is not wanted any more may go on with what waits for it."""


class Checkers:
    """Threads, each with a queue. ``make`` gives one by its name and what may wait for it."""

    def __init__(self, config: Config, make: Callable[[str, int], Worker]) -> None:
        self.workers: list[Worker] = []
        """Those that take work; the list is one and the same all the time."""
        self._make = make
        self._room = 0
        self.follow(config, config)

    @property
    def room(self) -> int:
        """How many passwords may wait."""
        return self._room * len(self.workers)

    def follow(self, _before: Config, after: Config) -> None:
        """Have as many threads as ``after`` wants, each with so much room."""
        self._room = after.password_queue
        for worker in self.workers:
            worker.limit = after.password_queue
        while len(self.workers) < after.password_workers:
            self.workers.append(self._make("passwords", after.password_queue))
        while len(self.workers) > after.password_workers:
            self.workers.pop().stop(DRAIN_S)
