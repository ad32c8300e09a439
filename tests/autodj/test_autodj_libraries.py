"""A library that is open: a folder that goes, and is there again, is noticed within seconds."""

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from twisted.internet import reactor
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from autodj.files import mp3_frames
from tinyice.autodj.libraries import LOOK_EVERY_S, Libraries, LibraryWorld
from tinyice.autodj.library import LibrarySettings
from tinyice.store.library import KeptLibraries
from tinyice.store.store import Store
from tinyice.work.environment import child_environment
from tinyice.work.threads import Worker

pytestmark = pytest.mark.needs_program("ffmpeg")


class OpenLibraryTests(TestCase):
    def setUp(self) -> None:
        self.reactor = cast("ReactorBase", reactor)
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = Path(kept.name).resolve()
        self.root = self.folder / "music"
        self.root.mkdir()
        (self.root / "a.mp3").write_bytes(mp3_frames()[:5000])
        self.clock = Clock()
        self.changed: Deferred[None] = Deferred()
        self.store = Store(
            self.folder / "tinyice.db",
            self.worker("database"),
            clock=self.reactor,
            now=lambda: datetime.now(UTC),
            audit_days=lambda: 0,
        )
        self.work = self.worker("files")
        self.libraries = Libraries(
            LibraryWorld(
                shelf=KeptLibraries(self.store),
                environment=child_environment(os.environ),
                work=self.work,
                spawner=self.reactor,
                clock=self.clock,
                now=time.time,
                make_watcher=lambda _watch: None,
            )
        )

    def worker(self, name: str) -> Worker:
        return Worker(name, 64, deliver=self.reactor.callFromThread, clock=self.reactor)

    async def tearDown(self) -> None:
        await self.libraries.stop()
        await self.work.stop(2.0)
        await self.store.stop()

    async def next_scan(self, *, look: bool = True) -> str:
        """The fault of the scan that comes of looking at the folder."""
        if look:
            self.clock.advance(LOOK_EVERY_S)
            self.libraries.sweep()
        scans = self.opened.scans
        while self.opened.scans == scans:
            await self.changed
        return self.opened.fault

    def tell(self) -> None:
        changed, self.changed = self.changed, Deferred()
        changed.callback(None)

    async def test_a_folder_that_goes_and_comes_back(self) -> None:
        """Each is noticed, once; nothing is forgotten meanwhile."""
        self.opened = self.libraries.open(LibrarySettings(str(self.root), (str(self.folder),)))
        self.opened.watch(self.tell)
        assert await self.next_scan(look=False) == ""
        away = self.folder / "away"
        self.root.rename(away)
        assert await self.next_scan() == "No such file or directory"
        assert (await self.opened.library.count()).tracks == 1
        for _ in range(20):
            self.clock.advance(LOOK_EVERY_S)
            self.libraries.sweep()
            await self.work.perform(lambda: None)
        assert (self.opened.scans, self.opened.library.scanning) == (2, 0)
        away.rename(self.root)
        assert await self.next_scan() == ""
        assert (await self.opened.library.count()).tracks == 1

    async def test_one_that_was_gone_between_two_looks(self) -> None:
        """Only a scan has seen that; the next look sees that it is back."""
        self.opened = self.libraries.open(LibrarySettings(str(self.root), (str(self.folder),)))
        self.opened.watch(self.tell)
        assert await self.next_scan(look=False) == ""
        away = self.folder / "away"
        self.root.rename(away)
        self.opened.library.scan()
        assert await self.next_scan(look=False) == "No such file or directory"
        away.rename(self.root)
        assert await self.next_scan() == ""
