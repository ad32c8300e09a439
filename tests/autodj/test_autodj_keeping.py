"""What an AutoDJ keeps for its next start: when, where, and against which configuration."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from autodj.test_autodj_turntable import TRACKS, Deejay
from tinyice.autodj.adapting import adapted
from tinyice.autodj.entries import Entry
from tinyice.autodj.frozen import (
    FrozenAutoDJ,
    FrozenLists,
    FrozenPlayer,
    FrozenPlaylist,
    FrozenSuccession,
    FrozenTrack,
    Said,
)
from tinyice.autodj.gains import Levelling
from tinyice.autodj.keeping import EVERY_S, Keeping, file_of, read_in_worker, write_in_worker
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.playing import PlayState
from tinyice.core.codec_events import AutoDJForgot
from tinyice.core.events import Event
from tinyice.core.tracks import Track

SAID = Said("/music", (), "", True, True, 3.0, Levelling.TRACK)
ENTRY = Entry(4, Track("caf\udce9.mp3", title="Café", seconds=100.0))
KEPT = FrozenAutoDJ(
    SAID,
    FrozenPlayer(
        FrozenLists(
            5,
            FrozenPlaylist((ENTRY,), (2,), 2, 1),
            succession=FrozenSuccession(Modes(random=False, single=Switch.ONCE), (4,), (4,), 4),
        ),
        PlayState.PAUSE,
        FrozenTrack(ENTRY, False, 12.5),
        40,
        7.0,
        Levelling.ALBUM,
        99.0,
    ),
    is_filled=False,
)


class AtOnce:
    """Does what a worker does, at once or not at all."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.done = 0

    def perform(self, work: Callable[..., Any], *args: object) -> Deferred[Any]:
        self.done += 1
        try:
            return fail(self.fault) if self.fault else succeed(work(*args))
        except Exception as error:
            return fail(error)


class Desk:
    """Something that is kept."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.work = Clock(), AtOnce()
        self.events: list[Event] = []
        self.frozen = KEPT
        self.path = file_of(folder, "/night")
        self.keeping = Keeping(
            self.path,
            "/night",
            lambda: self.frozen,
            work=cast("Any", self.work),
            clock=self.clock,
            publish=self.events.append,
        )

    def read(self) -> FrozenAutoDJ | None:
        found: list[FrozenAutoDJ | None] = []
        Deferred.fromCoroutine(self.keeping.read()).addCallback(found.append)
        return found[0]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_it_is_written_now_and_then_and_at_the_end(desk: Desk) -> None:
    desk.keeping.changed()
    desk.clock.advance(EVERY_S)
    assert not desk.path.exists(), "before it began there was nothing to keep"
    desk.keeping.begin()
    for _ in range(20):
        desk.keeping.changed()
        desk.clock.advance(EVERY_S / 10)
    assert desk.work.done == 2
    assert desk.read() == KEPT
    desk.frozen = replace(KEPT, is_filled=True)
    desk.keeping.changed()
    desk.keeping.stop()
    assert desk.read() == desk.frozen
    assert not desk.clock.getDelayedCalls()
    assert [each.name for each in desk.path.parent.iterdir()] == ["night.json"]


def test_who_leaves_writes_no_more(desk: Desk) -> None:
    """Another process has it."""
    desk.keeping.begin()
    desk.keeping.changed()
    desk.keeping.leave()
    desk.keeping.stop()
    desk.clock.advance(EVERY_S)
    assert not desk.path.exists()


def test_what_is_damaged_is_told_and_put_aside(desk: Desk) -> None:
    assert desk.read() is None
    assert desk.events == []
    write_in_worker(desk.path, KEPT)
    desk.path.write_bytes(desk.path.read_bytes()[:-5])
    assert desk.read() is None
    assert [type(event) for event in desk.events] == [AutoDJForgot]
    assert desk.read() is None
    assert len(desk.events) == 1
    assert [each.name for each in desk.path.parent.iterdir()] == ["night.json.damaged"]


def test_a_disk_that_is_full_stops_nothing(desk: Desk) -> None:
    desk.keeping.begin()
    desk.work.fault = OSError(28, "No space left on device")
    with capturedLogs() as logs:
        desk.keeping.changed()
        desk.clock.advance(EVERY_S)
    assert "No space left" in logs[0]["reason"]
    desk.work.fault = None
    desk.keeping.changed()
    desk.clock.advance(EVERY_S)
    assert read_in_worker(desk.path) == KEPT


def test_names_of_files(tmp_path: Path) -> None:
    """Each mount has one, in the folder."""
    mounts = ["/a", "/a/b", "/a b", "/é", "/" + "x" * 500, "/" + "x" * 501, "/..", "/a.json"]
    mounts += ["/.", "/.hidden", "/%2Ehidden", "/a/", "//a", "/a%2Fb"]
    found = {file_of(tmp_path, mount) for mount in mounts}
    assert len(found) == len(mounts)
    assert {each.parent for each in found} == {tmp_path / "autodj"}
    assert all(len(each.name) < 250 and not each.name.startswith(".") for each in found)


def test_what_was_settled_holds_while_the_configuration_says_the_same() -> None:
    assert adapted(KEPT, SAID) == KEPT
    louder = adapted(KEPT, replace(SAID, crossfade_s=0.0, levelling=Levelling.OFF))
    assert (louder.player.crossfade_s, louder.player.levelling) == (0.0, Levelling.OFF)
    assert louder.player.lists == KEPT.player.lists
    drawn = adapted(KEPT, replace(SAID, loop=False)).player.lists.succession
    assert drawn.modes == Modes(random=True, repeat=False, single=Switch.ONCE)
    assert drawn.current == 4
    for now in (
        replace(SAID, root="/elsewhere"),
        replace(SAID, playlist=("a.mp3",)),
        replace(SAID, last_playlist="evening"),
    ):
        other = adapted(KEPT, now)
        assert other.said == now
        assert other.is_filled
        assert other.player.track is None
        assert other.player.lists.playlist == FrozenPlaylist()
        assert other.player.lists.succession.modes == KEPT.player.lists.succession.modes
        state = PlayState.PLAY if now.root == "/elsewhere" else PlayState.PAUSE
        assert (other.player.volume, other.player.state) == (40, state)


def resumed(before: Deejay) -> tuple[Deejay, FrozenPlayer]:
    """Another server, with what was frozen of this one."""
    frozen = before.player.freeze()
    before.player.stop()
    after = Deejay([])
    after.player.thaw(frozen)
    after.player.go_on(frozen)
    return after, frozen


def test_a_track_goes_on_where_it_was() -> None:
    """It is none that begins: history and rules have it already; what follows is what followed."""
    one = Deejay(TRACKS)
    one.begin()
    one.enter()
    one.player.seek(one.booth.ids[0], 40.0)
    one.enter()
    one.player.set_volume(30)
    two, frozen = resumed(one)
    assert frozen.track is not None
    assert frozen.track.seconds == 40.0
    snapshot = two.player.snapshot()
    assert (snapshot.entry, snapshot.elapsed_s, snapshot.volume) == (frozen.track.entry, 40.0, 30)
    two.child.is_ready()
    assert (two.last.path, two.last.start_s) == ("/music/0.mp3", 40.0)
    two.enter()
    assert two.booth.started == []
    assert two.booth.live.tags.title == "t0"
    assert two.player.snapshot().elapsed_s == 40.0
    two.enter()
    assert two.booth.started == ["t1"]
    two.player.stop()


def test_a_pause_and_a_stop_stay() -> None:
    one = Deejay(TRACKS)
    one.begin()
    one.enter()
    one.player.pause(on=True)
    two, _ = resumed(one)
    two.child.is_ready()
    assert two.player.snapshot().state is PlayState.PAUSE
    assert two.player.snapshot().entry is not None
    two.player.stop()
    three, _ = resumed(two)
    assert three.player.snapshot().state is PlayState.STOP
    assert not three.nursery.children
    three.player.play()
    assert three.nursery.children
    three.player.stop()
