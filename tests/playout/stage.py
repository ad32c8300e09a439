"""A station whose clock, threads and child processes a test moves by hand."""

import random
from pathlib import Path
from typing import Protocol

from twisted.internet.task import Clock

from core.fakes import NOON, Rig
from core.fakes import Player as Listening
from formats.synthetic_frames import mpeg_frame
from tinyice.core.events import Event
from tinyice.core.mount import Mount
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.formats.frozen import State
from tinyice.playout.players import Playout
from tinyice.playout.silence import SilenceKind
from tinyice.playout.tape import MemoryTape
from tinyice.playout.units import Unit
from tinyice.work.testing import MemoryWorker

STEP_S = 0.1
FRAME_SECONDS = 1152 / 44100
HEADER = b"\xff\xfb\x90\x64"


def numbered(first: int, count: int) -> bytes:
    """MP3 frames that need nothing from before and tell their numbers."""
    return b"".join(
        mpeg_frame(HEADER + bytes(32), f"{number:08} ".encode())
        for number in range(first, first + count)
    )


def numbers(data: bytes) -> list[int]:
    """The numbers of the frames in ``data``."""
    found, at = [], 0
    while at < len(data):
        assert data.startswith(HEADER, at), at
        found.append(int(data[at + 36 : at + 44]))
        at += 417
    return found


def frame_of(data: bytes) -> bytes:
    """A frame with its side information blank, as it is in ``numbered``."""
    return data[:4] + bytes(32) + data[36:]


class Plays(Protocol):
    """An encoder."""

    def play(self, seconds: float) -> None: ...


class Stage:
    """Mounts, the playout, and all that they need."""

    def __init__(
        self, folder: Path, *settings: MountSettings, goes_on: State | None = None
    ) -> None:
        self.clock = Clock()
        self.rig = Rig(mounts={one.path: one for one in settings})
        self.rig.clock.now = self.clock.seconds()
        self.folder = folder
        self.workers: list[MemoryWorker] = []
        self.hanging: list[MemoryWorker] = []
        self.made: list[SilenceKind] = []
        self.silence = numbered(90_000_000, 40)
        self.playout = Playout(
            self.rig.mounts,
            folder=folder,
            worker=self._worker,
            make=self._make,
            clock=self.clock,
            now=lambda: NOON,
            publish=self.rig.events.append,
        )
        self.playout.thaw(goes_on or {})
        self.rig.mounts.players = self.playout
        for mount in self.rig.mounts:
            self.playout.see_to(mount)

    def flush(self) -> None:
        """Let the workers do what they were asked for."""
        while any(worker.flush() for worker in self.workers if worker not in self.hanging):
            pass

    def run(self, seconds: float) -> None:
        """Let time pass, with quick workers."""
        for _ in range(round(seconds / STEP_S)):
            self.flush()
            self.rig.clock.now = self.clock.seconds() + STEP_S
            self.clock.advance(STEP_S)
            self.flush()
            self.rig.mounts.sweep()
            self.rig.mounts.deliver()

    def mount(self, path: str) -> Mount:
        return self.rig.mounts.known(path)

    def listen(self, path: str) -> Listening:
        """Somebody comes."""
        return self.rig.listen(self.mount(path))[1]

    def listen_soon(self, path: str, encoder: "Plays") -> Listening:
        """Somebody comes once there is something to hear."""
        encoder.play(1)
        return self.listen(path)

    def kind_on_air(self, path: str) -> str:
        """What is heard there."""
        source = self.mount(path).source
        return "" if source is None else source.kind

    def configure(self, station: StationSettings | None = None) -> None:
        """The settings have changed."""
        rig = self.rig
        paths = [path for path, one in rig.settings.items() if one.configured]
        rig.mounts.configure(paths, rig.settings_for, station or StationSettings())

    def of(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.rig.events if type(event) in kinds]

    def _worker(self, _name: str) -> MemoryWorker:
        self.workers.append(MemoryWorker())
        return self.workers[-1]

    async def _make(self, kind: SilenceKind) -> bytes:
        self.made.append(kind)
        return self.silence


class Heard:
    """A player of a loop that counts."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.seconds = 0.0
        self.most_s = 0.0

    def play(self, units: list[Unit]) -> None:
        seconds = sum(unit.chunk.seconds for unit in units)
        self.seconds += seconds
        self.most_s = max(self.most_s, seconds)
        self.units = units


def tape(frames: int = 400) -> MemoryTape:
    """A programme of so many frames."""
    return MemoryTape(numbered(0, frames))


def jitter(seed: int) -> random.Random:
    """How late calls come."""
    return random.Random(seed)
