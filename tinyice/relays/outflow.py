"""What is on its way to a server that is fed: whole units, and never more than so many bytes.

Rules of this file:

- it begins at a sync point, with the stream headers in force there;
- what the other side takes too slowly waits; when too much waits, all of that is
  left out, and the stream goes on with what is new, at a sync point again;
- nothing here waits for anybody, and the mount never notices.
"""

from collections import deque
from collections.abc import Callable

from tinyice.core.backlog import cut
from tinyice.formats.base import Chunk
from tinyice.relays.push_frozen import FrozenFlow


class Outflow:
    """Gives chunks to ``write``, while that may be called."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._waiting: deque[Chunk] = deque()
        self._is_entered = False
        self._headers = b""
        self.waiting_bytes = 0
        self.bytes_out = 0
        self.left_out = 0
        """Bytes that the other side never got, because it was too slow."""
        self.is_paused = False

    def take(self, chunk: Chunk, headers: bytes, limit: int) -> None:
        """The next chunk of the programme; ``headers`` are in force before it.

        No more than ``limit`` bytes wait.
        """
        if self._waiting and self.waiting_bytes + len(chunk.data) > limit:
            self._leave_out()
        if not self._is_entered:
            if not chunk.sync_points:
                return
            self._is_entered = True
            chunk = cut(chunk, chunk.sync_points[0])
            if headers and headers != self._headers:
                self._give(Chunk(headers, headers=headers))
        self._give(chunk)

    def pause(self) -> None:
        """The other side takes nothing now."""
        self.is_paused = True

    def go_on(self) -> None:
        """It takes more."""
        self.is_paused = False
        while self._waiting and not self.is_paused:
            chunk = self._waiting.popleft()
            self.waiting_bytes -= len(chunk.data)
            self._send(chunk)

    def drop(self) -> None:
        """What still waits will never go out."""
        if self._waiting:
            self._leave_out()

    def freeze(self, unsent: bytes) -> FrozenFlow:
        """The same for another process; ``unsent`` was written, and is not with the system yet."""
        headers = self._headers
        for chunk in self._waiting:
            headers = headers if chunk.headers is None else chunk.headers
        waiting = b"".join(chunk.data for chunk in self._waiting)
        return FrozenFlow(
            unsent=unsent + waiting,
            headers=headers,
            is_entered=self._is_entered,
            bytes_out=self.bytes_out + len(waiting),
            left_out=self.left_out,
        )

    def thaw(self, state: FrozenFlow) -> None:
        """Go on from there; of one through which nothing went yet."""
        self._headers, self._is_entered = state.headers, state.is_entered
        self.bytes_out, self.left_out = state.bytes_out, state.left_out
        if state.unsent:
            self._write(state.unsent)

    def _give(self, chunk: Chunk) -> None:
        if self.is_paused:
            self._waiting.append(chunk)
            self.waiting_bytes += len(chunk.data)
        else:
            self._send(chunk)

    def _send(self, chunk: Chunk) -> None:
        if chunk.headers is not None:
            self._headers = chunk.headers
        self.bytes_out += len(chunk.data)
        self._write(chunk.data)

    def _leave_out(self) -> None:
        self.left_out += self.waiting_bytes
        self._waiting.clear()
        self.waiting_bytes = 0
        self._is_entered = False
