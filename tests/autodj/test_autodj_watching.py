"""Changes are gathered for a moment, and what nobody tells is found in time."""

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from tinyice.autodj.inotify import events_in
from tinyice.autodj.watching import AT_MOST_S, QUIET_S, RESCAN_S, FolderWatch, NotWatched, Watcher


class PretendWatcher:
    def __init__(self, room: int = 100) -> None:
        self.room = room
        self.folders: list[str] = []
        self.is_stopped = False

    def watch(self, folder: str) -> None:
        if len(self.folders) >= self.room:
            raise NotWatched("there is no more room")
        self.folders.append(folder)

    def unwatch(self, folder: str) -> None:
        self.folders.remove(folder)

    def stop(self) -> None:
        self.is_stopped = True


class Desk:
    def __init__(self, watcher: PretendWatcher | None, folders_max: int = 100) -> None:
        self.clock = Clock()
        self.scans: list[tuple[str, bool]] = []
        self.watcher = watcher
        self.watch = FolderWatch(
            "/m",
            lambda folder, deep: self.scans.append((folder, deep)),
            self.make,
            clock=self.clock,
            folders_max=folders_max,
        )
        self.watch.start()

    def make(self, _watch: FolderWatch) -> Watcher | None:
        return self.watcher

    def turn(self, seconds: float) -> list[tuple[str, bool]]:
        self.scans.clear()
        self.clock.pump([0.1] * round(seconds * 10))
        return sorted(self.scans)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(PretendWatcher())
    yield made
    made.watch.stop()
    assert made.clock.getDelayedCalls() == []
    assert made.watcher is not None
    assert made.watcher.is_stopped


def test_everything_is_looked_at_now_and_then(desk: Desk) -> None:
    assert desk.scans == [("", True)]
    assert desk.turn(RESCAN_S - 1) == []
    assert desk.turn(2) == [("", True)]


def test_changes_wait_for_quiet(desk: Desk) -> None:
    """An album that is copied is one scan, not one for each piece of it."""
    for _ in range(10):
        desk.watch.changed("/m/a", deep=False)
        assert desk.turn(QUIET_S / 2) == []
    desk.watch.changed("/m", deep=False)
    assert desk.turn(QUIET_S + 0.2) == [("", False), ("a", False)]
    assert desk.turn(60) == []


def test_changes_without_end_do_not_wait_for_ever(desk: Desk) -> None:
    scans = []
    for _ in range(round(AT_MOST_S) + 1):
        desk.watch.changed("/m/a", deep=True)
        scans += desk.turn(1)
    assert scans == [("a", True)]


def test_what_is_elsewhere_is_none_of_it(desk: Desk) -> None:
    desk.watch.changed("/music", deep=True)
    desk.watch.changed("/", deep=True)
    assert desk.turn(10) == []


def test_folders_are_watched_in_steps(desk: Desk) -> None:
    folders = ["", *(f"f{n}" for n in range(99))]
    desk.watch.scanned(folders, is_all=True)
    assert desk.watch.watched == 0
    desk.clock.advance(0)
    assert desk.watch.watched == 50
    desk.turn(1)
    assert desk.watch.watched == 100
    desk.watch.scanned(["", "f1"], is_all=True)
    assert desk.watch.watched == 2
    desk.watch.scanned(["f2"], is_all=False)
    desk.turn(1)
    assert desk.watch.watched == 3


def test_what_changed_before_it_was_watched_is_seen(desk: Desk) -> None:
    """There is no moment in which a new file is seen by nobody, and no look without end."""
    desk.watch.scanned(["", "a"], is_all=True)
    assert desk.turn(5) == [("", True)]
    desk.watch.scanned(["", "a"], is_all=True)
    assert desk.turn(5) == []
    desk.watch.scanned(["b", "b/c"], is_all=False)
    assert desk.turn(5) == [("b", True), ("b/c", True)]
    desk.watch.scanned(["b", "b/c"], is_all=False)
    assert desk.turn(5) == []


def test_a_folder_that_is_new_or_gone_is_watched_anew(desk: Desk) -> None:
    """A folder of the same name is another one."""
    assert desk.watcher is not None
    desk.watch.scanned(["", "a", "a/b", "ab"], is_all=True)
    desk.turn(1)
    desk.watch.changed("/m/a", deep=True)
    assert desk.watcher.folders == ["/m", "/m/ab"]
    desk.watch.scanned(["a"], is_all=False)
    desk.turn(1)
    assert desk.watcher.folders == ["/m", "/m/ab", "/m/a"]


@pytest.mark.parametrize(
    ("room", "most", "fault"), [(3, 100, "no more room"), (100, 3, "more than 3 folders")]
)
def test_what_can_not_be_watched_is_said(room: int, most: int, fault: str) -> None:
    desk = Desk(PretendWatcher(room), most)
    desk.watch.scanned(["", "a", "b", "c", "d"], is_all=True)
    desk.turn(1)
    assert desk.watch.watched == 3
    assert fault in desk.watch.fault
    desk.watch.stop()


def test_a_system_without_watchers_is_looked_at_now_and_then() -> None:
    desk = Desk(None)
    assert desk.watch.fault == "this system does not tell of changes"
    desk.watch.scanned(["", "a"], is_all=True)
    assert desk.turn(RESCAN_S + 1) == [("", True)]
    desk.watch.stop()


def test_lost_events_are_a_look_at_everything(desk: Desk) -> None:
    desk.scans.clear()
    desk.watch.overflowed()
    assert desk.scans == [("", True)]


@given(st.lists(st.tuples(st.integers(-1, 9), st.integers(0, 2**31), st.binary(max_size=9))))
def test_events_are_read(events: list[tuple[int, int, bytes]]) -> None:
    data = b""
    clean = [(number, mask, name.replace(b"\0", b"x")) for number, mask, name in events]
    for number, mask, name in clean:
        padded = name.ljust(-(-len(name) // 16) * 16, b"\0")
        data += struct.pack("=iIII", number, mask, 0, len(padded)) + padded
    assert list(events_in(data)) == clean
    list(events_in(data[:-3]))
