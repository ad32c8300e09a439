"""What the Studio is told as it happens: in parts, only what changed, only who looks at it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from live_support import Follower, of
from web_support import ADMIN, DJ, STARTED, Web, mount

from tinyice.core.autodjs import AutoDJSnapshot, DjModes, DjState, EntryRow, GainBy, Mix, TrackRow
from tinyice.core.loudness import Loudness
from tinyice.web.live.live import PICTURE_S
from tinyice.web.live.picture import Pictures
from tinyice.web.live.studio import StudioPlay, parts_of, steady_play
from tinyice.web.live.studio_words import decibels, join_words, left, mix_words, standing_of

ADMIN_LINE = ADMIN.decode().strip()
TRACK = TrackRow(7, "a/low.mp3", "Low Tide", "Kestrel", "Harbour", year=2023, seconds=321.4)
NEXT = TrackRow(8, "b.mp3", "Fen - Salt", seconds=180)
PLAYS = AutoDJSnapshot(
    "/live",
    "night",
    DjState.PLAY,
    quality="MP3, 128 kb/s",
    is_heard=True,
    now=EntryRow(3, TRACK),
    next=EntryRow(4, NEXT),
    join="crossfade",
    join_s=4.2,
    elapsed_s=60.0,
    gain_db=-2.3,
    loudness=Loudness(-13.8, -0.1),
    why="Nothing of Kestrel for 3 h.",
    playlist_name="Night",
    playlist_version=5,
    playlist_count=38,
)


class Looked:
    """A web whose AutoDJ is the value that a test gives it."""

    def __init__(self, dj: AutoDJSnapshot | None = PLAYS) -> None:
        self.dj = dj
        self.looks: list[str] = []
        self.passed = 0.0
        self.web = Web(mount(), mount("/two"))
        self.web.live._pictures = Pictures(
            self.web.station.snapshot,
            self.web.chronicle,
            lambda: STARTED + timedelta(seconds=self.passed),
            autodj=self.look,
        )

    def look(self, path: str) -> AutoDJSnapshot | None:
        self.looks.append(path)
        return self.dj if path == "/live" else None

    def follow(self, target: str = "/admin/events?mount=/live&with=studio") -> Follower:
        return Follower(self.web, target, ADMIN_LINE)

    def go_on(self, **changes: object) -> None:
        """Half a second passes."""
        assert self.dj is not None
        self.dj = replace(self.dj, **changes)
        self.passed += PICTURE_S
        self.web.clock.advance(PICTURE_S)


def parts(told: list[tuple[str, dict[str, object]]]) -> dict[str, dict[str, object]]:
    """What was told of the AutoDJ, by part."""
    return {str(data["part"]): data for data in of(told, "studio")}


def test_who_looks_gets_all_parts_at_once() -> None:
    """Names, figures and versions, as the page shows them."""
    told = parts(Looked().follow().take())
    assert list(told) == ["now", "play", "next", "mix", "lists"]
    assert told["now"]["plays"] == "Low Tide"
    assert told["now"]["album"] == "Harbour, 2023"
    assert (told["now"]["lufs"], told["now"]["gain"]) == ("\u221213.8", "\u22122.3")
    assert told["play"]["words"] == "Night"
    assert told["play"]["at"] == "2026-11-20T06:33:26.000+00:00"
    assert (told["next"]["plays"], told["next"]["line"]) == ("Salt", "Fen, 3:00")
    assert told["next"]["join"] == "crossfade 4.2 s"
    assert told["mix"]["words"] == "Crossfade 3 s, gain by track"
    assert told["lists"]["playlist"] == 5


def test_nobody_else_is_told_and_nothing_is_looked_at() -> None:
    """Of those who follow the station without it, or another mount."""
    looked = Looked()
    assert of(looked.follow("/admin/events").take(), "studio") == []
    assert looked.looks == []
    other = parts(looked.follow("/admin/events?mount=/two&with=studio").take())
    assert other["play"]["state"] == "gone"
    assert looked.looks == ["/two"]


def test_only_what_changed_is_told() -> None:
    """That time goes on is no news; that it jumps is."""
    looked = Looked()
    follower = looked.follow()
    follower.take()
    looked.go_on(elapsed_s=60.4)
    looked.go_on(elapsed_s=61.1)
    assert follower.take() == []
    looked.go_on(elapsed_s=200.0)
    assert parts(follower.take())["play"]["elapsed_s"] == 200.0
    looked.go_on(elapsed_s=200.5, volume=40)
    assert list(parts(follower.take())) == ["play"]
    looked.go_on(elapsed_s=201.0, queue_version=1, queue_count=2)
    assert list(parts(follower.take())) == ["lists"]


def test_an_autodj_that_goes_is_told() -> None:
    """And one that comes back is told whole."""
    looked = Looked()
    follower = looked.follow()
    follower.take()
    looked.dj = None
    looked.web.clock.advance(PICTURE_S)
    assert [data["state"] for data in of(follower.take(), "studio")] == ["gone"]
    looked.dj = PLAYS
    looked.web.clock.advance(PICTURE_S)
    assert list(parts(follower.take())) == ["now", "play", "next", "mix", "lists"]


def test_who_looks_later_is_not_told_of_the_past() -> None:
    """Somebody looked before, and nobody did meanwhile."""
    looked = Looked()
    looked.follow("/admin/events")
    looked.follow().hang_up()
    looked.go_on(volume=30)
    assert parts(looked.follow().take())["play"]["volume"] == 30


@pytest.mark.parametrize(
    "target",
    ["/events?mount=/live&with=studio", "/admin/events?with=everything", "/events?with=studio"],
)
def test_what_is_not_given_is_refused(target: str) -> None:
    """The public, and what there is not."""
    assert Web(mount()).ask(target, ADMIN).status == 400


def test_only_ones_own() -> None:
    """A DJ of another mount is told nothing of it."""
    looked = Looked()
    looked.web.gatekeeper.open(DJ)
    line = "Cookie: sid=cookie1"
    mine = Follower(looked.web, "/admin/events?mount=/live&with=studio", line)
    theirs = Follower(looked.web, "/admin/events?mount=/two&with=studio", line)
    assert len(of(mine.take(), "studio")) == 5
    assert theirs.status == 403
    assert looked.looks == ["/live"]


@pytest.mark.parametrize(
    ("changes", "on_air", "tally", "words"),
    [
        ({}, True, "AutoDJ", "Night"),
        ({"playlist_name": ""}, True, "AutoDJ", "MP3, 128 kb/s"),
        ({"is_heard": False}, True, "Live", "BUTT/0.1 is on air. The AutoDJ waits."),
        ({"is_heard": False}, False, "Waits", "It is about to begin."),
        ({"state": DjState.PAUSE}, True, "Paused", "The mount hears silence."),
        ({"is_silent": True, "words": "the playlist is empty"}, True, "Silence", "empty."),
        ({"error": "the mount is disabled"}, False, "No signal", "the mount is disabled"),
        ({"state": DjState.STOP}, False, "Stopped", "Nothing is on air here."),
        ({"state": DjState.STOP}, True, "Live", "The AutoDJ is stopped."),
    ],
)
def test_what_is_heard_in_words(
    changes: dict[str, object], on_air: bool, tally: str, words: str
) -> None:
    """One word and a sentence, whatever the case."""
    standing = standing_of(replace(PLAYS, **changes), mount() if on_air else None)
    assert standing.tally == tally
    assert standing.words.endswith(words)


def test_figures() -> None:
    """A true minus, and a dash for what nobody knows."""
    assert [decibels(one) for one in (-16.06, -0.01, 0.0, 2.0, None)] == [
        *("\u221216.1", "0.0", "0.0", "2.0", "\u2013"),
    ]
    assert (left(238.2, 321.0), left(3.0, 0.0)) == ("\u22121:22", "\u2013")
    assert [join_words(join, 3.0) for join in ("crossfade", "gapless", "cut", "")] == [
        *("crossfade 3 s", "gapless", "one behind the other", ""),
    ]
    assert mix_words(Mix(crossfade_s=0, gain_by=GainBy.OFF)) == "No crossfade, no gain"


def test_steady_time_is_kept_only_while_it_says_as_much() -> None:
    """A pause, a seek or another mode is told."""
    at = STARTED
    told = parts_of(PLAYS, None, at)[1]
    for seconds, elapsed_s, kept in ((10, 70.1, True), (10, 71.0, False), (10, 60.0, False)):
        fresh = parts_of(
            replace(PLAYS, elapsed_s=elapsed_s), None, at + timedelta(seconds=seconds)
        )[1]
        assert (steady_play(told, fresh) is told) is kept
    looped = parts_of(replace(PLAYS, modes=DjModes(loop=False)), None, at)[1]
    assert steady_play(told, looped) is looped
    assert steady_play(None, told) is told
    gone = StudioPlay(mount="/live", state="gone", tally="Gone")
    assert steady_play(gone, told) is told
