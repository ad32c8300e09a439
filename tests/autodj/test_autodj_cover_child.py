"""Covers are read and made small by a real child, and no picture harms the others."""

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from twisted.internet import reactor
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from autodj.files import mp3_frames
from codec.painted import fields, noise, painted, seen
from tinyice.autodj.cover_child import Cover, CoverReader
from tinyice.work.environment import child_environment
from tinyice.work.jobs import Busy
from web.picture_bytes import png

pytestmark = pytest.mark.needs_program("ffmpeg")


class CoverTests(TestCase):
    def setUp(self) -> None:
        self.reactor = cast("ReactorBase", reactor)
        self.root = Path(tempfile.mkdtemp()).resolve()
        self.addCleanup(shutil.rmtree, self.root)
        self.reader = CoverReader(
            [str(self.root)],
            child_environment(os.environ),
            spawner=self.reactor,
            clock=self.reactor,
        )

    async def tearDown(self) -> None:
        await self.reader.stop()

    def album(self, name: str, picture: bytes) -> str:
        """A folder with a track and a picture beside it."""
        (self.root / name).mkdir()
        (self.root / name / "a.mp3").write_bytes(mp3_frames())
        (self.root / name / "cover.jpg").write_bytes(picture)
        return f"{name}/a.mp3"

    def read(self, path: str) -> Deferred[Cover | None]:
        return Deferred.fromCoroutine(self.reader.read(str(self.root), path, is_small=True))

    async def test_pages_are_given_small_ones(self) -> None:
        """Others what is there."""
        large = painted(noise(900, 900), "png", "rgb24")
        path = self.album("large", large)
        small = await self.read(path)
        assert small is not None
        assert small.kind == "image/jpeg"
        assert len(small.picture) <= 200_000
        assert max(seen(small.picture).shape) <= 640
        again = await self.read(path)
        assert again == small
        whole = await self.reader.read(str(self.root), path)
        assert whole == Cover("image/png", large)

    async def test_the_largest_that_are_decoded_fit_into_the_child(self) -> None:
        """Six thousand pixels a side: as JPEG, and as PNG with eight bytes for each."""
        pixels = fields(6000, 6000, alpha=200)
        for name, codec, pixel_format in (("j", "mjpeg", "yuvj444p"), ("p", "png", "rgba64be")):
            path = self.album(name, painted(pixels, codec, pixel_format))
            begun = time.monotonic()
            found = await self.read(path)
            assert found is not None, name
            assert np.array_equal(seen(found.picture).shape, (640, 640, 3))
            assert time.monotonic() - begun < 15

    async def test_a_bomb_is_no_cover(self) -> None:
        bomb, good = self.album("bomb", png(60_000, 60_000)), self.album("good", png(700, 700))
        assert await self.read(bomb) is None
        found = await self.read(good)
        assert found is not None
        assert found.kind == "image/jpeg"

    async def test_a_picture_that_kills_the_child_is_none_and_the_others_come(self) -> None:
        """Whoever waited behind it is answered by the next child."""
        slow = self.album("slow", b"")
        (self.root / "slow" / "cover.jpg").unlink()
        os.mkfifo(self.root / "slow" / "cover.jpg")
        good = [self.album(f"good {number}", png(700, 700)) for number in range(3)]
        looks = [self.read(path) for path in (slow, *good)]
        child = self.reader._child
        assert child is not None
        assert child.pid is not None
        await deferLater(self.reactor, 0.2, lambda: None)
        os.kill(child.pid, signal.SIGKILL)
        found = await gatherResults(looks)
        assert found[0] is None
        assert [each and each.kind for each in found[1:]] == ["image/jpeg"] * 3

    async def test_who_waits_at_the_end_has_none(self) -> None:
        look = self.read(self.album("good", png(700, 700)))
        await self.reader.stop()
        assert await look is None
        with pytest.raises(Busy):
            await self.read("good/a.mp3")
