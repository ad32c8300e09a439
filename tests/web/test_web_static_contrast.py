"""The tokens of each theme are readable on each other, computed as WCAG does."""

import pytest

from tinyice.web.accent import contrast
from web.tokens import colour_of

THEMES = ("", "light", "contrast")
PANEL = {
    # what stands on a panel, and its least contrast in studio, light and contrast
    "fg": (16.3, 17.4, 21.0),
    "fg-2": (9.5, 8.5, 17.8),
    "fg-3": (6.1, 5.9, 14.4),
    "accent-text": (7.4, 5.7, 11.7),
    "bad": (6.9, 6.6, 10.4),
    "line-ctl": (3.6, 3.6, 21.0),
}
GROUNDS = ("bg", "panel", "raised", "well", "field", "raised-2", "seg-on")
TEXTS = ("fg", "fg-2")
STATES = ("ok", "warn", "bad", "info", "fg-3", "accent-text")
LAMPS = ("lamp", "warn-lamp", "line-ctl", "rec", "plot", "focus")


def ratio(theme: str, one: str, other: str) -> float:
    """The contrast of two tokens."""
    return contrast(colour_of(theme, one), colour_of(theme, other))


@pytest.mark.parametrize("theme", THEMES)
class TestContrast:
    """One theme at a time."""

    @pytest.mark.parametrize("token", PANEL)
    def test_on_a_panel(self, theme: str, token: str) -> None:
        """The table that the language of the pages promises."""
        assert round(ratio(theme, token, "panel"), 1) >= PANEL[token][THEMES.index(theme)]

    @pytest.mark.parametrize("ground", GROUNDS)
    def test_text_on_every_ground(self, theme: str, ground: str) -> None:
        """Text is readable wherever it may stand."""
        for text in TEXTS:
            assert ratio(theme, text, ground) >= 4.5

    @pytest.mark.parametrize("ground", ["bg", "panel", "raised", "well"])
    def test_states_and_labels(self, theme: str, ground: str) -> None:
        """So are labels, and the words of a state."""
        for text in STATES:
            assert ratio(theme, text, ground) >= 4.5, text

    @pytest.mark.parametrize("lamp", LAMPS)
    def test_what_is_seen_but_not_read(self, theme: str, lamp: str) -> None:
        """Lamps, edges of controls and the ring of the focus stand out by 3."""
        for ground in ("bg", "panel"):
            assert ratio(theme, lamp, ground) >= 3.0

    def test_what_stands_on_colour(self, theme: str) -> None:
        """Words on filled buttons and tallies."""
        assert round(ratio(theme, "accent-ink", "accent"), 1) >= 6.7
        assert ratio(theme, "bad-ink", "bad-fill") >= 4.5
