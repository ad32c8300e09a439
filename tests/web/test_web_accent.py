"""The station's colour stays readable in every theme."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.web.accent import THEMES, Colour, Theme, contrast, inks_of, styles
from web.tokens import hex_of, tokens_of

PART = st.integers(0, 255)
COLOURS = st.tuples(PART, PART, PART)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
NAMED = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name or "studio")


@given(COLOURS)
def test_derived_inks_reach_their_contrast(colour: Colour) -> None:
    """Text 4.5, lamps 3, and what stands on the accent is the stronger of black and white."""
    for theme in THEMES:
        inks = inks_of(colour, theme)
        assert contrast(inks.ink, colour) == max(contrast(ink, colour) for ink in (BLACK, WHITE))
        assert contrast(inks.ink, colour) >= 4.5
        assert contrast(inks.text, inks.soft) >= theme.text_ratio
        for ground in theme.grounds:
            assert contrast(inks.text, ground) >= theme.text_ratio
            assert contrast(inks.lamp, ground) >= 3.0


@given(COLOURS)
def test_the_stylesheet_says_what_was_derived(colour: Colour) -> None:
    """Each theme has its rule, with every value that depends on the accent."""
    rules = styles(hex_of(colour)).splitlines()
    assert len(rules) == len(THEMES)
    for theme, rule in zip(THEMES, rules, strict=True):
        inks = inks_of(colour, theme)
        assert rule.startswith(theme.selector + " {")
        assert dict(re.findall(r"--([\w-]+): ([^;]+);", rule)) == {
            "accent": hex_of(colour),
            "accent-ink": hex_of(inks.ink),
            "accent-text": hex_of(inks.text),
            "accent-soft": hex_of(inks.soft),
            "lamp": hex_of(inks.lamp),
        }


def test_a_readable_accent_is_left_alone() -> None:
    """The default orange is its own lamp and its own text in the dark theme."""
    inks = inks_of((0xFF, 0x66, 0x00), THEMES[0])
    assert inks.text == inks.lamp == (0xFF, 0x66, 0x00)


@NAMED
def test_the_grounds_are_those_of_the_theme(theme: Theme) -> None:
    """What the inks were computed against is what they stand on."""
    tokens = tokens_of(theme.name)
    given = {hex_of(ground) for ground in theme.grounds}
    assert given == {tokens[name] for name in ("panel", "bg", "raised")}
    assert hex_of(theme.grounds[0]) == tokens["panel"]


def test_only_a_colour_becomes_a_rule() -> None:
    """Nothing else gets into the stylesheet."""
    for accent in ("", "red", "#fff", "#ff66001", "#ff6600;}*{", "#ff6600\n"):
        assert styles(accent) == ""


def test_known_ratios() -> None:
    """Black on white is 21, a colour on itself 1."""
    assert round(contrast(BLACK, WHITE), 2) == 21
    assert contrast((9, 9, 9), (9, 9, 9)) == 1
