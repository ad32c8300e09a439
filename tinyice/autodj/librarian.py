"""The librarian child: ``python -m tinyice.autodj.librarian``.

Reads tags and covers for the server, so that no file, however it is made and wherever it
lies, holds up the audio. It does one thing at a time, and ends when the server does.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType

from tinyice.autodj.bounds import OUTSIDE, Bounds, is_within
from tinyice.autodj.covers import cover_beside, cover_in
from tinyice.autodj.librarian_messages import (
    MAX_TO_LIBRARIAN,
    TO_LIBRARIAN,
    Found,
    Go,
    Gone,
    Heard,
    Known,
    Look,
    Looked,
    Picture,
    Piece,
    Scan,
    Scanned,
    ToLibrarian,
    Wanted,
    to_librarian,
)
from tinyice.autodj.named import looked_at
from tinyice.autodj.small_covers import for_pages
from tinyice.autodj.tags import read_track
from tinyice.autodj.walking import TOLD_MAX, Seen, Walk
from tinyice.core.tracks import Track
from tinyice.work.behind import live_behind
from tinyice.work.childside import (
    ParentGone,
    ParentPipe,
    live_as_child,
    live_within_memory,
    standard_pipe,
)
from tinyice.work.frames import Frame, FrameReader

BATCH = 200
BATCH_S = 1.0
"""What was found is told after so many files, or so long."""

FILE_S = 20.0
"""A file that takes longer is left alone."""

FOLDERS_TOLD = 20_000


class Librarian:
    """Answers what comes through ``pipe``."""

    def __init__(self, pipe: ParentPipe) -> None:
        self._pipe = pipe
        self._scan: Scan | None = None
        self._known: dict[str, tuple[int, int]] = {}

    def run(self) -> None:
        """Answer until the parent is gone."""
        while True:
            for frame in self._pipe.receive(None):
                self._answer(to_librarian(frame))

    def _answer(self, message: ToLibrarian) -> None:
        match message:
            case Scan():
                self._scan, self._known = message, {}
            case Known():
                self._known.update(
                    (each.path, (each.size, each.mtime_ns)) for each in message.files
                )
                self._pipe.send(Heard().framed())
            case Go() if self._scan is not None:
                scanning = Scanning(self._scan, self._known, self._pipe.send)
                self._scan, self._known = None, {}
                scanning.run()
            case Wanted():
                self._pipe.send(Picture(message.request, self._cover(message)).framed())
            case Look():
                self._pipe.send(Looked(_looked_at(message)).framed())

    def _cover(self, wanted: Wanted) -> bytes:
        bounds = Bounds(wanted.bounds)
        whole = f"{wanted.root}/{wanted.path}"
        if not bounds.admits_in_worker(whole):
            return b""
        try:
            with at_most(FILE_S):
                picture = cover_in(whole) or cover_beside(whole, bounds)
        except TooSlow:
            return b""
        return for_pages(picture) if wanted.is_small else picture


class Scanning:
    """One scan: what is not as it is ``known`` is read, and told through ``send``."""

    def __init__(
        self, scan: Scan, known: dict[str, tuple[int, int]], send: Callable[[Frame], None]
    ) -> None:
        self._order = scan
        self._known = known
        self._send = send
        self._walk = Walk(scan.root, Bounds(scan.bounds))
        self._found: list[Track] = []
        self._told_at = 0.0
        self._read = 0
        self._broken = 0

    def run(self) -> None:
        """Do it, and say that it is done."""
        begun = time.monotonic()
        fault = self._fault()
        left = set(self._known)
        if not fault:
            # A folder is looked into once: what goes deep, and from high up, comes first.
            pieces = sorted(self._order.pieces, key=lambda each: (not each.deep, len(each.folder)))
            for piece in pieces:
                for seen in self._walk.below(piece.folder, deep=piece.deep):
                    left.discard(seen.path)
                    self._look(seen)
            self._tell()
            if self._walk.is_root_bare and self._known:
                fault = "there is nothing in the folder any more: perhaps its disk is not there"
            elif "" in self._walk.unread:
                fault = self._walk.unread[""]
        gone = [] if fault else self._gone(left)
        for start in range(0, len(gone), BATCH):
            self._send(Gone(gone[start : start + BATCH]).framed())
        unread = list(self._walk.unread.items())[:TOLD_MAX]
        seconds, folders = time.monotonic() - begun, self._walk.folders[:FOLDERS_TOLD]
        told = Scanned(
            self._walk.files,
            self._read,
            self._broken,
            len(gone),
            seconds,
            unread,
            folders,
            fault,
            is_all=not fault and Piece("") in self._order.pieces,
        )
        self._send(told.framed())

    def _fault(self) -> str:
        try:
            os.scandir(self._order.root).close()
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def _look(self, seen: Seen) -> None:
        before = self._known.get(seen.path)
        if before == (seen.size, seen.mtime_ns) and not self._order.again:
            return
        track = Track(seen.path, fault=seen.fault) if seen.fault else self._read_track(seen)
        has_cover = not track.fault and (track.has_cover or seen.has_cover_beside)
        known = replace(track, size=seen.size, mtime_ns=seen.mtime_ns, has_cover=has_cover)
        self._found.append(known)
        self._read += 1
        self._broken += bool(track.fault)
        if len(self._found) >= BATCH or time.monotonic() - self._told_at >= BATCH_S:
            self._tell()

    def _read_track(self, seen: Seen) -> Track:
        try:
            with at_most(FILE_S):
                return read_track(seen.path, seen.whole_path, assumed=self._order.assumed)
        except TooSlow:
            return Track(seen.path, fault="to read it takes too long")

    def _tell(self) -> None:
        if self._found:
            self._send(Found(self._found).framed())
        self._found, self._told_at = [], time.monotonic()

    def _gone(self, left: set[str]) -> list[str]:
        """What is not there any more, of what would have been seen if it were."""
        # What may not be read any more is gone; what can't be read now may come back.
        unread = [folder for folder, why in self._walk.unread.items() if why != OUTSIDE]
        return sorted(
            path
            for path in left
            if any(_is_of(path, piece) for piece in self._order.pieces)
            and not any(is_within(path, folder) for folder in unread)
        )


def _looked_at(look: Look) -> Track:
    try:
        with at_most(FILE_S):
            return looked_at(look)
    except TooSlow:
        return Track(look.path, fault="to read it takes too long")


def _is_of(path: str, piece: Piece) -> bool:
    if piece.deep:
        return not piece.folder or is_within(path, piece.folder)
    return path.rpartition("/")[0] == piece.folder


class TooSlow(Exception):
    """It was to be done by now. No ``OSError``, which means that the file is at fault."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise ``TooSlow`` in what takes longer."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


def main() -> int:
    """Serve the parent at standard input and output."""
    live_as_child()
    live_behind()
    live_within_memory()
    pipe = standard_pipe(FrameReader(frozenset(TO_LIBRARIAN), max_payload=MAX_TO_LIBRARIAN))
    with suppress(ParentGone):
        Librarian(pipe).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
