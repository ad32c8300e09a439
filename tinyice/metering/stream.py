"""The audio of one thing on its way to a process that measures it."""

from typing import Protocol

from twisted.internet.defer import Deferred

from tinyice.codec.meter_link import Heard
from tinyice.core.backlog import cut
from tinyice.formats.base import Chunk, FormatKind


class Link(Protocol):
    """A process that measures, as ``MeterLink`` has one."""

    left_out: int
    """Bytes that were too much for the process."""

    @property
    def is_ready(self) -> bool:
        """Whether streams can begin."""

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""

    def start(self) -> None:
        """Begin, once."""

    def stop(self) -> Deferred[None]:
        """End; fires when the process is no more."""

    def begin(self, kind: str, heard: Heard) -> int:
        """Measure a stream of that family from now on; gives its number."""

    def give(self, number: int, data: bytes) -> bool:
        """The next bytes of that stream; False: there is no room, or no such stream."""

    def end(self, number: int) -> None:
        """That stream is over."""

    def sweep(self, now: float) -> None:
        """Once a second."""


class Stream:
    """Gives chunks to ``link``, from a place on where one may begin; ``mount`` is for people.

    What there is no room for is left out, and then it begins anew.
    """

    def __init__(self, mount: str, heard: Heard) -> None:
        self.mount = mount
        self.link: Link | None = None
        self.number: int | None = None
        """What the process knows it by; None: it has not begun."""
        self._heard = heard
        self._kind: FormatKind | None = None
        self._headers = b""

    @property
    def kind(self) -> FormatKind | None:
        """Which family of streams it is of; None: of none yet."""
        return self._kind

    def begin(self, kind: FormatKind, headers: bytes) -> None:
        """The chunks from here on are another stream, with these headers in force before them."""
        self.end()
        self._kind, self._headers = kind, headers

    def take(self, chunk: Chunk) -> None:
        """The next one."""
        if self.number is None:
            self._enter(chunk)
        elif self._is_another(chunk) or not self._give(chunk.data):
            self._let_go()
        if chunk.headers is not None:
            self._headers = chunk.headers

    def end(self) -> None:
        """Nothing more comes for now."""
        self._let_go()
        self._kind = None

    def forget(self) -> None:
        """The process is no more."""
        self.number = None

    def _enter(self, chunk: Chunk) -> None:
        link, kind = self.link, self._kind
        if link is None or not link.is_ready or kind in (None, FormatKind.RAW):
            return
        if not chunk.sync_points:
            return
        self.number = link.begin(kind.value, self._heard)
        self._give(self._headers + cut(chunk, chunk.sync_points[0]).data)

    def _is_another(self, chunk: Chunk) -> bool:
        """Whether ``chunk`` begins a stream in the middle, and a decoder can't follow."""
        return self._kind is FormatKind.MATROSKA and chunk.headers is not None

    def _give(self, data: bytes) -> bool:
        if self.link is None or self.number is None:
            return False
        return self.link.give(self.number, data)

    def _let_go(self) -> None:
        if self.link is not None and self.number is not None:
            self.link.end(self.number)
        self.number = None
