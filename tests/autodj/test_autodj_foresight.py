"""When what is ahead begins is told as far as it is bound to be so, and what comes too soon."""

from random import Random

import pytest

from tinyice.autodj.entries import Entry, EntryIds
from tinyice.autodj.failures import Failures
from tinyice.autodj.foresight import JUDGED, Foresight, foresee
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.playing import PlayerSnapshot, PlayState
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.rundown import Lists
from tinyice.autodj.separation import Apart, Recent, Separation
from tinyice.autodj.succession import Succession
from tinyice.autodj.upnext import UpNext
from tinyice.core.tracks import Track

NOW = 1_000_000.0


class Table:
    """Lists whose tracks are named by letters and last a hundred seconds, and what plays."""

    def __init__(self, names: str, **rules: Apart) -> None:
        free = {"title": Apart(), "artist": Apart(), "album": Apart()}
        ids = EntryIds()
        self.playlist, self.up_next = Playlist(ids), UpNext(ids)
        self.recent, failures = Recent(), Failures(lambda: 0.0)
        self.lists = Lists(
            self.playlist,
            self.up_next,
            Succession(
                self.playlist,
                self.recent,
                failures,
                separation=lambda: Separation(**{**free, **rules}),
                now=lambda: NOW,
                random=Random(1),
            ),
            self.recent,
            failures,
        )
        self.lists.succession.modes = Modes(random=False)
        self.playlist.add([track(name) for name in names])
        self.elapsed = 40.0
        self.state = PlayState.PLAY
        self.upcoming: Entry | None = None
        self.is_heard = True

    def play(self, name: str) -> None:
        """This one began 40 s ago."""
        entry = next(each for each in self.playlist if each.track.path == name)
        self.lists.succession.begin(entry.id)
        self.recent.note(entry.track, NOW - self.elapsed)

    def foresee(self, fade_s: float = 0.0) -> Foresight:
        playing = PlayerSnapshot(
            "/dj",
            self.state,
            is_heard=self.is_heard,
            entry=self.lists.succession.current,
            elapsed_s=self.elapsed,
            upcoming=self.upcoming,
        )
        return foresee(self.lists, playing, fade_s=fade_s, now=NOW)

    def begins(self, fade_s: float = 0.0) -> dict[str, float]:
        entries = [*self.up_next, *self.playlist]
        found = self.foresee(fade_s).begins_in
        return {each.track.path: found[each.id] for each in entries if each.id in found}


def track(name: str, seconds: float = 100.0, artist: str = "") -> Track:
    return Track(name, title=name, artist=artist, seconds=seconds)


def test_in_the_order_of_the_list() -> None:
    table = Table("abcd")
    table.play("b")
    assert table.begins() == {"c": 60.0, "d": 160.0}
    assert table.begins(fade_s=3.0) == {"c": 57.0, "d": 154.0}


def test_the_queue_comes_before_the_list() -> None:
    table = Table("abc")
    table.play("a")
    table.up_next.add(track("q"))
    assert table.begins() == {"q": 60.0, "b": 160.0, "c": 260.0}


def test_nothing_is_known_while_nothing_goes_on() -> None:
    table = Table("abc")
    assert table.begins() == {}
    table.play("a")
    table.state = PlayState.PAUSE
    assert table.begins() == {}
    table.state, table.is_heard = PlayState.PLAY, False
    assert table.begins() == {}


def test_chance_is_not_foreseen_but_for_what_it_has_drawn() -> None:
    table = Table("abcd")
    table.play("a")
    table.lists.succession.modes = Modes(random=True)
    assert table.begins() == {}
    table.upcoming = table.playlist.at(3)
    assert table.begins() == {"d": 60.0}


def test_what_is_to_come_first_leads_to_what_is_behind_it() -> None:
    table = Table("abcd")
    table.play("a")
    table.upcoming = table.playlist.at(2)
    assert table.begins() == {"c": 60.0, "d": 160.0}


def test_who_stops_after_each_track_goes_to_no_other() -> None:
    table = Table("abc")
    table.play("a")
    table.lists.succession.modes = Modes(single=Switch.ON)
    assert table.begins() == {}


def test_behind_what_nobody_knows_the_length_of_nothing_is_known() -> None:
    table = Table("a")
    table.playlist.add([track("b", seconds=0.0), track("c")])
    table.play("a")
    assert table.begins() == {"b": 60.0}


def test_what_can_not_be_played_is_passed_over() -> None:
    table = Table("abc")
    table.play("a")
    table.lists.failures.note(track("b"), "no audio")
    assert table.begins() == {"c": 60.0}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Apart(minutes=90), "repeats Fen Orchestra after 1 min; the rule asks for 90 min"),
        (Apart(songs=2), "repeats Fen Orchestra too soon; the rule asks for 2 others between"),
        (Apart(songs=1), ""),
        (Apart(minutes=1), ""),
    ],
)
def test_an_artist_comes_too_soon(rule: Apart, words: str) -> None:
    """Of what has played, and of what will have played by then."""
    table = Table("a", artist=rule)
    table.playlist.add([track("b", artist="Fen Orchestra"), track("c")])
    table.play("b")
    table.playlist.add([track("d", artist="Fen Orchestra")])
    told = {each.track.path: table.foresee().too_soon.get(each.id, "") for each in table.playlist}
    # 40 s of "b" are over: "d" begins 200 s after it, with "c" between
    expected = words.replace("after 1 min", "after 3 min")
    assert told == {"a": "", "b": "", "c": "", "d": expected}


def test_two_of_one_artist_that_are_both_ahead() -> None:
    table = Table("a", artist=Apart(minutes=10))
    table.play("a")
    table.up_next.add(track("b", artist="Kestrel"))
    again = table.up_next.add(track("c", artist="Kestrel"))
    words = "repeats Kestrel after 1 min; the rule asks for 10 min"
    assert table.foresee().too_soon == {again: words}


def test_an_album_is_played_through() -> None:
    table = Table("a", artist=Apart(minutes=10), album=Apart(minutes=10))
    table.play("a")
    told = {"album": "Tide", "album_artist": "Kestrel", "artist": "Kestrel", "seconds": 30.0}
    for number in (1, 2, 4):
        last = table.up_next.add(Track(str(number), title=str(number), number=number, **told))  # type: ignore[arg-type]
    words = "repeats Kestrel after 30 s; the rule asks for 10 min"
    assert table.foresee().too_soon == {last: words}


def test_a_long_list_is_foreseen_to_its_end_and_judged_at_its_beginning() -> None:
    table = Table("a", title=Apart(minutes=1e9))
    table.playlist.add([track("b") for _ in range(16_000)])
    table.play("a")
    ahead = table.foresee()
    assert len(ahead.begins_in) == 16_000
    assert len(ahead.too_soon) == JUDGED - 1
