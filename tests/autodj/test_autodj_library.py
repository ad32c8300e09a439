"""A library is read by a real child into a real database, and asked by everybody."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from twisted.internet import reactor
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from autodj.files import PNG, id3, mp3_frames
from tinyice.autodj.bounds import PathRefused
from tinyice.autodj.entries import TooManyEntries
from tinyice.autodj.inotify import make_watcher
from tinyice.autodj.librarian_messages import Scanned
from tinyice.autodj.library import Library, LibrarySettings
from tinyice.autodj.playlist import ENTRIES_MAX
from tinyice.autodj.watching import FolderWatch, Watcher
from tinyice.core.tracks import TrackQuery
from tinyice.store.library import KeptLibraries
from tinyice.store.store import Store
from tinyice.wire.listed import Listed
from tinyice.work.environment import child_environment
from tinyice.work.threads import Worker

pytestmark = pytest.mark.needs_program("ffmpeg")


def put(path: Path, title: str = "x", *, frames: int = 5000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = (b"APIC", b"\x00image/png\0\x03\0" + PNG)
    words = (b"TIT2", b"\x03" + title.encode())
    path.write_bytes(id3(words, picture) + mp3_frames()[:frames])
    return path


def test_the_server_loads_neither_mutagen_nor_the_database_for_a_library() -> None:
    """What reads tags weighs 6 MB, and is loaded by children only."""
    code = (
        "import sys, tinyice.autodj.library, tinyice.autodj.inotify, tinyice.autodj.saved,"
        "tinyice.store.library; print({'mutagen', 'sqlalchemy', 'av'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=child_environment(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "set()\n"


class LibraryTests(TestCase):
    def setUp(self) -> None:
        self.reactor = cast("ReactorBase", reactor)
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        folder = Path(kept.name).resolve()
        self.root = folder / "music"
        self.root.mkdir(parents=True)
        self.store = Store(
            folder / "tinyice.db",
            self.worker("database"),
            clock=self.reactor,
            now=lambda: datetime.now(UTC),
            audit_days=lambda: 0,
        )
        self.told: list[Scanned] = []
        self.waiting: list[Deferred[Scanned]] = []
        self.also_told: Callable[[Scanned], None] = lambda _outcome: None
        self.work = self.worker("files")
        self.library = Library(
            LibrarySettings(str(self.root), (str(folder),)),
            KeptLibraries(self.store),
            child_environment(os.environ),
            work=self.work,
            spawner=self.reactor,
            clock=self.reactor,
            now=time.time,
            scanned=self.scanned,
        )

    def worker(self, name: str) -> Worker:
        return Worker(name, 64, deliver=self.reactor.callFromThread, clock=self.reactor)

    async def tearDown(self) -> None:
        await self.library.stop()
        await self.work.stop(2.0)
        await self.store.stop()

    def scanned(self, outcome: Scanned) -> None:
        self.told.append(outcome)
        self.also_told(outcome)
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each.callback(outcome)

    async def scan(self, folder: str = "") -> Scanned:
        done: Deferred[Scanned] = Deferred()
        self.library.scan(folder)
        self.waiting.append(done)
        return await done

    async def paths(self, query: TrackQuery | None = None) -> list[str]:
        page = await self.library.find(query or TrackQuery())
        return [track.path for track in page.tracks]

    async def test_a_scan_fills_the_library(self) -> None:
        put(self.root / "a.mp3", "First")
        put(self.root / "b" / "c.mp3", "Second")
        (self.root / "bad.mp3").write_bytes(bytes(5000))
        outcome = await self.scan()
        assert (outcome.files, outcome.read, outcome.broken, outcome.fault) == (3, 3, 1, "")
        assert await self.paths() == ["a.mp3", "b/c.mp3"]
        assert await self.paths(TrackQuery(broken=True)) == ["bad.mp3"]
        count = await self.library.count()
        assert (count.tracks, count.broken) == (3, 1)
        (self.root / "a.mp3").unlink()
        put(self.root / "b" / "d.mp3", "Third")
        outcome = await self.scan()
        assert (outcome.read, outcome.gone) == (1, 1)
        assert await self.paths() == ["b/c.mp3", "b/d.mp3"]
        first, none = await self.library.tracks(["b/c.mp3", "a.mp3"])
        assert first is not None
        assert (first.title, none) == ("Second", None)
        assert [track.path for track in await self.library.of_ids([first.id])] == ["b/c.mp3"]
        assert self.library.scanned_at > 0

    async def test_scans_come_one_after_the_other(self) -> None:
        put(self.root / "a.mp3")
        first = self.library.scan()
        assert [self.library.scan(), self.library.scan("x"), self.library.scanning] == [2, 2, first]
        done: Deferred[Scanned] = Deferred()
        self.waiting.append(done)
        await done
        second: Deferred[Scanned] = Deferred()
        self.waiting.append(second)
        await second
        assert (self.library.scanning, len(self.told)) == (0, 2)

    async def test_a_child_that_dies_is_a_fault_and_the_next_scan_goes_on(self) -> None:
        for number in range(50):
            put(self.root / f"{number}.mp3")
        self.library.scan()
        done: Deferred[Scanned] = Deferred()
        self.waiting.append(done)
        running = self.library._running
        assert running is not None
        assert running.pid is not None
        os.kill(running.pid, signal.SIGKILL)
        assert "killed by signal 9" in (await done).fault
        assert (await self.scan()).fault == ""
        assert len(await self.paths()) == 50

    async def test_covers_and_files(self) -> None:
        put(self.root / "a.mp3")
        (self.root / "none.mp3").write_bytes(mp3_frames())
        (self.root / "out.mp3").symlink_to("/etc/passwd")
        cover = await self.library.cover("a.mp3")
        assert cover is not None
        assert (cover.kind, cover.picture) == ("image/png", PNG)
        assert await self.library.cover("none.mp3") is None
        assert await self.library.cover("out.mp3") is None
        artwork = await self.library.artwork("a.mp3")
        assert artwork is not None
        assert (artwork.kind, artwork.picture) == ("image/png", PNG)
        assert await self.library.file("a.mp3") == str(self.root / "a.mp3")
        for path in ("out.mp3", "../tinyice.db", "/etc/passwd", "a\0.mp3"):
            with pytest.raises(PathRefused):
                await self.library.file(path)
        with pytest.raises(PathRefused):
            await self.library.cover("../x")
        with pytest.raises(PathRefused):
            self.library.scan("../x")

    async def test_playlists_find_their_tracks(self) -> None:
        put(self.root / "Artist" / "a.mp3")
        await self.scan()
        places = [
            "Artist/a.mp3",
            str(self.root / "Artist/a.mp3"),
            "C:\\Users\\anna\\Artist\\a.mp3",
            "../../etc/passwd",
            "http://example.org/",
        ]
        found = await self.library.listed([Listed(place) for place in places])
        assert [track and track.path for track in found] == ["Artist/a.mp3"] * 3 + [None] * 2
        with pytest.raises(TooManyEntries):
            await self.library.listed([Listed("x")] * (ENTRIES_MAX + 1))

    async def test_changes_are_seen_as_they_are_made(self) -> None:
        """New, renamed and deleted files and folders are in the library a moment later."""

        def scan(folder: str, deep: bool) -> None:
            self.library.scan(folder, deep=deep)

        def watcher(watch: FolderWatch) -> Watcher | None:
            return make_watcher(watch, cast("IReactorFDSet", self.reactor))

        watch = FolderWatch(str(self.root), scan, watcher, clock=self.reactor)
        self.addCleanup(watch.stop)
        put(self.root / "a" / "one.mp3")

        def watched(outcome: Scanned) -> None:
            watch.scanned(outcome.folders, is_all=outcome.is_all)

        self.also_told = watched

        async def seen(*paths: str) -> None:
            for _ in range(400):
                if await self.paths() == sorted(paths):
                    return
                await deferLater(self.reactor, 0.05, lambda: None)
            raise AssertionError(await self.paths())

        watch.start()
        await seen("a/one.mp3")
        put(self.root / "a" / "two.mp3")
        await seen("a/one.mp3", "a/two.mp3")
        put(self.root / "b" / "c" / "three.mp3")
        await seen("a/one.mp3", "a/two.mp3", "b/c/three.mp3")
        (self.root / "a").rename(self.root / "d")
        await seen("b/c/three.mp3", "d/one.mp3", "d/two.mp3")
        (self.root / "d" / "one.mp3").unlink()
        await seen("b/c/three.mp3", "d/two.mp3")
        shutil.rmtree(self.root / "b")
        await seen("d/two.mp3")

    async def test_many_files_are_read_in_little_time(self) -> None:
        """2,000 files within seconds: 100,000 take minutes, and our thread is hardly asked."""
        for number in range(2000):
            path = self.root / f"{number % 40}" / f"{number}.mp3"
            put(path, f"Song {number}", frames=3000)
        begun = time.process_time()
        outcome = await self.scan()
        assert outcome.files == 2000
        assert time.process_time() - begun < 2.0
        assert outcome.seconds < 40
        again = await self.scan()
        assert (again.read, again.files) == (0, 2000)
        print(f"{outcome.seconds:.2f} s, again {again.seconds:.2f} s")  # noqa: T201
