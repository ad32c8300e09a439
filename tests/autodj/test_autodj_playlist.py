"""A playlist is what was made of it by hand, and clients can follow every change."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.autodj.entries import Entry, EntryIds, EntryUnknown, TooManyEntries
from tinyice.autodj.playlist import VERSION_MAX, Playlist
from tinyice.core.tracks import Track


def playlist(names: str = "", limit: int = 50) -> Playlist:
    made = Playlist(EntryIds(), limit)
    made.add([Track(name) for name in names])
    return made


def shown(made: Playlist) -> str:
    return "".join(entry.track.path for entry in made)


def test_entries_keep_their_numbers() -> None:
    """Whoever knows the number of an entry finds it wherever it was moved."""
    made = playlist("abcd")
    (added,) = made.add([Track("x")], 1)
    assert shown(made) == "axbcd"
    assert made.position(added) == 1
    made.move(1, 2, 4)
    assert (made.position(added), shown(made)) == (4, "abcdx")
    made.remove([made.at(0).id])
    assert made.entry(added).track.path == "x"
    assert made.position(added) == 3


@given(st.lists(st.floats(-24, 12), min_size=1, max_size=6), st.randoms())
def test_entries_keep_their_gains(gains: list[float], random: Random) -> None:
    """Wherever they are moved, and whatever becomes of their files."""
    made = playlist("xy")
    added = made.add([Track(str(number)) for number in range(len(gains))], 1, gains)
    made.shuffle(random)
    made.gather(added[::-1], made.at(0).id if made.at(0).id not in added else None)
    made.update(added[0], Track("0", title="new"))
    assert [made.entry(each).gain_db for each in added] == gains
    assert sum(bool(each.gain_db) for each in made) == sum(map(bool, gains))
    version = made.version
    made.update(added[0], Track("0", title="new"), gains[0])
    assert made.version == version
    made.update(added[0], Track("0", title="new"), 1.5)
    assert (made.entry(added[0]).gain_db, made.version) == (
        1.5,
        version + (gains[0] != 1.5),
    )


def test_numbers_are_never_given_again() -> None:
    """A number that a client remembers is that entry, or nothing."""
    made = playlist("ab")
    gone = made.at(0).id
    made.clear()
    assert gone not in made
    assert gone not in made.add([Track("c")])


@pytest.mark.parametrize(
    ("moved", "before", "after"),
    [
        ("db", "a", "dbac"),
        ("ac", None, "bdac"),
        ("ad", "c", "badc"),
        ("bc", "b", "abcd"),
        ("cb", "b", "acbd"),
        ("bb", "d", "acbd"),
        ("", "a", "abcd"),
    ],
)
def test_entries_are_gathered(moved: str, before: str | None, after: str) -> None:
    """From wherever they are, in the order in which they are named, as one change."""
    made = playlist("abcd")
    numbers = {entry.track.path: entry.id for entry in made}
    made.bookmark = 2
    version = made.version
    made.gather([numbers[each] for each in moved], None if before is None else numbers[before])
    assert shown(made) == after
    assert [made.position(entry.id) for entry in made] == [0, 1, 2, 3]
    assert made.version == version + (after != "abcd")
    assert made.at(made.bookmark - 1).track.path == "b"


def test_what_is_not_there_is_not_gathered() -> None:
    made = playlist("abc")
    ids = [entry.id for entry in made]
    for entries, before in (([ids[2], 99], ids[0]), ([ids[2]], 99)):
        with pytest.raises(EntryUnknown):
            made.gather(entries, before)
    assert shown(made) == "abc"


@pytest.mark.parametrize(
    ("start", "end", "to", "after"),
    [
        (0, 1, 3, "bcda"),
        (3, 4, 0, "dabc"),
        (0, 2, 2, "cdab"),
        (1, 3, 0, "bcad"),
        (1, 3, 1, "abcd"),
    ],
)
def test_pieces_are_moved(start: int, end: int, to: int, after: str) -> None:
    made = playlist("abcd")
    made.move(start, end, to)
    assert shown(made) == after


@pytest.mark.parametrize(
    ("start", "end", "to"), [(0, 5, 0), (-1, 1, 0), (0, 2, 3), (2, 2, 0), (3, 1, 0), (0, 1, -1)]
)
def test_what_can_not_be_moved_stays(start: int, end: int, to: int) -> None:
    """A refused move changes neither order nor version."""
    made = playlist("abcd")
    before = made.version
    with pytest.raises(EntryUnknown):
        made.move(start, end, to)
    assert (shown(made), made.version) == ("abcd", before)


def test_a_full_list_takes_nothing_of_it() -> None:
    """What does not fit as a whole is refused as a whole."""
    made = playlist("abc", limit=4)
    with pytest.raises(TooManyEntries, match="room for 4"):
        made.add([Track("x"), Track("y")])
    with pytest.raises(TooManyEntries):
        made.replace([Track("x")] * 5)
    assert shown(made) == "abc"
    made.replace([Track(name) for name in "wxyz"])
    assert shown(made) == "wxyz"


def test_one_unknown_number_removes_nothing() -> None:
    made = playlist("abc")
    with pytest.raises(EntryUnknown, match="no entry 99"):
        made.remove([made.at(0).id, 99])
    assert shown(made) == "abc"
    with pytest.raises(EntryUnknown):
        made.cut(1, 9)
    made.cut(1, 3)
    assert shown(made) == "a"


def test_nothing_done_is_no_change() -> None:
    """Clients are not woken for nothing."""
    made = playlist("abc")
    before = made.version
    made.add([])
    made.move(1, 2, 1)
    made.swap(1, 1)
    made.remove([])
    made.shuffle(Random(1), 1, 2)
    made.update(made.at(0).id, made.at(0).track)
    assert made.version == before
    empty = playlist()
    before = empty.version
    empty.clear()
    assert empty.version == before


def test_versions_begin_again_in_time() -> None:
    """After years the count begins again, and clients are told everything."""
    made = playlist("abc")
    made.version = VERSION_MAX
    made.swap(0, 1)
    assert made.version == 1
    assert len(made.changes_since(VERSION_MAX)) == 3


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    verbs = st.sampled_from(
        ["add", "remove", "move", "gather", "swap", "shuffle", "clear", "cut", "update"]
    )
    numbers = st.integers(-1, 8)
    return draw(st.lists(st.tuples(verbs, numbers, numbers, numbers), max_size=30))


def do(made: Playlist, step: tuple[str, int, int, int]) -> None:
    verb, a, b, c = step
    match verb:
        case "add":
            made.add([Track(f"n{n}") for n in range(max(0, a))], b)
        case "remove":
            made.remove([made.at(a).id])
        case "move":
            made.move(a, b, c)
        case "gather":
            made.gather([made.at(a).id, made.at(b).id], made.at(c).id)
        case "swap":
            made.swap(a, b)
        case "shuffle":
            made.shuffle(Random(a), max(0, b))
        case "cut":
            made.cut(a, b)
        case "update":
            made.update(made.at(a).id, Track("new"))
        case _:
            made.clear()


@settings(max_examples=200)
@given(steps(), st.integers(0, 30))
def test_who_applies_the_changes_has_the_list(
    story: list[tuple[str, int, int, int]], looks_at: int
) -> None:
    """A client that looked once, at any time, needs only the changes since to have the list."""
    made = playlist("ab", limit=40)
    copy: list[Entry] = list(made)
    seen = made.version
    for at, step in enumerate(story):
        if at == looks_at:
            copy, seen = list(made), made.version
        before = (list(made), made.version)
        try:
            do(made, step)
        except (EntryUnknown, TooManyEntries):
            assert (list(made), made.version) == before
        assert [made.position(entry.id) for entry in made] == list(range(len(made)))
    changes = made.changes_since(seen)
    assert bool(changes) <= (made.version != seen)
    copy = copy[: len(made)] + [Entry(0, Track(""))] * (len(made) - len(copy))
    for position, entry in changes:
        copy[position] = entry
    assert copy == list(made)
