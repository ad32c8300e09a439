"""The station's colour, and the inks that stay readable on and beside it.

The ratios are those of WCAG: 4.5 for text, 3 for lamps and edges. Grounds are
those of ``tokens.css``, and a test holds them against it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_HEX = re.compile(r"#([0-9a-fA-F]{6})")
_BLACK = (0, 0, 0)
_WHITE = (255, 255, 255)
_STEPS = 100
LAMP_RATIO = 3.0

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """The grounds that the accent must be readable on, panels first, and which way it bends.

    ``soft`` is the share of the accent in the ground of a tinted tally.
    """

    name: str
    grounds: tuple[Colour, ...]
    towards: Colour
    soft: float
    text_ratio: float = 4.5

    @property
    def selector(self) -> str:
        """Where a stylesheet says what holds in this theme."""
        return f':root[data-theme="{self.name}"]' if self.name else ":root"


THEMES = (
    Theme("", ((0x14, 0x16, 0x1A), (0x0C, 0x0D, 0x10), (0x1C, 0x1F, 0x24)), _WHITE, 0.13),
    Theme("light", ((0xFB, 0xFB, 0xFC), (0xEF, 0xF0, 0xF2), (0xFF, 0xFF, 0xFF)), _BLACK, 0.11),
    Theme("contrast", (_BLACK, (0x0D, 0x0D, 0x0D)), _WHITE, 0.17, text_ratio=7.0),
)


@dataclass(frozen=True, slots=True)
class Inks:
    """What one theme makes of an accent: ink on it, text and lamp beside it, a tinted ground."""

    ink: Colour
    text: Colour
    lamp: Colour
    soft: Colour


@lru_cache(maxsize=8)
def styles(accent: str) -> str:
    """A stylesheet for this accent (``#rrggbb``); empty for anything else."""
    found = _HEX.fullmatch(accent)
    if found is None:
        return ""
    colour = (int(found[1][:2], 16), int(found[1][2:4], 16), int(found[1][4:], 16))
    return "".join(_rule(theme, colour) for theme in THEMES)


def inks_of(colour: Colour, theme: Theme) -> Inks:
    """The inks of the accent ``colour`` in ``theme``."""
    soft = _mixed(theme.grounds[0], colour, theme.soft)
    return Inks(
        ink=max(_BLACK, _WHITE, key=lambda ink: contrast(ink, colour)),
        text=_bent(colour, theme.towards, (*theme.grounds, soft), theme.text_ratio),
        lamp=_bent(colour, theme.towards, theme.grounds, LAMP_RATIO),
        soft=soft,
    )


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _bent(colour: Colour, towards: Colour, grounds: tuple[Colour, ...], ratio: float) -> Colour:
    """The nearest tint or shade of ``colour`` with at least ``ratio`` on every ground."""
    for step in range(_STEPS + 1):
        mixed = _mixed(colour, towards, step / _STEPS)
        if all(contrast(mixed, ground) >= ratio for ground in grounds):
            return mixed
    return towards


def _rule(theme: Theme, colour: Colour) -> str:
    inks = inks_of(colour, theme)
    return (
        f"{theme.selector} {{ --accent: {_hex(colour)}; --accent-ink: {_hex(inks.ink)}; "
        f"--accent-text: {_hex(inks.text)}; --lamp: {_hex(inks.lamp)}; "
        f"--accent-soft: {_hex(inks.soft)}; }}\n"
    )


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
