"""What plays next is what the list and its modes say, told early and kept to."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.autodj.entries import EntryIds, EntryUnknown
from tinyice.autodj.failures import REST, SOONEST_S, Failures
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.separation import Apart, Recent, Separation
from tinyice.autodj.succession import Standing, Succession
from tinyice.core.tracks import Track

FREE = Separation(Apart(), Apart(), Apart())


class Desk:
    """A playlist that is played, with a clock that the test turns."""

    def __init__(self, names: str = "", modes: Modes | None = None, seed: int = 1) -> None:
        self.seconds = 0.0
        self.playlist = Playlist(EntryIds())
        self.failures = Failures(lambda: self.seconds)
        self.recent = Recent()
        self.succession = Succession(
            self.playlist,
            self.recent,
            self.failures,
            separation=lambda: FREE,
            now=lambda: self.seconds,
            random=Random(seed),
        )
        self.succession.modes = modes or Modes(repeat=False)
        self.add(names)

    def add(self, names: str, position: int | None = None) -> None:
        self.playlist.add([Track(name, title=name) for name in names], position)

    def id(self, name: str) -> int:
        return next(entry.id for entry in self.playlist if entry.track.path == name)

    def ahead(self, *, by_hand: bool = False) -> str:
        step = self.succession.next(by_hand=by_hand)
        return step.entry.track.path if step else ""

    def go(self, *, by_hand: bool = False) -> str:
        """Let the track that plays come to its end, and the next one begin."""
        step, current = self.succession.next(by_hand=by_hand), self.succession.current
        if current is not None:
            self.succession.end(current.id)
        if step is None:
            return ""
        self.succession.begin(step.entry.id)
        return step.entry.track.path

    def play(self, count: int) -> str:
        return "".join(self.go() for _ in range(count))

    def back(self) -> str:
        entry = self.succession.previous()
        if entry is None:
            return ""
        self.succession.begin(entry.id, back=True)
        return entry.track.path


def test_the_list_is_played_in_its_order() -> None:
    assert Desk("abc").play(5) == "abc"
    assert Desk("abc", Modes()).play(5) == "abcab"


@pytest.mark.parametrize(
    ("modes", "played", "left"),
    [
        (Modes(repeat=False, single=Switch.ON), "a", "abc"),
        (Modes(repeat=True, single=Switch.ON), "aaaaa", "abc"),
        (Modes(repeat=False, consume=Switch.ON), "abc", ""),
        (Modes(repeat=True, consume=Switch.ON), "abc", ""),
        (Modes(repeat=True, single=Switch.ON, consume=Switch.ON), "a", "bc"),
        (Modes(repeat=True, single=Switch.ONCE), "aabca", "abc"),
        (Modes(repeat=False, consume=Switch.ONCE), "abc", "bc"),
        (Modes(random=True, repeat=True, single=Switch.ON), None, "abc"),
    ],
)
def test_modes(modes: Modes, played: str | None, left: str) -> None:
    desk = Desk("abc", modes)
    heard = ""
    for _ in range(5):
        # Who stops does not begin again by himself.
        if not (step := desk.go()):
            break
        heard += step
    assert heard == played or (played is None and len(set(heard)) == 1)
    assert "".join(entry.track.path for entry in desk.playlist) == left


def test_single_does_not_bind_hands() -> None:
    desk = Desk("abc", Modes(repeat=True, single=Switch.ON))
    desk.go()
    assert (desk.ahead(), desk.ahead(by_hand=True)) == ("a", "b")


def test_single_for_once_is_over_after_a_track() -> None:
    desk = Desk("abc", Modes(repeat=False, single=Switch.ONCE))
    assert desk.go() == "a"
    assert desk.go() == ""
    assert desk.succession.modes.single is Switch.OFF


def test_it_goes_on_behind_what_was_taken_away() -> None:
    """Who takes out what plays hears what came after it."""
    desk = Desk("abcdef")
    desk.play(3)
    desk.playlist.remove([desk.id(name) for name in "acd"])
    assert desk.succession.current is None
    assert desk.play(5) == "ef"


def test_it_goes_on_behind_what_was_moved() -> None:
    desk = Desk("abcd")
    desk.go()
    desk.playlist.move(0, 1, 2)
    assert desk.play(5) == "d"


def test_what_was_moved_and_then_taken_out_marks_its_last_place() -> None:
    desk = Desk("abcde")
    desk.go()
    desk.playlist.move(0, 1, 3)
    desk.playlist.remove([desk.id("a")])
    assert desk.play(5) == "e"


def test_a_new_list_begins_at_its_beginning() -> None:
    desk = Desk("abc")
    desk.play(2)
    desk.playlist.replace([Track("x"), Track("y")])
    assert desk.play(5) == "xy"


def test_the_list_can_grow_while_it_plays() -> None:
    desk = Desk("ab")
    desk.play(2)
    assert desk.succession.standing() is Standing.ENDED
    desk.add("c")
    assert desk.succession.standing() is Standing.READY
    desk.add("x", 0)
    assert desk.play(5) == "c"


def test_chance_plays_each_once_in_a_round() -> None:
    desk = Desk("abcdefgh", Modes(random=True))
    rounds = [desk.play(8) for _ in range(20)]
    assert all(sorted(each) == list("abcdefgh") for each in rounds)
    assert len(set(rounds)) > 15
    joined = "".join(rounds)
    assert not any(one == other for one, other in pairwise(joined))


def test_chance_ends_without_repeat() -> None:
    desk = Desk("abcd", Modes(random=True, repeat=False))
    assert sorted(desk.play(9)) == list("abcd")


def test_what_was_decided_stays_decided() -> None:
    """What a player has prepared is what comes, unless it is taken away."""
    desk = Desk("abcdefgh", Modes(random=True))
    desk.go()
    ahead = desk.ahead()
    for _ in range(10):
        desk.add("x", 1)
        assert desk.ahead() == desk.ahead(by_hand=True) == ahead
    desk.playlist.remove([desk.id(ahead)])
    assert desk.ahead() not in ("", ahead)


def test_back_goes_through_what_was_played() -> None:
    desk = Desk("abcdefgh", Modes(random=True))
    played = desk.play(5)
    assert "".join(desk.back() for _ in range(6)) == played[:4][::-1]


def test_back_in_the_list() -> None:
    desk = Desk("abc")
    assert desk.back() == ""
    desk.play(3)
    assert desk.back() + desk.back() + desk.back() == "ba"
    assert Desk("abc", Modes()).back() == "c"


def test_who_jumps_goes_on_from_there() -> None:
    desk = Desk("abcd")
    desk.succession.begin(desk.id("c"))
    assert desk.play(5) == "d"
    with pytest.raises(EntryUnknown):
        desk.succession.begin(999)


def test_what_fails_is_passed_over_until_it_has_rested() -> None:
    desk = Desk("abc", Modes())
    desk.failures.note(Track("b"), "it is no audio")
    assert desk.play(4) == "acac"
    desk.seconds += REST.first_s
    assert desk.play(4) == "abca"


def test_broken_files_never_play() -> None:
    desk = Desk("ac", Modes(random=True))
    desk.playlist.add([Track("b", fault="it is empty")])
    assert "b" not in desk.play(50)


@pytest.mark.parametrize("modes", [Modes(), Modes(random=True), Modes(single=Switch.ON)])
def test_a_list_of_which_nothing_plays_is_a_state_and_no_loop(modes: Modes) -> None:
    """However many bad files there are, a try is made now and then, and each has its turn."""
    desk = Desk("", modes)
    assert desk.succession.standing() is Standing.EMPTY
    desk.playlist.add([Track(f"{n}") for n in range(300)])
    tries: Counter[str] = Counter()
    hours = 4 * 3600
    while desk.seconds < hours:
        step = desk.succession.next()
        if step is None:
            assert desk.succession.standing() is Standing.UNPLAYABLE
            wait = desk.failures.wait_s(entry.track for entry in desk.playlist)
            assert wait >= SOONEST_S
            desk.seconds += wait
            continue
        tries[step.entry.track.path] += 1
        desk.failures.note(step.entry.track, "it is no audio")
        desk.seconds += 0.01 + desk.failures.pause_s
    assert len(tries) == 300
    # Not more often than every five seconds, but for the first ones.
    assert tries.total() < hours / 5 + 10


def test_a_list_of_known_faults_is_looked_at_rarely() -> None:
    desk = Desk()
    desk.playlist.add([Track("a", fault="it is empty")])
    assert desk.succession.standing() is Standing.UNPLAYABLE
    assert desk.failures.wait_s(entry.track for entry in desk.playlist) == REST.longest_s


def test_what_played_has_no_failures() -> None:
    failures = Failures(lambda: 0.0)
    assert failures.note(Track("a"), "no").count == 1
    assert failures.note(Track("a"), "no").count == 2
    assert failures.pause_s == 0.0
    assert failures.note(Track("c"), "no").count == 1
    assert failures.pause_s > 0.0
    failures.played(Track("a"))
    assert failures.pause_s == 0.0
    assert failures.reason(Track("a")) == ""
    assert failures.wait_s([Track("a")]) == SOONEST_S


switches = st.sampled_from(list(Switch))
modes_ = st.builds(Modes, st.booleans(), st.booleans(), switches, switches)
verbs = st.sampled_from(["go", "hand", "back", "add", "remove", "move", "clear", "fail", "modes"])


def do(desk: Desk, verb: str, number: int, modes: Modes) -> None:
    here = number < len(desk.playlist)
    match verb:
        case "go" | "hand":
            desk.go(by_hand=verb == "hand")
        case "back":
            desk.back()
        case "add":
            desk.add("xyz"[: number % 3 + 1], min(number, len(desk.playlist)))
        case "remove" if here:
            desk.playlist.remove([desk.playlist.at(number).id])
        case "move" if here:
            desk.playlist.move(number, number + 1, 0)
        case "clear" if not number:
            desk.playlist.clear()
        case "fail" if here:
            desk.failures.note(desk.playlist.at(number).track, "no")
        case "modes":
            desk.succession.modes = modes


@settings(max_examples=300)
@given(modes_, st.lists(st.tuples(verbs, st.integers(0, 9), modes_), max_size=40))
def test_whatever_is_done_what_comes_is_in_the_list(
    modes: Modes, story: list[tuple[str, int, Modes]]
) -> None:
    """The next one can always be begun, and there is none only for a reason."""
    desk = Desk("abcde", modes)
    for verb, number, other in story:
        do(desk, verb, number, other)
        desk.seconds += 7
        assert 0 <= desk.playlist.bookmark <= len(desk.playlist)
        step, now = desk.succession.next(), desk.succession.modes
        if step is not None:
            assert desk.playlist.entry(step.entry.id) == step.entry
            assert desk.succession.next() == step
            assert desk.succession.standing() is Standing.READY
        elif now.repeat and not now.single and not now.consume:
            assert desk.succession.standing() in (Standing.EMPTY, Standing.UNPLAYABLE)
        if desk.succession.standing() is Standing.READY and not now.single:
            assert step is not None
