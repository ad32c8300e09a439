"""The files and the silence of all chains: one loop each, shared by the mounts that name it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.core.events import Event, FallbackFound, FallbackMissing
from tinyice.core.inputs import FILE, SILENCE
from tinyice.core.mount import Mount
from tinyice.formats.frozen import State
from tinyice.playout.errors import Unplayable
from tinyice.playout.files import AudioFile, path_of
from tinyice.playout.looped import Looped
from tinyice.playout.seat import Seat, Station
from tinyice.playout.silence import Make, SilenceKind, silence_for, silent_tape
from tinyice.playout.tape import FileTape, Tape
from tinyice.work.jobs import Work

LOOK_AGAIN_S = 1.0

What = str | SilenceKind
"""A file by the name that the operator gave it, or a kind of silence."""


class Playout:
    """``Players`` of the station (``core/chains.py``).

    ``folder``: where relative names of files begin. ``worker`` gives a new thread
    for what blocks: a disk that hangs must not keep other files waiting.
    """

    def __init__(
        self,
        station: Station,
        *,
        folder: Path,
        worker: Callable[[str], Work],
        make: Make,
        clock: IReactorTime,
        now: Callable[[], datetime],
        publish: Callable[[Event], None],
    ) -> None:
        self._station = station
        self._folder = folder
        self._worker = worker
        self._make = make
        self._clock = clock
        self._now = now
        self._publish = publish
        self._looped: dict[What, Looped] = {}
        self._seats: dict[tuple[str, str], tuple[What, Seat]] = {}
        self._refused: dict[str, str] = {}
        """Why there is no silence for a mount."""
        self._again: dict[str, IDelayedCall] = {}
        """Mounts of which it is to be known soon what they play."""
        self._positions: dict[str, float] = {}
        """Where files go on that another process has played, in seconds."""
        self._is_stopping = False

    def freeze(self) -> State:
        """Where in its round each file is; see ``formats/frozen.py``."""
        files = [what for what in self._looped if isinstance(what, str)]
        return {name: self._looped[name].position_s for name in files}

    def thaw(self, state: State) -> None:
        """Let files that are opened from now on go on there, each once."""
        self._positions = dict(state)

    def see_to(self, mount: Mount) -> None:
        """``mount`` may have another chain now, or play another format."""
        if self._is_stopping:
            return
        path = mount.path
        chain = () if mount.settings.disabled else mount.settings.chain
        wanted = {element: self._what(mount, element) for element in chain if _is_ours(element)}
        for at, element in [key for key in self._seats if key[0] == path]:
            if element not in wanted:
                self._unseat(at, element, "not in the chain any more")
        for element, what in wanted.items():
            if what is not None:
                self._seat(mount, element, what)

    def stop(self) -> None:
        """Play nothing any more."""
        self._is_stopping = True
        for looped in self._looped.values():
            looped.close()
        for call in self._again.values():
            call.cancel()
        self._again.clear()

    def _what(self, mount: Mount, element: str) -> What | None:
        if element != SILENCE:
            return element.removeprefix(FILE)
        try:
            found = silence_for(mount)
        except Unplayable as error:
            if self._refused.get(mount.path) != str(error):
                self._refused[mount.path] = str(error)
                self._publish(FallbackMissing(mount.path, element, str(error)))
            return None
        self._refused.pop(mount.path, None)
        if found is None and mount.format is not None and mount.path not in self._again:
            # Tags came so far, and no sound.
            self._again[mount.path] = self._clock.callLater(LOOK_AGAIN_S, self._look_again, mount)
        return found

    def _look_again(self, mount: Mount) -> None:
        del self._again[mount.path]
        if mount.source is not None:
            self.see_to(mount)

    def _seat(self, mount: Mount, element: str, what: What) -> None:
        key = (mount.path, element)
        known = self._seats.get(key)
        if known is not None and known[1].mount is mount and known[0] == what:
            seat = known[1]
            if seat.loop is None:
                self._looped[what].refresh(seat)
            return
        if known is not None:
            self._unseat(*key, "there is another one")
        seat = Seat(
            mount,
            element,
            "silence" if element == SILENCE else "file",
            station=self._station,
            clock=self._clock.seconds,
            now=self._now,
        )
        self._seats[key] = (what, seat)
        looped = self._looped.get(what)
        if looped is None:
            looped = self._looped[what] = self._begin(what)
        if looped.fault:
            self._publish(FallbackMissing(mount.path, element, looped.fault))
        looped.add(seat)

    def _unseat(self, path: str, element: str, reason: str) -> None:
        what, seat = self._seats.pop((path, element))
        looped = self._looped[what]
        looped.remove(seat, reason)
        if not looped.places:
            del self._looped[what]
            looped.close()

    def _begin(self, what: What) -> Looped:
        async def open_tape(failed: Callable[[str], None]) -> Tape:
            if isinstance(what, SilenceKind):
                return await silent_tape(self._make, what)
            return await self._open_file(what, failed)

        return Looped(open_tape, clock=self._clock, lost=self._lost, found=self._found)

    async def _open_file(self, name: str, failed: Callable[[str], None]) -> Tape:
        within = None if Path(name).is_absolute() else self._folder
        file = AudioFile(path_of(name, self._folder), within)
        work = self._worker(f"file {name}")
        tape = FileTape(file, work, failed, self._positions.pop(name, 0.0))
        try:
            await tape.open()
        except Unplayable:
            tape.close()
            raise
        return tape

    def _lost(self, looped: Looped) -> None:
        for (path, element), seat in self._of(looped):
            self._publish(FallbackMissing(path, element, looped.fault))
            seat.leave(looped.fault)

    def _found(self, looped: Looped) -> None:
        for (path, element), _ in self._of(looped):
            self._publish(FallbackFound(path, element))

    def _of(self, looped: Looped) -> list[tuple[tuple[str, str], Seat]]:
        return [(key, seat) for key, (_, seat) in self._seats.items() if seat in looped.places]


def _is_ours(element: str) -> bool:
    return element == SILENCE or element.startswith(FILE)
