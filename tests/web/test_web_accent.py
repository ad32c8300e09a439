"""The station's colour stays readable in every theme."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.web.accent import THEMES, bent, contrast, ink_on, styles

PART = st.integers(0, 255)
COLOURS = st.tuples(PART, PART, PART)


@given(COLOURS)
def test_derived_inks_reach_their_contrast(colour: tuple[int, int, int]) -> None:
    """Text 4.5, lamps 3, and what stands on the accent 4.5, for any accent."""
    assert contrast(ink_on(colour), colour) >= 4.5
    for theme in THEMES:
        for ground in theme.grounds:
            assert contrast(bent(colour, theme, theme.text_ratio), ground) >= theme.text_ratio
            assert contrast(bent(colour, theme, 3.0), ground) >= 3.0


def test_a_readable_accent_is_left_alone() -> None:
    """The default orange is its own lamp in the dark theme."""
    assert styles("#ff6600").splitlines()[0] == (
        ":root { --accent: #ff6600; --accent-ink: #000000; "
        "--accent-text: #ff6600; --lamp: #ff6600; }"
    )


def test_only_a_colour_becomes_a_rule() -> None:
    """Nothing else gets into the stylesheet."""
    for accent in ("", "red", "#fff", "#ff66001", "#ff6600;}*{", "#ff6600\n"):
        assert styles(accent) == ""


def test_known_ratios() -> None:
    """Black on white is 21, a colour on itself 1."""
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21
    assert contrast((9, 9, 9), (9, 9, 9)) == 1
