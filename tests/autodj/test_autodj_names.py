"""Artists and songs are known again however their names are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.autodj.names import album_key, artist_keys, title_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Beatles", "beatles"),
        ("Beatles, The", "The Beatles"),
        ("Beyoncé", "BEYONCE"),
        ("Sigur Rós", "Sigur Ro\u0301s"),
        ("Queen & David Bowie", "Queen"),
        ("Queen & David Bowie", "David Bowie"),
        ("Daft Punk feat. Pharrell Williams", "Pharrell Williams"),
        ("A ft. B", "b"),
        ("Jay-Z featuring Rihanna", "Rihanna"),
        ("Run-D.M.C. vs. Jason Nevins", "Run DMC"),
        ("Bob Marley; Peter Tosh", "Peter Tosh"),
        ("One\0Two", "Two"),
        ("Nick Cave / Kylie Minogue", "Kylie Minogue"),
        ("Ａlpha", "alpha"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_the_same_artist(one: str, other: str) -> None:
    assert artist_keys(one) & artist_keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AC/DC", "AC"),
        ("AC/DC", "DC Talk"),
        ("Simon & Garfunkel", "Paul Simon"),
        ("The The", "The Beatles"),
        ("!!!", "???"),
        ("", ""),
        ("はなこ", "ばなこ"),
        ("M.I.A.", "Miami"),
        ("X", "Malcolm X"),
    ],
)
def test_other_artists(one: str, other: str) -> None:
    assert not artist_keys(one) & artist_keys(other)


def test_guests_in_titles_are_artists_too() -> None:
    assert artist_keys("Gorillaz", "Stylo (feat. Bobby Womack & Mos Def)") >= {
        "gorillaz",
        "bobbywomack",
        "mosdef",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Heroes", "Heroes (2017 Remaster)"),
        ("Heroes", '"Heroes" - 2017 Remastered Version'),
        ("Hurt [Live at Home]", "hurt"),
        ("Café del Mar", "Cafe Del Mar (Radio Edit)"),
        ("(Remix)", "(Remix)"),
    ],
)
def test_the_same_song(one: str, other: str) -> None:
    assert title_key(one) == title_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Symphony No. 5", "Symphony No. 6"), ("Live and Let Die", "Let Die"), ("(I Can't)", "(You)")],
)
def test_other_songs(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


def test_albums_of_one_name_are_told_apart() -> None:
    assert album_key("Greatest Hits", "Queen") != album_key("Greatest Hits", "Abba")
    assert album_key("", "Queen") == ""


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_has_keys(artist: str, title: str) -> None:
    """Whatever stands in tags makes keys without an error, and the same each time."""
    assert artist_keys(artist, title) == artist_keys(artist, title)
    assert "" not in artist_keys(artist, title)
    assert title_key(title) == title_key(title.strip())


@pytest.mark.parametrize("nasty", ["(" * 10_000, " - " * 5000, "feat. (" * 2000, "\u0301" * 5000])
def test_long_nonsense_takes_no_time(nasty: str) -> None:
    for _ in range(20):
        artist_keys(nasty, nasty), title_key(nasty)
