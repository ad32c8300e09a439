"""Artists and songs stay apart as long as the music allows, and something always plays."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.autodj.choice import choose, picked_words, relaxed_words
from tinyice.autodj.separation import Apart, Recent, Rule, Separation, likeness
from tinyice.core.tracks import Track

NONE = Separation(Apart(), Apart(), Apart())


def track(artist: str, title: str, album: str = "") -> Track:
    return Track(f"{artist}/{title}.mp3", artist=artist, title=title, album=album)


def play(
    tracks: list[Track],
    count: int,
    separation: Separation,
    *,
    seed: int = 1,
    seconds: float = 200.0,
) -> list[tuple[Track, tuple[Rule, ...]]]:
    """Let ``count`` tracks play one after the other."""
    recent, random, played = Recent(), Random(seed), []
    for at in range(count):
        now = 1_000_000 + at * seconds
        choice = choose(tracks, recent, separation, now=now, random=random)
        assert choice is not None
        chosen = tracks[choice.index]
        recent.note(chosen, now)
        played.append((chosen, choice.relaxed))
    return played


def test_nothing_comes_of_nothing() -> None:
    assert choose([], Recent(), Separation(), now=0.0, random=Random(1)) is None


def test_an_artist_waits_for_as_many_songs_as_it_must() -> None:
    tracks = [track(artist, f"{artist}{n}") for artist in "ABCDE" for n in range(5)]
    separation = Separation(Apart(), artist=Apart(songs=3), album=Apart())
    played = play(tracks, 300, separation)
    artists = [each.artist for each, _relaxed in played]
    for at, artist in enumerate(artists):
        assert artist not in artists[max(0, at - 3) : at]
    assert not any(relaxed for _each, relaxed in played)


def test_a_song_waits_for_as_many_minutes_as_it_must() -> None:
    """Other recordings of the same song wait as well."""
    tracks = [track(f"artist {n}", f"song {n}") for n in range(40)]
    tracks += [track(f"band {n}", f"Song {n} (Live)") for n in range(40)]
    separation = Separation(title=Apart(minutes=60), artist=Apart(), album=Apart())
    played = play(tracks, 400, separation)
    last: dict[str, int] = {}
    for at, (each, _relaxed) in enumerate(played):
        key = likeness(each).title
        assert (at - last.get(key, -100)) * 200 >= 3600
        last[key] = at


def test_the_longest_ago_comes_when_all_is_too_soon() -> None:
    """With too little music it goes round and round, and nothing comes twice in a row."""
    tracks = [track("Solo", f"song {n}") for n in range(4)]
    played = play(tracks, 40, Separation())
    paths = [each.path for each, _relaxed in played]
    for at in range(4, 40):
        assert paths[at] == paths[at - 4]
    assert played[1][1] == (Rule.ARTIST,)
    assert played[-1][1] == (Rule.ARTIST, Rule.TITLE)
    assert relaxed_words(played[-1][1]) == "too soon for the same artist and title"
    assert relaxed_words(()) == ""


def test_one_track_alone_plays_again() -> None:
    assert {each.title for each, _ in play([track("A", "x")], 3, Separation())} == {"x"}


def test_the_album_gives_way_before_the_artist_and_that_before_the_title() -> None:
    recent, separation = Recent(), Separation(Apart(songs=9), Apart(songs=9), Apart(songs=9))
    recent.note(track("A", "x", "first"), 0)
    recent.note(track("B", "y", "second"), 0)

    def chosen(*candidates: Track) -> tuple[str, tuple[Rule, ...]]:
        choice = choose(candidates, recent, separation, now=60, random=Random(1))
        assert choice is not None
        return candidates[choice.index].title, choice.relaxed

    same_song, same_artist = track("C", "x"), track("A", "z")
    same_album = Track("p", artist="D", title="w", album="second", album_artist="B")
    assert chosen(same_song, same_artist, same_album) == ("w", (Rule.ALBUM,))
    assert chosen(same_song, same_artist) == ("z", (Rule.ARTIST,))
    assert chosen(same_song) == ("x", (Rule.TITLE,))
    assert chosen(same_song, track("E", "new")) == ("new", ())


def test_guests_count() -> None:
    recent = Recent()
    recent.note(track("A feat. B", "x"), 0)
    choice = choose(
        [track("B", "y"), track("C", "z")], recent, Separation(), now=60, random=Random(1)
    )
    assert choice is not None
    assert choice.index == 1


def test_a_clock_that_is_set_back_locks_nothing_away() -> None:
    """Plays of a future that will not be for years forbid nothing by their time."""
    recent = Recent()
    recent.note(track("A", "x"), 5_000_000_000)
    like = likeness(track("A", "x"))
    separation = Separation(Apart(minutes=60), Apart(), Apart())
    assert not recent.breaks(Rule.TITLE, like, separation, now=1_000_000)
    assert recent.breaks(Rule.TITLE, like, separation, now=5_000_000_060)
    # A second of disorder is no such thing.
    assert recent.breaks(Rule.TITLE, like, separation, now=4_999_999_999)


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_only_so_much_is_remembered(limit: int) -> None:
    recent = Recent(limit)
    for n in range(1000):
        recent.note(track(f"artist {n % 17}", f"song {n}", f"album {n % 5}"), n)
    assert len(recent) == limit
    assert len(recent._last) <= limit * 4
    assert recent.path_seen("artist 13/song 999.mp3") is not None
    assert recent.path_seen("artist 0/song 0.mp3") is None


def test_what_is_forgotten_is_not_what_came_again() -> None:
    recent = Recent(2)
    for at in range(3):
        recent.note(track("A", "x"), at)
    assert recent.seen(Rule.TITLE, likeness(track("A", "x"))) is not None


few = st.sampled_from(["", "a", "b", "c", "A & B"])


@settings(max_examples=100)
@given(
    st.lists(st.builds(track, few, few, few), min_size=1, max_size=12),
    st.builds(Apart, st.integers(0, 60), st.integers(0, 5)),
    st.builds(Apart, st.integers(0, 60), st.integers(0, 5)),
    st.integers(0, 5),
)
def test_a_rule_gives_way_only_where_it_must(
    tracks: list[Track], title: Apart, artist: Apart, seed: int
) -> None:
    """What is chosen breaks exactly what is told, and nothing else would break less."""
    separation, recent, random = Separation(title, artist, Apart(songs=1)), Recent(), Random(seed)
    for at in range(25):
        now = at * 240.0
        choice = choose(tracks, recent, separation, now=now, random=random)
        assert choice is not None

        def broken(each: Track, now: float = now) -> list[Rule]:
            like = likeness(each)
            return [rule for rule in Rule if recent.breaks(rule, like, separation, now)]

        def weight(rules: list[Rule] | tuple[Rule, ...]) -> list[bool]:
            return [rule in rules for rule in reversed(Rule)]

        assert list(choice.relaxed) == broken(tracks[choice.index])
        assert weight(choice.relaxed) == min(weight(broken(each)) for each in tracks)
        recent.note(tracks[choice.index], now)


def test_nothing_is_kept_apart_without_rules() -> None:
    played = [each.title for each, _ in play([track("A", "x"), track("A", "y")], 50, NONE)]
    assert any(one == other for one, other in pairwise(played))


def test_why_one_was_picked_is_told() -> None:
    """By when its artist was heard, or by what gave way."""
    recent, one = Recent(), track("Anna", "One")
    assert picked_words(one, (), recent, 0.0) == "Picked by chance. No rule relaxed."
    recent.note(track("Anna", "Two"), 0.0)
    told = picked_words(one, (), recent, 3 * 3600 + 12 * 60)
    assert told == "Picked because this artist was not heard for 3 h 12 min. No rule relaxed."
    told = picked_words(one, (Rule.ALBUM, Rule.ARTIST), recent, 60.0)
    assert told == ("Picked because nothing else was left: too soon for the same album and artist.")
