"""Filters of MPD clients: old pairs and expressions mean what the protocol says."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.wire.mpd import Ack, MpdFault
from tinyice.wire.mpd_filter import (
    DEPTH_MAX,
    PARTS_MAX,
    Every,
    Not,
    Operator,
    Trait,
    read_filter,
)

IS, HOLDS, BEGINS = Operator.IS, Operator.HOLDS, Operator.BEGINS

FOUND = [
    (["artist", "x"], Trait("artist", IS, "x")),
    (["Artist", "x", "album", "y"], Every((Trait("artist", IS, "x"), Trait("album", IS, "y")))),
    (["filename", "x"], Trait("file", IS, "x")),
    (["base", "a/b"], Trait("base", Operator.WITHIN, "a/b")),
    ([], Every()),
    (["(artist == 'x')"], Trait("artist", IS, "x")),
    (['(Artist == "x")'], Trait("artist", IS, "x")),
    (["(artist=='x')"], Trait("artist", IS, "x")),
    (["( artist  ==  'x' )"], Trait("artist", IS, "x")),
    ([r"(artist == 'it\'s \\')"], Trait("artist", IS, "it's \\")),
    (["(artist != 'x')"], Not(Trait("artist", IS, "x"))),
    (["(!(artist == 'x'))"], Not(Trait("artist", IS, "x"))),
    (["(artist contains 'x')"], Trait("artist", HOLDS, "x")),
    (["(artist !contains 'x')"], Not(Trait("artist", HOLDS, "x"))),
    (["(artist starts_with 'x')"], Trait("artist", BEGINS, "x")),
    (["(artist eq_ci 'x')"], Trait("artist", IS, "x", folded=True)),
    (["(artist !starts_with_ci 'x')"], Not(Trait("artist", BEGINS, "x", folded=True))),
    (["(base 'a')"], Trait("base", Operator.WITHIN, "a")),
    (["(modified-since '123')"], Trait("modified-since", Operator.SINCE, "123")),
    (["(prio >= 42)"], Trait("prio", Operator.AT_LEAST, "42")),
    (["(AudioFormat =~ '44100:*:2')"], Trait("audioformat", IS, "44100:*:2")),
    (
        ["((artist == 'x') AND (album == 'y') AND (!(title == 'z')))"],
        Every(
            (Trait("artist", IS, "x"), Trait("album", IS, "y"), Not(Trait("title", IS, "z"))),
        ),
    ),
    (["((artist == 'x'))"], Trait("artist", IS, "x")),
]


@pytest.mark.parametrize(("args", "found"), FOUND)
def test_filters(args: list[str], found: object) -> None:
    assert read_filter(args, folded=False) == found


def test_search_is_about_parts_whatever_the_case() -> None:
    assert read_filter(["artist", "x"], folded=True) == Trait("artist", HOLDS, "x", folded=True)
    assert read_filter(["(artist == 'x')"], folded=True) == Trait("artist", IS, "x", folded=True)
    assert read_filter(["(artist eq_cs 'x')"], folded=True) == Trait("artist", IS, "x")


BAD = [
    ["artist"],
    ["artist", "x", "album"],
    ["("],
    ["()"],
    ["(artist)"],
    ["(artist == )"],
    ["(artist == x)"],
    ["(artist == 'x'"],
    ["(artist == 'x')y"],
    ["(artist ~ 'x')"],
    ["(artist =~ '(a+)+')"],
    ["(artist like 'x')"],
    ["((artist == 'x') OR (album == 'y'))"],
    ["((artist == 'x') (album == 'y'))"],
    ["(prio >= 'x')"],
    ["(!!(artist == 'x'))"],
    ["(!" * 60 + "(artist == 'x')" + ")" * 60],
    ["(" * 5000],
]


@pytest.mark.parametrize("args", BAD, ids=lambda args: " ".join(args)[:30])
def test_bad_filters_are_refused(args: list[str]) -> None:
    with pytest.raises(MpdFault) as refused:
        read_filter(args, folded=False)
    assert refused.value.ack is Ack.ARG


def test_depth_and_parts_have_bounds() -> None:
    deep = "(!" * (DEPTH_MAX - 1) + "(artist == 'x')" + ")" * (DEPTH_MAX - 1)
    read_filter([deep], folded=False)
    with pytest.raises(MpdFault, match="too deep"):
        read_filter([f"(!{deep})"], folded=False)
    wide = " AND ".join(["(artist == 'x')"] * PARTS_MAX)
    with pytest.raises(MpdFault, match="too long"):
        read_filter([f"({wide})"], folded=False)
    with pytest.raises(MpdFault, match="Too many"):
        read_filter(["artist", "x"] * (PARTS_MAX + 1), folded=False)


@given(st.lists(st.text("(!)= 'artist\\\"AND&><~_", max_size=60), max_size=4), st.booleans())
def test_anything_is_a_filter_or_a_fault(args: list[str], folded: bool) -> None:
    with suppress(MpdFault):
        read_filter(args, folded=folded)
