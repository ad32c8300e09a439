"""Work beside other work in a child: each piece has a thread, and a queue of what it is to do.

As all of a child's end of the pipes, without Twisted. A thread ends with the process.
"""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

from tinyice.work.frames import Frame

T = TypeVar("T")


class Inbox(Generic[T]):
    """What a piece of work is brought, in order."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[T] = SimpleQueue()

    def put(self, item: T) -> None:
        """Bring ``item``; never waits."""
        self._queue.put(item)

    def take(self) -> T:
        """The next one; waits for it."""
        return self._queue.get()

    def take_now(self) -> T | None:
        """The next one, if it is here."""
        try:
            return self._queue.get_nowait()
        except Empty:
            return None


class Mouth:
    """Lets several threads say frames, each of them whole."""

    def __init__(self, say: Callable[[Frame], None]) -> None:
        self._say = say
        self._lock = Lock()

    def say(self, frame: Frame) -> None:
        """As the pipe's own way to send."""
        with self._lock:
            self._say(frame)


def do_beside(work: Callable[[], None], name: str) -> None:
    """Do ``work`` in a thread of its own from now on."""
    Thread(target=work, name=name, daemon=True).start()
