"""What an AutoDJ asks of its process, and tells the world, without a sound."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from autodj.decks import MP3_44, Booth, Nursery, PretendChild
from tinyice.autodj.gains import GainRules, Levelling
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.playing import PlayerSettings, PlayState
from tinyice.autodj.surroundings import LoudnessOf, unmeasured
from tinyice.autodj.transitions import Fades
from tinyice.codec.joins import Joint
from tinyice.codec.playout_messages import (
    Allow,
    Began,
    Failed,
    GoOn,
    Hold,
    Load,
    Position,
    Rest,
    Setup,
    Silent,
    Sound,
    Unload,
    Volume,
)
from tinyice.core.codec_events import AutoDJSilent, CodecLost, TrackFailed
from tinyice.core.loudness import Loudness
from tinyice.core.tracks import Track

TRACKS = [Track(f"{n}.mp3", title=f"t{n}", artist="A", seconds=100.0) for n in range(5)]


class Deejay:
    """An AutoDJ with a child that pretends, and time."""

    def __init__(
        self,
        tracks: list[Track],
        *,
        loudness: LoudnessOf = unmeasured,
        **more: object,
    ) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.nursery = Nursery()
        settings = PlayerSettings("/live", "/music", MP3_44, fades=Fades(3.0))
        self.booth = Booth(
            tracks,
            root=Path("/music"),
            reactor=self.clock,
            spawner=self.nursery,
            settings=replace(settings, **more),  # type: ignore[arg-type]
            loudness=loudness,
        )
        self.player = self.booth.player

    @property
    def child(self) -> PretendChild:
        return self.nursery.child

    @property
    def last(self) -> Load:
        return self.child.loaded[-1]

    @property
    def loaded(self) -> list[str]:
        return [load.path.removeprefix("/music/") for load in self.child.loaded]

    def begin(self) -> None:
        self.player.play()
        self.child.is_ready()

    def enter(self) -> None:
        """What was loaded last becomes audible."""
        self.child.say(Sound(0.5, b"\xff\xfb\x90\x64" + bytes(413)), Began(self.last.number, 0))

    def play(self, seconds: float) -> None:
        """Time passes, with a child that brings what it may."""
        for _ in range(round(seconds * 2)):
            self.child.say(Sound(0.5, b""))
            self.clock.advance(0.5)

    def told(self, *kinds: type) -> list[object]:
        return [message for message in self.child.heard if isinstance(message, kinds)]

    def events(self, kind: type) -> list[object]:
        return [event for event in self.booth.events if isinstance(event, kind)]


@pytest.fixture
def dj() -> Iterator[Deejay]:
    made = Deejay(TRACKS)
    made.begin()
    yield made
    made.player.stop()


def test_one_track_is_always_loaded(dj: Deejay) -> None:
    """The next one, with the way it is to enter; titles go out when it does."""
    assert isinstance(dj.child.heard[0], Setup)
    assert dj.loaded == ["0.mp3"]
    assert dj.booth.started == []
    dj.enter()
    assert dj.booth.started == ["t0"]
    assert dj.booth.live.tags.title == "t0"
    assert dj.loaded == ["0.mp3", "1.mp3"]
    assert dj.last.join.joint is Joint.CROSSFADE
    dj.enter()
    assert dj.booth.started == ["t0", "t1"]
    snapshot = dj.player.snapshot()
    assert snapshot.entry is not None
    assert snapshot.upcoming is not None
    assert (snapshot.entry.track.title, snapshot.upcoming.track.title) == ("t1", "t2")
    assert (snapshot.join.joint, snapshot.gain_db) == (Joint.CROSSFADE, 0.0)
    assert snapshot.why == ""


def test_why_a_track_plays_is_told(dj: Deejay) -> None:
    """Where it is not the next one in the list."""
    dj.player.queue(lambda queue: queue.add(TRACKS[4]))
    dj.enter()
    dj.enter()
    assert dj.player.snapshot().why == "It was next in the queue."
    dj.player.set_modes(Modes(random=True))
    dj.enter()
    assert dj.player.snapshot().why.startswith("Picked because")


def test_an_edit_changes_what_is_loaded(dj: Deejay) -> None:
    """Queue, priorities, order and modes; what is as it was is not loaded again."""
    dj.enter()
    dj.player.queue(lambda queue: queue.add(TRACKS[4]))
    assert dj.loaded[-1] == "4.mp3"
    count = len(dj.loaded)
    dj.clock.advance(1.0)
    dj.player.edit(lambda playlist: playlist.move(3, 4, 4))
    assert len(dj.loaded) == count
    dj.enter()
    assert dj.booth.started == ["t0", "t4"]
    assert len(dj.player.up_next) == 0
    assert dj.loaded[-1] == "1.mp3"
    dj.player.prioritise([dj.booth.ids[2]], 5)
    assert dj.loaded[-1] == "2.mp3"
    dj.player.set_modes(Modes(single=Switch.ON, repeat=False))
    dj.player.prioritise([dj.booth.ids[2]], 0)
    assert dj.told(Unload)


def test_what_plays_is_taken_out(dj: Deejay) -> None:
    """The next one plays at once."""
    dj.enter()
    dj.player.edit(lambda playlist: playlist.remove([dj.booth.ids[0]]))
    assert dj.last.at_once
    assert dj.loaded[-1] == "1.mp3"


def test_a_skip_is_not_taken_back(dj: Deejay) -> None:
    """What was loaded at once stays, whatever is looked at before it is heard."""
    dj.enter()
    dj.player.play(dj.booth.ids[3])
    dj.clock.pump([0.3] * 5)
    dj.player.queue(lambda queue: queue.add(TRACKS[4]))
    assert dj.last.at_once
    assert dj.loaded[-1] == "3.mp3"
    dj.enter()
    assert dj.booth.started == ["t0", "t3"]
    assert dj.loaded[-1] == "4.mp3"


def test_seek_and_pause(dj: Deejay) -> None:
    """A seek is no new track; a pause holds the position."""
    dj.enter()
    dj.child.say(Position(dj.child.loaded[0].number, 10.0))
    dj.clock.advance(2.0)
    assert dj.player.snapshot().elapsed_s == 12.0
    dj.player.seek(dj.booth.ids[0], 500.0)
    assert (dj.last.start_s, dj.last.at_once) == (99.0, True)
    dj.player.seek(dj.booth.ids[0], 50.0)
    dj.enter()
    assert dj.booth.started == ["t0"]
    assert dj.player.snapshot().elapsed_s == 50.0
    dj.player.pause(on=True)
    assert dj.told(Hold)
    dj.clock.pump([0.2] * 10)
    assert dj.player.snapshot().elapsed_s == 50.0
    assert dj.player.snapshot().state is PlayState.PAUSE
    dj.player.play()
    assert dj.told(GoOn)
    dj.player.set_volume(30)
    assert dj.told(Volume)[-1] == Volume(0.3)


def test_a_seek_behind_the_end(dj: Deejay) -> None:
    """A file that is shorter than its tags say is not broken; what plays goes on."""
    dj.enter()
    dj.player.seek(dj.booth.ids[0], 98.0)
    dj.child.say(Failed(dj.last.number, "no sound"))
    assert dj.events(TrackFailed) == []
    assert dj.player.fault(TRACKS[0]) == ""
    assert dj.player.snapshot().entry == dj.player.playlist.entry(dj.booth.ids[0])
    assert dj.loaded[-1] == "1.mp3"
    dj.player.seek(dj.booth.ids[3], 500.0)
    assert (dj.loaded[-1], dj.last.start_s) == ("3.mp3", 99.0)
    dj.child.say(Failed(dj.last.number, "no sound"))
    assert dj.events(TrackFailed) == []
    assert dj.loaded[-1] == "1.mp3"


def test_a_thousand_bad_files() -> None:
    """They are tried once, with breaths in between; then it is silence, which is told once."""
    dj = Deejay([Track(f"{n}.mp3") for n in range(1000)])
    dj.begin()
    while not dj.player.snapshot().is_silent:
        failing = dj.last
        dj.child.say(Sound(0.1, b""), Failed(failing.number, "no audio"))
        if dj.last is failing:
            dj.clock.advance(0.02)
    assert len(dj.child.loaded) == 1000
    assert len(dj.events(TrackFailed)) == 20
    dj.play(30.0)
    assert len(dj.child.loaded) == 1000
    assert len(dj.events(AutoDJSilent)) == 1
    assert dj.player.snapshot().is_silent
    assert dj.player.snapshot().words == "nothing in the playlist can be played"
    assert dj.player.snapshot().state is PlayState.PLAY
    dj.player.edit(lambda playlist: playlist.add([Track("good.mp3", title="good")]))
    assert dj.loaded[-1] == "good.mp3"
    dj.enter()
    assert not dj.player.snapshot().is_silent
    dj.player.stop()


def test_an_empty_playlist_is_silence() -> None:
    """It says so, has its mount, and plays what is put in."""
    dj = Deejay([])
    dj.begin()
    assert dj.player.snapshot().words == "the playlist is empty"
    assert dj.booth.live.source is not None
    assert dj.told(Allow)
    dj.play(30.0)
    assert len(dj.events(AutoDJSilent)) == 1
    dj.player.next()
    assert dj.player.snapshot().state is PlayState.PLAY
    assert dj.booth.live.source is not None
    dj.player.queue(lambda queue: queue.add(TRACKS[0]))
    assert dj.loaded == ["0.mp3"]
    dj.player.stop()


def test_a_playlist_that_is_cleared_is_silence(dj: Deejay) -> None:
    """Nobody is let go: what is put in is heard on the same connections."""
    dj.enter()
    dj.player.edit(lambda playlist: playlist.clear())
    assert dj.told(Rest)
    assert isinstance(dj.child.heard[-1], Allow)
    assert dj.player.snapshot().state is PlayState.PLAY
    assert dj.player.snapshot().words == "the playlist is empty"
    assert dj.player.snapshot().entry is None
    assert dj.booth.live.source is not None
    dj.play(5.0)
    dj.player.edit(lambda playlist: playlist.add([Track("good.mp3", title="good")]))
    assert dj.loaded[-1] == "good.mp3"
    dj.enter()
    assert not dj.player.snapshot().is_silent
    dj.player.pause(on=True)
    dj.player.edit(lambda playlist: playlist.clear())
    assert dj.player.snapshot().state is PlayState.PLAY
    dj.player.set_modes(Modes(repeat=False))
    dj.player.edit(lambda playlist: playlist.add([TRACKS[0]]))
    dj.enter()
    dj.player.next()
    assert dj.player.snapshot().state is PlayState.STOP
    assert dj.booth.feeder is None


def test_the_end_of_a_playlist(dj: Deejay) -> None:
    """Without repeat it stops, and others may have the mount."""
    dj.player.set_modes(Modes(repeat=False))
    for _ in TRACKS:
        dj.enter()
    dj.child.say(Silent(9))
    assert dj.player.snapshot().state is PlayState.STOP
    assert dj.booth.feeder is None
    dj.player.play()
    assert len(dj.nursery.children) == 2
    dj.child.is_ready()
    assert dj.loaded == ["0.mp3"]
    dj.enter()
    assert dj.loaded == ["0.mp3", "1.mp3"]


@pytest.mark.parametrize(
    ("modes", "begins"),
    [
        (Modes(repeat=False, single=Switch.ON), "1.mp3"),
        (Modes(repeat=False, random=True), ""),
    ],
)
def test_play_after_the_end(dj: Deejay, modes: Modes, begins: str) -> None:
    """It goes on with the next one after a single one, and with another round."""
    dj.player.set_modes(modes)
    while dj.player.snapshot().state is PlayState.PLAY:
        dj.enter()
        if dj.player.snapshot().upcoming is None:
            dj.child.say(Silent(9))
    dj.player.play()
    dj.child.is_ready()
    dj.enter()
    assert dj.player.snapshot().state is PlayState.PLAY
    assert begins in dj.loaded[0]


def test_a_process_that_dies(dj: Deejay) -> None:
    """The next one goes on with the next track; a track that kills again is let alone."""
    dj.enter()
    dj.child.die()
    assert dj.events(CodecLost)
    dj.clock.pump([0.1] * 10)
    assert len(dj.nursery.children) == 2
    dj.child.is_ready()
    assert dj.loaded == ["1.mp3"]
    dj.child.die()
    dj.clock.pump([0.1] * 10)
    dj.child.is_ready()
    assert [event.track for event in dj.events(TrackFailed)] == ["1.mp3"]  # type: ignore[attr-defined]
    assert dj.loaded == ["2.mp3"]
    assert dj.booth.live.source is not None


def test_half_a_frame_of_a_process_that_died_is_not_sent(dj: Deejay) -> None:
    """Players would take the beginning of the next one for the rest of it."""
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    dj.enter()
    dj.child.say(Sound(0.1, frame * 4 + frame[:200]))
    dj.child.die()
    dj.clock.pump([0.1] * 10)
    dj.child.is_ready()
    dj.child.say(Sound(0.1, frame * 5))
    data = bytes(dj.booth.recorder.data)
    assert len(data) > 9 * len(frame)
    assert data == frame * (len(data) // len(frame))


def test_a_process_that_does_not_work(dj: Deejay) -> None:
    """Others may have the mount until it does; it is tried again every four seconds."""
    for _ in range(4):
        dj.child.die()
        dj.clock.pump([0.5] * 9)
    assert dj.booth.feeder is None
    assert len(dj.nursery.children) == 5
    dj.child.is_ready()
    dj.child.say(Sound(0.1, b"x"))
    dj.play(6.0)
    assert dj.booth.feeder is not None
    assert dj.loaded


def test_a_hanging_process_is_ended(dj: Deejay) -> None:
    """Within five seconds another one plays."""
    dj.enter()
    dj.clock.pump([0.25] * 18)
    assert len(dj.nursery.children) == 2


def test_who_is_live_has_the_mount(dj: Deejay) -> None:
    """The process rests meanwhile, and is not taken for silent; it begins with a fresh track."""
    dj.enter()
    live = dj.booth.encoder()
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    for _ in range(40):
        live.send(frame * 20)
        dj.clock.advance(0.5)
        dj.booth.mounts.sweep()
    assert dj.booth.live.source is live.source
    assert isinstance(dj.child.heard[-1], Rest)
    assert dj.player.snapshot().entry is None
    live.leave()
    assert dj.booth.live.tags.title == ""
    assert dj.loaded[-1] == "1.mp3"
    assert isinstance(dj.child.heard[-1], Allow)
    dj.enter()
    assert dj.booth.started == ["t0", "t1"]


def test_a_hundred_takeovers_leave_nothing(dj: Deejay) -> None:
    """One child, one session, a few calls that wait."""
    for _ in range(100):
        live = dj.booth.encoder()
        for _ in range(30):
            live.send(b"\xff\xfb\x90\x64" + bytes(413))
            dj.clock.advance(0.05)
            dj.booth.mounts.sweep()
        live.leave()
        dj.enter()
        dj.clock.advance(0.2)
    assert len(dj.nursery.children) == 1
    assert len(dj.booth.live.air.inputs) == 1
    assert len(dj.clock.getDelayedCalls()) <= 3
    assert len(dj.booth.started) >= 90


@pytest.mark.parametrize("levelling", Levelling)
def test_entries_bring_a_gain_of_their_own(levelling: Levelling) -> None:
    """On top of what its track gets, whatever that is; also when it is played again."""
    dj = Deejay([], loudness=lambda *_: Loudness(-10.0, -1.0))
    dj.player.settle(replace(dj.player.settings, gains=GainRules(levelling, more_db=1.0)))
    dj.player.edit(lambda playlist: playlist.add([Track("0.mp3", seconds=60.0)], gains=[-3.0]))
    dj.begin()
    dj.enter()
    level = 0.0 if levelling is Levelling.OFF else -6.0
    assert (dj.loaded[0], dj.child.loaded[0].gain_db) == ("0.mp3", level - 2.0)
    assert dj.player.snapshot().gain_db == level - 2.0
    dj.player.seek(1, 5.0)
    assert dj.last.gain_db == level - 2.0
    dj.player.stop()


def test_a_gain_that_is_known_later_is_used(dj: Deejay) -> None:
    """As long as the track is not audible yet."""
    dj.enter()
    assert dj.last.gain_db == 0.0
    dj.player.settle(replace(dj.player.settings, gains=GainRules(Levelling.OFF, more_db=-3.0)))
    assert (dj.loaded[-1], dj.last.gain_db) == ("1.mp3", -3.0)
    dj.player.set_levelling(Levelling.TRACK)
    dj.player.set_crossfade(0.0)
    assert dj.last.join.joint is Joint.CUT


class Meter:
    """Measures tracks, but not at once."""

    def __init__(self) -> None:
        self.known: dict[str, Loudness] = {}
        self._asked: list[Callable[[], None]] = []

    def of(self, _root: str, track: Track, tell: Callable[[], None]) -> Loudness | None:
        self._asked.append(tell)
        return self.known.get(track.path)

    def tell(self, path: str, lufs: float) -> None:
        self.known[path] = Loudness(lufs, -1.0)
        asked, self._asked = self._asked, []
        for tell in asked:
            tell()


def test_the_first_track_waits_for_its_level() -> None:
    """And begins with it; none after it waits."""
    meter = Meter()
    dj = Deejay(TRACKS, loudness=meter.of)
    dj.begin()
    assert dj.player.snapshot().is_heard
    dj.child.say(Silent(0))
    assert dj.loaded == []
    dj.clock.advance(1.5)
    meter.tell("0.mp3", -10.0)
    assert [(load.path, load.gain_db) for load in dj.child.loaded] == [("/music/0.mp3", -6.0)]
    dj.enter()
    assert dj.loaded[-1] == "1.mp3"
    dj.player.stop()


def test_it_waits_for_a_while_only() -> None:
    """Then it begins as it is."""
    dj = Deejay(TRACKS, loudness=Meter().of)
    dj.begin()
    dj.clock.advance(2.9)
    assert dj.loaded == []
    dj.clock.advance(0.1)
    assert [(load.path, load.gain_db) for load in dj.child.loaded] == [("/music/0.mp3", 0.0)]
    dj.player.stop()


def test_what_is_asked_for_by_hand_waits_for_nothing() -> None:
    """From the start, and while something else waits."""
    dj = Deejay(TRACKS, loudness=Meter().of)
    dj.player.play(dj.booth.ids[3])
    dj.child.is_ready()
    assert dj.loaded == ["3.mp3"]
    dj.player.stop()
    for ask in (
        lambda dj: dj.player.next(),
        lambda dj: dj.player.play(dj.booth.ids[2]),
        lambda dj: dj.player.seek(dj.booth.ids[2], 10.0),
    ):
        dj = Deejay(TRACKS, loudness=Meter().of)
        dj.begin()
        assert dj.loaded == []
        ask(dj)
        assert len(dj.loaded) == 1
        assert dj.last.at_once
        dj.player.stop()


def test_nobody_hears_silence_in_place_of_something() -> None:
    """What is heard is heard on while it waits; what follows somebody live begins at once."""
    frame = bytes((0xFF, 0xFB, 0x90, 0x64)) + bytes(413)
    for kind in ("relay", "client"):
        dj = Deejay(TRACKS, loudness=Meter().of)
        other = dj.booth.encoder(kind)
        other.send(frame)
        dj.begin()
        for _ in range(3):
            assert dj.booth.feeder is other.source
            dj.clock.advance(1.0)
            other.send(frame)
        assert dj.player.snapshot().is_heard is (kind == "relay")
        other.leave()
        assert dj.loaded == ["0.mp3"]
        dj.player.stop()
