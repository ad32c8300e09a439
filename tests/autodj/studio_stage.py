"""AutoDJs that are real but for their processes, in memory, whose workers work at once."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar, TypeVarTuple, Unpack, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorProcess
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from autodj.decks import Nursery, PretendChild
from tinyice.assembly.autodj import AutoDJing
from tinyice.assembly.studio import Studio
from tinyice.assembly.studio_dj import StudioDj
from tinyice.autodj.autodjs import AutoDjs
from tinyice.autodj.house import House
from tinyice.autodj.libraries import Libraries, LibraryWorld
from tinyice.autodj.running import RunningAutoDJ
from tinyice.autodj.surroundings import Surroundings
from tinyice.codec.playout_messages import Began, Sound
from tinyice.config.autodjs import AutoDJ
from tinyice.config.model import Config
from tinyice.core.events import Event
from tinyice.core.loudness import Loudness
from tinyice.core.mounts import Mounts
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.tracks import Play, Track
from tinyice.core.watchers import Watchers
from tinyice.store.library import KeptLibraries
from tinyice.store.store import Store
from tinyice.work.testing import MemoryWorker

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

NOW = 1_767_000_000.0
HALF = Loudness(-12.0, -1.5)


def track(path: str, title: str, artist: str, album: str = "", **more: object) -> Track:
    """A track of three minutes."""
    return Track(path, title=title, artist=artist, album=album, seconds=180.0, **more)  # type: ignore[arg-type]


TRACKS = (
    track("Anna/First/01.flac", "One", "Anna", "First", number=1, genre="Jazz", year=1999),
    track("Anna/First/02.flac", "Two", "Anna", "First", number=2, genre="Jazz", year=1999),
    track("Bert/loud.mp3", "Loud", "Bert", has_cover=True),
    track("Bert/caf\udce9.mp3", "Café \udce9", "Bert"),
    track("top.opus", "", "Cleo"),
    track("Bert/broken.mp3", "Broken", "Bert", fault="no audio in it"),
)


class PromptWorker(MemoryWorker):
    """A worker that never lets wait."""

    def perform(self, work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Deferred[T]:
        answer = super().perform(work_in_worker, *args)
        self.flush()
        return answer

    def submit(self, work_in_worker: Callable[[Unpack[Ts]], object], *args: *Ts) -> bool:
        done = super().submit(work_in_worker, *args)
        self.flush()
        return done


class Childless:
    """Spawns processes that never say anything."""

    def spawnProcess(self, *_args: object, **_more: object) -> None:
        """Nothing comes of it."""


@dataclass
class Running:
    """What there is of ``AutoDJing``, for a ``Studio``."""

    running: AutoDjs | None = None
    watchers: Watchers = field(default_factory=Watchers)


class StudioStage:
    """AutoDJs on ``/live`` and, if so wished, others, with the music of ``TRACKS``."""

    def __init__(self, folder: Path, *, media_roots: Sequence[str] = ()) -> None:
        self.folder = folder.resolve()
        self.root = str(self.folder / "music")
        self.events: list[Event] = []
        self.clock = Clock()
        self.clock.advance(NOW)
        self.work = PromptWorker()
        self.nursery = Nursery()
        self.media_roots = tuple(media_roots)
        self.mounts = Mounts(
            ["/live"],
            MountSettings,
            StationSettings(),
            publish=self.events.append,
            clock=self.clock.seconds,
            recorder_for=lambda _settings: None,
        )
        self.store = Store(
            self.folder / "tinyice.db",
            PromptWorker(),
            clock=self.clock,
            now=self.now,
            audit_days=lambda: 0,
        )
        self.kept = KeptLibraries(self.store)
        settle(self.kept.put(self.root, TRACKS))
        self.autodjs = AutoDjs(self._house())
        self.autodjing = Running(self.autodjs)
        self.autodjs.watch_all(self.autodjing.watchers.tell)
        self.studio = Studio(
            cast("AutoDJing", self.autodjing),
            lambda: Config(data_dir=str(self.folder), media_roots=self.media_roots),
            self.work,
        )

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.seconds(), UTC)

    def begin(self, *configs: AutoDJ) -> StudioDj:
        """Let these run; the first of them."""
        wanted = configs or (AutoDJ(mount="/live", music_dir="music", shuffle=False),)
        self.autodjs.apply(wanted)
        found = self.studio.get(wanted[0].mount)
        assert found is not None
        self.autodjs.sweep()
        self.clock.advance(6)
        self.autodjs.sweep()
        return found

    def running(self, mount: str = "/live") -> RunningAutoDJ:
        found = self.autodjs.get(mount)
        assert found is not None
        return found

    @property
    def child(self) -> PretendChild:
        return self.nursery.child

    def enter(self) -> None:
        """What was loaded last becomes audible."""
        loaded = self.child.loaded[-1]
        self.child.say(Sound(0.5, b"\xff\xfb\x90\x64" + bytes(413)), Began(loaded.number, 0))

    def played(self, *tracks: Track) -> None:
        """These were heard once, a minute apart."""
        for minute, each in enumerate(tracks):
            settle(self.kept.note(Play(NOW + 60 * minute, "/live", self.root, each)))

    def end(self) -> None:
        self.autodjs.stop()
        settle(self.store.stop())

    def _house(self) -> House:
        nobody = cast("IReactorProcess", Childless())
        wall = self.clock.seconds
        libraries = Libraries(
            LibraryWorld(
                shelf=self.kept,
                environment={},
                work=self.work,
                spawner=nobody,
                clock=self.clock,
                now=wall,
                make_watcher=lambda _watch: None,
            )
        )
        world = Surroundings(
            station=self.mounts,
            environment={},
            spawner=cast("IReactorProcess", self.nursery),
            clock=self.clock,
            now=self.now,
            publish=self.events.append,
            loudness=lambda _root, _track, _tell: HALF,
        )
        return House(
            world=world,
            stage=self.mounts,
            libraries=libraries,
            plays=self.kept,
            folder=self.folder,
            media_roots=lambda: self.media_roots,
            work=self.work,
            random=Random(1),
        )


def settle(story: Coroutine[Deferred[Any], Any, T]) -> T:
    """What ``story`` comes to, at once."""
    outcome: list[T | Failure] = []
    Deferred.fromCoroutine(story).addBoth(outcome.append)
    (result,) = outcome
    if isinstance(result, Failure):
        result.raiseException()
    return cast("T", result)
