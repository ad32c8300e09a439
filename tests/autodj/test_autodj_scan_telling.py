"""What is known of a library is told to the child in portions, of which one is on its way."""

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.error import ProcessDone
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from tinyice.autodj.librarian_messages import (
    MAX_TO_LIBRARIAN,
    TO_LIBRARIAN,
    Found,
    Go,
    Heard,
    Known,
    Piece,
    Scan,
    ToLibrarian,
    to_librarian,
)
from tinyice.autodj.scan import PAGE, RunningScan
from tinyice.core.tracks import FileState, Track
from tinyice.work.frames import Frame, FrameReader

FILES = [FileState(f"{number:06}.mp3", 1, 2) for number in range(3 * PAGE + 5)]


class Pipe:
    """The child's end of the pipes, held by the test; it is its own spawner."""

    pid = 7

    def __init__(self) -> None:
        self._reader = FrameReader(frozenset(TO_LIBRARIAN), max_payload=MAX_TO_LIBRARIAN)
        self._protocol: Any = None
        self.told: list[ToLibrarian] = []
        self.is_paused = False

    def spawnProcess(self, protocol: ProcessProtocol, *_words: object) -> None:
        self._protocol = protocol
        self._protocol.makeConnection(self)

    def write(self, data: bytes) -> None:
        self.told += map(to_librarian, self._reader.feed(data))

    def say(self, *frames: Frame) -> None:
        self._protocol.outReceived(b"".join(frame.encoded() for frame in frames))

    def end(self) -> None:
        ending = Failure(ProcessDone(0))  # type: ignore[no-untyped-call]
        self._protocol.processEnded(ending)

    def pauseProducing(self) -> None:
        self.is_paused = True

    def resumeProducing(self) -> None:
        self.is_paused = False

    def closeStdin(self) -> None: ...  # noqa: N802

    def signalProcess(self, _name: str) -> None: ...  # noqa: N802


class Shelf:
    """A library of ``FILES``; ``asked`` counts the portions, ``put`` what was written."""

    def __init__(self) -> None:
        self.asked = 0
        self.written = 0

    async def known(self, _root: str, after: str, limit: int) -> list[FileState]:
        self.asked += 1
        return [each for each in FILES if each.path > after][:limit]

    async def put(self, _root: str, tracks: Sequence[Track]) -> None:
        self.written += len(tracks)

    async def remove(self, _root: str, paths: Sequence[str]) -> None: ...


class Telling:
    """A scan that has begun."""

    def __init__(self) -> None:
        self.pipe, self.shelf = Pipe(), Shelf()
        self.clock = Clock()
        spawner: Any = self.pipe
        self.scan = RunningScan(
            Scan("/music", ["/music"], [Piece("")]),
            self.shelf,
            {},
            spawner=spawner,
            clock=self.clock,
        )
        self.scan.start()

    @property
    def known(self) -> int:
        return sum(len(each.files) for each in self.pipe.told if isinstance(each, Known))


def test_the_next_portion_comes_when_one_was_heard() -> None:
    telling = Telling()
    for portion in range(1, 5):
        assert telling.shelf.asked == portion
        assert telling.known == min(portion * PAGE, len(FILES))
        assert Go() not in telling.pipe.told
        telling.pipe.say(Heard().framed())
    assert telling.pipe.told[-1] == Go()
    assert telling.known == len(FILES)


@pytest.mark.parametrize("heard", [0, 2])
def test_a_child_that_ends_meanwhile_is_told_no_more(heard: int) -> None:
    telling = Telling()
    for _ in range(heard):
        telling.pipe.say(Heard().framed())
    ended: list[object] = []
    telling.scan.done.addCallback(ended.append)
    telling.pipe.end()
    assert len(ended) == 1
    assert telling.shelf.asked == heard + 1
    assert not telling.clock.getDelayedCalls()


def test_who_hears_what_was_not_said_does_no_harm() -> None:
    telling = Telling()
    telling.pipe.say(*[Heard().framed()] * 6, Found([Track("a.mp3")]).framed())
    assert telling.known == len(FILES)
    assert telling.shelf.written == 1
    assert not telling.pipe.is_paused
