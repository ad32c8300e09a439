"""What an AutoDJ is outlives it: as values, as text, and in the lists that go on."""

import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.autodj.entries import Entry, EntryIds
from tinyice.autodj.failures import Failures
from tinyice.autodj.frozen import FrozenAutoDJ, FrozenLists, FrozenPlayer, FrozenTrack, Said
from tinyice.autodj.frozen_lines import Damaged, frozen_in, lines_in, lines_of, text_of
from tinyice.autodj.gains import Levelling
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.playing import PlayState
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.rundown import Lists, Rundown
from tinyice.autodj.separation import Recent, Separation
from tinyice.autodj.succession import Succession
from tinyice.autodj.upnext import ASKED, UpNext
from tinyice.core.tracks import Gains, Track

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.just("caf\udce9\n\u2028.ogg")
SECONDS = st.floats(0, 1e6)
GAINS = st.builds(Gains, st.none() | st.floats(-20, 20), st.none() | st.floats(0, 2))
TRACKS = st.builds(
    Track,
    TEXTS,
    title=TEXTS,
    artist=TEXTS,
    seconds=SECONDS,
    gains=GAINS,
    has_cover=st.booleans(),
    mtime_ns=st.integers(0, 2**62),
    fault=st.sampled_from(["", "", "it is broken"]),
)
DEEDS = st.lists(
    st.tuples(st.sampled_from("avnpqsmfrec"), st.integers(0, 12)), min_size=1, max_size=25
)


def rundown(random: int = 1) -> Rundown:
    ids = EntryIds()
    playlist, recent, failures = Playlist(ids), Recent(), Failures(lambda: 1000.0)
    succession = Succession(
        playlist,
        recent,
        failures,
        separation=Separation,
        now=lambda: 1000.0,
        random=Random(random),
    )
    return Rundown(Lists(playlist, UpNext(ids), succession, recent, failures))


MODES = (Modes(), Modes(random=True), Modes(consume=Switch.ONCE), Modes(repeat=False))


def do(run: Rundown, deed: str, number: int, track: Track) -> None:
    """Something that people do, or that happens."""
    lists = run.lists
    match deed:
        case "a":
            tracks = [replace(track, path=f"{n}{track.path}") for n in range(number)]
            lists.playlist.add(tracks, gains=[-float(number)] * number)
        case "q":
            lists.up_next.add(track, number + ASKED, gain_db=number / 3)
        case "m":
            lists.succession.modes = MODES[number % len(MODES)]
        case "n" | "e":
            choice = run.next(None, by_hand=True)
            if choice is not None:
                run.begin(choice, 1000.0)
                if deed == "e":
                    run.end(choice)
        case _:
            if len(lists.playlist):
                do_with(run, deed, number % len(lists.playlist), number)


def do_with(run: Rundown, deed: str, at: int, number: int) -> None:
    """The same with the entry there."""
    lists = run.lists
    playlist, entry = lists.playlist, lists.playlist.at(at)
    match deed:
        case "f":
            lists.failures.note(entry.track, "it is broken")
        case "p":
            run.prioritise([entry.id], number)
        case "v":
            playlist.move(at, at + 1, 0)
        case "s":
            playlist.shuffle(Random(number))
        case "r":
            playlist.remove([entry.id])
        case "c":
            playlist.bookmark = min(number, len(playlist))


def round_trip(frozen: FrozenAutoDJ) -> FrozenAutoDJ:
    return frozen_in(lines_in(text_of(lines_of(frozen))))


def seen(run: Rundown) -> Sequence[object]:
    """What can be seen of it from outside."""
    lists = run.lists
    choice = run.next(lists.succession.current)
    back = run.previous()
    return [
        list(lists.playlist),
        lists.playlist.version,
        [lists.playlist.changes_since(each) for each in range(lists.playlist.version)],
        lists.playlist.bookmark,
        lists.playlist.next_id,
        lists.up_next.all(),
        lists.up_next.version,
        lists.succession.modes,
        lists.succession.current,
        None if choice is None or lists.succession.modes.random else choice.entry,
        back,
        [run.priority(entry.id) for entry in lists.playlist],
        [lists.failures.reason(entry.track) for entry in lists.playlist],
    ]


@settings(deadline=None)
@given(DEEDS, DEEDS, TRACKS)
def test_lists_go_on(
    before: list[tuple[str, int]], after: list[tuple[str, int]], track: Track
) -> None:
    """Frozen at any moment and thawed elsewhere: whatever is done then comes out the same."""
    here, there = rundown(), rundown()
    for deed, number in before:
        do(here, deed, number, track)
    frozen = here.freeze()
    there.thaw(round_trip(FrozenAutoDJ(player=FrozenPlayer(frozen))).player.lists)
    assert there.freeze() == frozen
    assert seen(there) == seen(here)
    for deed, number in after:
        if deed in "ne" and here.lists.succession.modes.random:
            continue
        do(here, deed, number, track)
        do(there, deed, number, track)
    assert seen(there) == seen(here)


def test_what_an_older_version_froze_is_read() -> None:
    """Its entries have no gains of their own."""
    run = rundown()
    run.lists.playlist.add([Track("a.mp3"), Track("b.mp3")])
    frozen = FrozenAutoDJ(player=FrozenPlayer(run.freeze()))
    data = text_of(lines_of(frozen))
    assert data.count(b'"version":2') == 1
    assert frozen_in(lines_in(data.replace(b'"version":2', b'"version":1'))) == frozen
    with pytest.raises(Damaged):
        frozen_in(lines_in(data.replace(b'"version":2', b'"version":3')))


@pytest.mark.parametrize("gain", ["-24.5", "13.0", "NaN", '"1"', "true", "1.0,2.0"])
def test_no_entry_has_such_a_gain(gain: str) -> None:
    run = rundown()
    run.lists.playlist.add([Track("a.mp3")], gains=[-3.5])
    data = text_of(lines_of(FrozenAutoDJ(player=FrozenPlayer(run.freeze()))))
    assert data.count(b",-3.5,") == 1
    with pytest.raises(Damaged):
        frozen_in(lines_in(data.replace(b",-3.5,", f",{gain},".encode())))


PLAYERS = st.builds(
    FrozenPlayer,
    st.just(FrozenLists()),
    st.sampled_from(PlayState),
    st.none() | st.builds(FrozenTrack, st.builds(Entry, st.integers(1, 99), TRACKS)),
    st.integers(0, 100),
    SECONDS,
    st.sampled_from(Levelling),
    SECONDS,
)
SAYINGS = st.builds(
    Said,
    TEXTS,
    st.lists(TEXTS, max_size=3).map(tuple),
    TEXTS,
    st.booleans(),
    st.booleans(),
    SECONDS,
    st.sampled_from(Levelling),
)


@given(st.builds(FrozenAutoDJ, SAYINGS, PLAYERS, st.booleans()))
def test_text_and_back(frozen: FrozenAutoDJ) -> None:
    """All of it, with names of files that are no text."""
    assert round_trip(frozen) == frozen


def sample() -> bytes:
    run = rundown()
    for deed, number in [("a", 5), ("n", 0), ("q", 3), ("p", 2), ("f", 3), ("n", 0)]:
        do(run, deed, number, Track("x.mp3", title="X", seconds=3.5, gains=Gains(1.0)))
    entry = run.lists.playlist.at(1)
    player = FrozenPlayer(run.freeze(), PlayState.PLAY, FrozenTrack(entry, False, 1.5))
    return text_of(lines_of(FrozenAutoDJ(player=player)))


SAMPLE = sample()


@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_what_is_damaged_is_said_to_be(at: int, put: bytes, gone: int) -> None:
    """Whatever becomes of the file: it is read, or ``Damaged``; and a part of it always is."""
    data = SAMPLE[:at] + put + SAMPLE[at + gone :]
    try:
        run = rundown()
        run.thaw(frozen_in(lines_in(data)).player.lists)
        seen(run)
    except Damaged:
        pass
    if at < len(SAMPLE) - 1:
        with pytest.raises(Damaged):
            frozen_in(lines_in(SAMPLE[:at]))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)


@given(st.data())
def test_other_values_in_the_same_places(data: st.DataObject) -> None:
    """A head in which anything stands anywhere is no reason to fail, either."""
    head, *rest = lines_in(SAMPLE)
    values = json.loads(head)
    values[data.draw(st.sampled_from(sorted(values)))] = data.draw(VALUES)
    try:
        run = rundown()
        run.thaw(frozen_in([json.dumps(values), *rest]).player.lists)
        seen(run)
    except Damaged:
        pass
