"""MPD clients and an AutoDJ as it is, whose process only pretends."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from autodj.decks import Booth, Nursery
from autodj.mpd_station import TRACKS
from autodj.mpd_talk import Room, Talker
from tinyice.autodj.modes import Modes
from tinyice.autodj.mpd.driving import DrivenPlayer
from tinyice.codec.playout_messages import Began, Position, Silent
from tinyice.core.tracks import Track

GOOD = [track for track in TRACKS if not track.fault]


class Driving:
    """An AutoDJ with everything in its playlist, and a client of it."""

    def __init__(self, tmp_path: Path, tracks: Sequence[Track] = GOOD) -> None:
        self.clock, self.nursery = Clock(), Nursery()
        self.booth = Booth(tracks, root=tmp_path, reactor=self.clock, spawner=self.nursery)
        self.booth.player.set_modes(Modes(repeat=False))
        self.room = Room()
        self.driven = DrivenPlayer(self.booth.player, self.room.tell)
        self.booth.player.when_changed(self.driven.look)
        self.room.use(self.driven)
        self.talker: Talker = self.room.talker()
        self.other: Talker = self.room.talker()

    def hear(self) -> None:
        """What was loaded last becomes audible."""
        if not self.nursery.child.loaded:
            self.nursery.child.is_ready()
        self.nursery.child.say(Began(self.nursery.child.loaded[-1].number, 0))

    def told(self, line: str) -> list[str]:
        """What somebody who waits is told when this is said."""
        self.other.raw("idle", "noidle")
        self.other.ask("idle")
        assert self.talker.ask(line) == "OK\n"
        said = self.other.said.decode() or self.other.ask("noidle")
        more = self.other.ask("idle").splitlines()
        self.other.ask("noidle")
        rows = [*said.splitlines(), *more]
        return sorted({row[9:] for row in rows if row.startswith("changed")})


@pytest.fixture
def driving(tmp_path: Path) -> Driving:
    return Driving(tmp_path)


def test_what_is_played_is_told_when_it_is_audible(driving: Driving) -> None:
    ask = driving.talker.answer
    assert ask("status")["state"] == "stop"
    assert driving.talker.ask("play 2") == "OK\n"
    assert ask("status")["state"] == "play"
    driving.hear()
    status = ask("status")
    assert (status["song"], status["nextsong"]) == ("2", "3")
    assert ask("currentsong")["Title"] == GOOD[2].title
    driving.clock.advance(2)
    assert ask("status")["elapsed"] == "2.000"
    driving.talker.ask("pause")
    driving.clock.advance(0.5)
    assert (ask("status")["state"], ask("status")["elapsed"]) == ("pause", "2.000")


def test_stop_keeps_the_place_in_the_queue(driving: Driving) -> None:
    driving.talker.ask("play 2")
    driving.hear()
    driving.talker.ask("stop")
    status = driving.talker.answer("status")
    assert (status["state"], status["song"]) == ("stop", "2")
    driving.talker.ask("play")
    driving.hear()
    assert driving.talker.answer("status")["song"] == "2"
    driving.talker.ask("stop")
    driving.talker.ask("delete 2")
    assert "song" not in driving.talker.answer("status")


def test_seek_and_skip(driving: Driving) -> None:
    driving.talker.ask("play 0")
    driving.hear()
    driving.talker.ask("seekcur 30")
    assert driving.nursery.child.loaded[-1].start_s == 30
    driving.hear()
    assert driving.talker.answer("status")["elapsed"] == "30.000"
    driving.talker.ask("next")
    driving.hear()
    assert driving.talker.answer("status")["song"] == "1"
    driving.talker.ask("previous")
    driving.hear()
    assert driving.talker.answer("status")["song"] == "0"


def test_a_seek_is_told_though_nothing_else_changes(tmp_path: Path) -> None:
    driving = Driving(tmp_path, GOOD[:1])
    driving.talker.ask("play 0")
    driving.hear()
    assert driving.told("seekcur 50") == ["player"]
    assert driving.talker.answer("status")["elapsed"] == "50.000"


def test_priorities_come_first(driving: Driving) -> None:
    driving.talker.ask("play 0")
    driving.hear()
    driving.talker.ask("prio 9 5")
    assert driving.talker.answer("playlistinfo 5")["Prio"] == "9"
    assert driving.talker.answer("status")["nextsong"] == "5"


CHANGES = [
    ("setvol 30", ["mixer"]),
    ("random 1", ["options", "player"]),
    ("single 1", ["options", "player"]),
    ("crossfade 7", ["options"]),
    ("replay_gain_mode album", ["options"]),
    ("clear", ["player", "playlist"]),
    ("swap 5 6", ["playlist"]),
    ("pause 1", ["player"]),
    ("stop", ["player"]),
    ("seekcur 3", ["player"]),
    ("status", None),
    ("setvol 100", None),
]


@pytest.mark.parametrize(("line", "told"), CHANGES)
def test_who_waits_is_told_what_changed(
    driving: Driving, line: str, told: list[str] | None
) -> None:
    driving.talker.ask("play 0")
    driving.hear()
    if told is None:
        driving.other.raw("idle")
        driving.other.raw("noidle")
        driving.talker.ask(line)
        assert driving.other.ask("idle") == ""
    else:
        assert set(driving.told(line)) == set(told)


def test_a_change_from_elsewhere_is_told_too(driving: Driving) -> None:
    driving.other.raw("idle")
    driving.booth.player.set_volume(11)
    assert driving.other.said == b"changed: mixer\nOK\n"
    driving.other.raw("idle")
    driving.booth.player.play()
    assert driving.other.said == b"changed: player\nOK\n"


@pytest.mark.parametrize("mode", ["off", "track", "album", "auto"])
def test_gain_modes(driving: Driving, mode: str) -> None:
    driving.talker.ask(f"replay_gain_mode {mode}")
    assert driving.talker.answer("replay_gain_status")["replay_gain_mode"] == mode
    wanted = {"auto": "album"}.get(mode, mode)
    assert driving.booth.player.settings.gains.levelling.value == wanted
    driving.talker.ask("random 1")
    wanted = {"auto": "track"}.get(mode, mode)
    assert driving.booth.player.settings.gains.levelling.value == wanted


def test_that_nothing_can_be_played_is_an_error_until_it_is_cleared(driving: Driving) -> None:
    driving.talker.ask("clear")
    driving.talker.ask("play")
    driving.nursery.child.is_ready()
    driving.nursery.child.say(Silent(0))
    assert driving.talker.answer("status")["error"] == "the playlist is empty"
    driving.talker.ask("clearerror")
    assert "error" not in driving.talker.answer("status")


def test_positions_are_no_change(driving: Driving) -> None:
    driving.talker.ask("play 0")
    driving.hear()
    driving.other.raw("idle", "noidle")
    driving.other.raw("idle")
    driving.nursery.child.say(Position(driving.nursery.child.loaded[0].number, 1.0))
    driving.driven.look()
    assert driving.other.said == b""
