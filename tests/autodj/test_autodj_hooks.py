"""The programs of an AutoDJ: what they name is played if it may be, and nothing waits for them."""

import os
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
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from autodj.decks import MP3_44, Booth
from autodj.files import id3, mp3_frames
from tinyice.autodj.bounds import OUTSIDE
from tinyice.autodj.hooks import Hooks, Scene
from tinyice.autodj.library import Library, LibrarySettings
from tinyice.autodj.playing import PlayerSettings
from tinyice.autodj.rundown import Rundown
from tinyice.autodj.surroundings import Surroundings
from tinyice.autodj.upnext import ASKED
from tinyice.config.autodjs import AutoDJ
from tinyice.core.codec_events import CommandFailed
from tinyice.core.tracks import Track
from tinyice.store.library import KeptLibraries
from tinyice.store.store import Store
from tinyice.work.environment import child_environment
from tinyice.work.threads import Worker

pytestmark = pytest.mark.needs_program("ffmpeg")

REACTOR = cast("ReactorBase", reactor)
COUNTED = 'echo $$ >>"$1"; printf "%s\\n" "$2"'
"""Writes its number into a file, and prints what it is given."""


def put(path: Path, title: str) -> str:
    """A short track."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(id3((b"TIT2", b"\x03" + title.encode())) + mp3_frames())
    return path.name


def is_there(number: int) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{number}").exists()


async def until(true: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait for that."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it took too long"
        await deferLater(REACTOR, 0.02)


class HookTests(TestCase):
    """Real programs, files and children."""

    timeout = 60

    def setUp(self) -> None:
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = Path(kept.name).resolve()
        self.root, self.other = self.folder / "music", self.folder / "other"
        self.calls = self.folder / "calls"
        put(self.root / "a" / "one.mp3", "One")
        put(self.root / "two.mp3", "Two")
        put(self.other / "three.mp3", "Three")
        self.environment = child_environment(os.environ)
        self.store = Store(
            self.folder / "tinyice.db",
            self.worker("database"),
            clock=REACTOR,
            now=lambda: datetime.now(UTC),
            audit_days=lambda: 0,
        )
        self.work = self.worker("files")
        self.bounds = (str(self.root), str(self.other))
        self.library = Library(
            LibrarySettings(str(self.root), self.bounds),
            KeptLibraries(self.store),
            self.environment,
            work=self.work,
            spawner=REACTOR,
            clock=REACTOR,
            now=time.time,
            scanned=lambda _outcome: None,
        )
        self.begin()

    def begin(self, *tracks: Track) -> None:
        """An AutoDJ with these in its playlist."""
        self.booth = Booth(
            tracks,
            root=self.root,
            reactor=REACTOR,
            spawner=REACTOR,
            environment=self.environment,
            settings=PlayerSettings("/live", str(self.root), MP3_44, folders=self.bounds),
        )
        self.player = self.booth.player
        world = Surroundings(
            self.booth.mounts,
            self.environment,
            REACTOR,
            REACTOR,
            lambda: datetime.now(UTC),
            self.booth.events.append,
        )
        self.config = AutoDJ(mount="/live", music_dir=str(self.root))
        self.hooks = Hooks(Scene(lambda: self.config, self.player, lambda: self.library, world))
        self.player.when_started(self.hooks.started)

    def worker(self, name: str) -> Worker:
        return Worker(name, 64, deliver=REACTOR.callFromThread, clock=REACTOR)

    async def tearDown(self) -> None:
        await self.hooks.stop()
        await self.player.stop()
        await self.library.stop()
        await self.work.stop(2.0)
        await self.store.stop()

    def song(self, *command: str, seconds: float = 5.0) -> None:
        """From now on this names what plays next."""
        self.config = AutoDJ(
            mount="/live",
            music_dir=str(self.root),
            song_command=command,
            song_command_timeout=seconds,
        )

    def naming(self, line: str) -> None:
        """A program that names this, and is counted."""
        self.song("sh", "-c", COUNTED, "sh", str(self.calls), line)

    def on_play(self, *command: str, seconds: float = 5.0) -> None:
        """From now on this is told."""
        self.config = AutoDJ(
            mount="/live",
            music_dir=str(self.root),
            on_play_command=command,
            on_play_command_timeout=seconds,
        )

    @property
    def count(self) -> int:
        """How often the program was run."""
        return len(self.calls.read_text().split()) if self.calls.exists() else 0

    @property
    def waiting(self) -> list[tuple[str, int]]:
        """The paths of what waits in the queue, and their priorities."""
        return [(entry.track.path, priority) for entry, priority in self.player.up_next.all()]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What was told of them."""
        told = [event for event in self.booth.events if isinstance(event, CommandFailed)]
        assert all(event.mount == "/live" for event in told)
        return [(event.command, event.reason) for event in told]

    async def test_what_it_names_waits_in_the_queue(self) -> None:
        """By a path in the folder, or a whole one; with its tags, known to the library or not."""
        for line, path, title in (
            ("a/one.mp3", "a/one.mp3", "One"),
            ("./a//one.mp3", "a/one.mp3", "One"),
            (f"  {self.root}/two.mp3\r\nand more", "two.mp3", "Two"),
            (f"{self.other}/three.mp3", "../other/three.mp3", "Three"),
            ("a/../two.mp3", "two.mp3", "Two"),
        ):
            self.naming(line)
            await self.hooks.first()
            assert self.waiting == [(path, ASKED)], line
            (entry,) = self.player.up_next
            assert entry.track.title == title
            self.player.queue(lambda queue: queue.clear())
            await until(lambda: not self.hooks.song._is_asking)
        assert self.faults == []

    async def test_what_the_library_knows_has_its_number(self) -> None:
        """So that it is the same track for everybody."""
        self.library.scan()
        await until(lambda: self.library.scanned_at)
        for line in ("two.mp3", f"{self.root}/two.mp3", "a/../two.mp3"):
            self.naming(line)
            await self.hooks.first()
            (entry,) = self.player.up_next
            assert (entry.track.path, entry.track.id > 0) == ("two.mp3", True), line
            self.player.queue(lambda queue: queue.clear())
            await until(lambda: not self.hooks.song._is_asking)

    async def test_what_may_not_or_can_not_be_played(self) -> None:
        """It is told, and nothing waits."""
        (self.folder / "secret.mp3").write_bytes(b"x")
        (self.root / "link.mp3").symlink_to(self.folder / "secret.mp3")
        (self.root / "out").symlink_to(self.folder)
        (self.root / "bad.mp3").write_bytes(bytes(4000))
        (self.root / "pipe.mp3").mkdir()
        for line, reason in (
            ("", "it names no file"),
            ("../secret.mp3", f"../secret.mp3: {OUTSIDE}"),
            ("link.mp3", f"link.mp3: {OUTSIDE}"),
            ("out/secret.mp3", f"out/secret.mp3: {OUTSIDE}"),
            ("/etc/passwd", f"/etc/passwd: {OUTSIDE}"),
            ("a/../../secret.mp3", f"a/../../secret.mp3: {OUTSIDE}"),
            ("none.mp3", "none.mp3: there is no such file"),
            ("pipe.mp3", "pipe.mp3: there is no such file"),
            ("a" * 5000, "a" * 200 + ": it is no path"),
            ("a/one.mp3/x", "a/one.mp3/x: there is no such file"),
        ):
            self.naming(line)
            await self.hooks.first()
            assert self.faults[-1] == ("song_command", reason), line
            assert self.waiting == []
            await until(lambda: not self.hooks.song._is_asking)
        self.naming("bad.mp3")
        await self.hooks.first()
        assert self.faults[-1][1].startswith("bad.mp3: ")
        assert self.waiting == []

    async def test_what_goes_wrong_is_told_once(self) -> None:
        """Until it goes well, or wrong in another way."""
        for command, told in (
            (("no-such-program",), 1),
            (("no-such-program",), 1),
            (("false",), 2),
            (("echo", "two.mp3"), 2),
            (("false",), 3),
        ):
            self.song(*command)
            await self.hooks.first()
            await until(lambda: not self.hooks.song._is_asking)
            assert len(self.faults) == told
            self.player.queue(lambda queue: queue.clear())
        reasons = [reason for _, reason in self.faults]
        assert reasons[0] == "it can't be run: No such file or directory"
        assert reasons[1:] == ["it ended with status 1"] * 2

    async def test_only_one_runs_at_a_time(self) -> None:
        """However often there is a reason to ask; and none while something waits."""
        self.song("sh", "-c", 'echo 1 >>"$1"; sleep 0.5; echo two.mp3', "sh", str(self.calls))
        for _ in range(20):
            self.hooks.song.ask()
            self.hooks.song.started()
        await self.hooks.first()
        await until(lambda: not self.hooks.song._is_asking)
        for _ in range(20):
            self.hooks.song.ask()
        assert self.waiting == [("two.mp3", ASKED)]
        assert self.count == 1

    async def test_people_come_first(self) -> None:
        """What they put into the queue plays before what the program has named."""
        self.begin(Track("two.mp3", title="Two", seconds=2.0))
        self.naming("two.mp3")
        await self.hooks.first()
        wanted = Track("a/one.mp3", title="One")
        self.player.queue(lambda queue: queue.add(wanted))
        assert self.waiting == [("a/one.mp3", 0), ("two.mp3", ASKED)]
        self.player.queue(lambda queue: queue.take())
        rundown = Rundown(self.booth.lists)
        (first, *_) = self.booth.ids
        for urgent, why in ((0, "The song_command has named it."), (9, "It was given priority.")):
            rundown.prioritise([first], urgent)
            choice = rundown.next(None)
            assert choice is not None
            assert choice.why == why

    async def test_a_program_that_hangs(self) -> None:
        """There is an answer in its time, and the playlist plays meanwhile."""
        self.begin(Track("two.mp3", title="Two", seconds=2.0))
        self.song(sys.executable, "-c", "import time; time.sleep(600)", seconds=1.0)
        self.player.play()
        await until(lambda: self.booth.started)
        await until(lambda: self.faults)
        assert self.faults == [("song_command", "it has not ended within 1 s")]

    async def test_it_is_asked_ahead_for_each_track(self) -> None:
        """Each plays once, the next is known long before it is to play."""
        for number in range(4):
            put(self.root / f"{number}.mp3", f"T{number}")
        script = 'n=$(cat "$1" 2>/dev/null | wc -l); echo >>"$1"; echo $((n % 4)).mp3'
        self.song("sh", "-c", script, "sh", str(self.calls))
        await self.hooks.first()
        self.player.play()
        await until(lambda: len(self.booth.started) >= 4, 40.0)
        assert self.booth.started[:4] == ["T0", "T1", "T2", "T3"]
        assert self.faults == []

    async def test_an_empty_playlist_and_no_answer_at_first(self) -> None:
        """Where nothing plays it is asked again after a while, not all the time."""
        self.song("sh", "-c", COUNTED, "sh", str(self.calls), "none.mp3")
        await self.hooks.first()
        self.player.play()
        await until(lambda: self.player.snapshot().is_silent)
        for _ in range(50):
            self.hooks.sweep()
            await deferLater(REACTOR, 0.01)
        assert self.count == 1
        put(self.root / "none.mp3", "Late")
        self.hooks.song._again_at = 0.0
        await until(lambda: not self.hooks.song._is_asking)
        self.hooks.sweep()
        await until(lambda: self.booth.started)
        assert self.booth.started == ["Late"]

    async def test_what_is_told_of_a_track(self) -> None:
        """Its words and its file, when it is audible; no shell reads them."""
        told = self.folder / "told"
        self.on_play("sh", "-c", f'env | grep ^TINYICE >{told}; pwd >>{told}; echo >>"{told}"')
        track = Track("two.mp3", title="$(touch x) `id`\n; T", artist="A\udcff", album="Al")
        self.hooks.started(track)
        await until(lambda: told.exists() and told.read_text().endswith("\n\n"))
        lines = told.read_text().splitlines()
        assert sorted(lines[:-2]) == [
            "TINYICE_ALBUM=Al",
            "TINYICE_ARTIST=A?",
            f"TINYICE_FILE={self.root}/two.mp3",
            "TINYICE_MOUNT=/live",
            "TINYICE_TITLE=$(touch x) `id` ; T",
        ]
        assert lines[-2] == str(self.root)
        await self.hooks.stop()
        assert self.faults == []
        assert not (self.root / "x").exists()

    async def test_a_track_that_plays_is_told(self) -> None:
        """By the player, once for each track."""
        self.begin(Track("two.mp3", title="Two", seconds=2.0))
        self.on_play("sh", "-c", f"echo $TINYICE_TITLE >>{self.calls}")
        self.player.play()
        await until(lambda: self.count)
        assert self.calls.read_text() == "Two\n"

    async def test_many_tracks_while_it_is_busy(self) -> None:
        """It hears of the newest when it has time; what it leaves undone is ended and told."""
        self.on_play("sh", "-c", f"echo $TINYICE_TITLE >>{self.calls}; sleep 600", seconds=0.5)
        for number in range(5):
            self.hooks.started(Track("two.mp3", title=f"T{number}"))
        await until(lambda: self.count == 2)
        assert self.calls.read_text().split() == ["T0", "T4"]
        assert self.faults == [("on_play_command", "it has not ended within 0.5 s")]

    async def test_both_end_with_the_autodj(self) -> None:
        """Nothing of them is left, and nothing is told or played any more."""
        script = f"echo $$ >>{self.calls}; sleep 600 & sleep 600"
        self.config = AutoDJ(
            mount="/live",
            song_command=("sh", "-c", script),
            on_play_command=("sh", "-c", script),
        )
        self.hooks.started(Track("two.mp3"))
        await until(lambda: self.count == 2)
        numbers = [int(line) for line in self.calls.read_text().split()]
        await self.hooks.stop()
        assert not any(map(is_there, numbers))
        self.hooks.started(Track("two.mp3"))
        await deferLater(REACTOR, 0.3)
        assert self.count == 2
        assert self.faults == []

    async def test_another_command(self) -> None:
        """It is asked at once."""
        before = self.config
        self.naming("two.mp3")
        self.hooks.changed(before)
        await until(lambda: self.waiting)
        self.hooks.changed(self.config)
        await until(lambda: not self.hooks.song._is_asking)
        assert self.count == 1
