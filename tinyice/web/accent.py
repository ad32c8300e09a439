"""The station's colour, and the inks that stay readable on and beside it.

The ratios are those of WCAG: 4.5 for text, 3 for lamps and edges.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_HEX = re.compile(r"#([0-9a-fA-F]{6})")
_BLACK = (0, 0, 0)
_WHITE = (255, 255, 255)
_STEPS = 100

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """The grounds that the accent must be readable on, and which way it bends."""

    selector: str
    grounds: tuple[Colour, ...]
    towards: Colour
    text_ratio: float = 4.5


THEMES = (
    Theme(":root", ((0x14, 0x16, 0x1A), (0x0C, 0x0D, 0x10)), _WHITE),
    Theme(':root[data-theme="light"]', ((0xFB, 0xFB, 0xFC), (0xEF, 0xF0, 0xF2)), _BLACK),
    Theme(':root[data-theme="contrast"]', (_BLACK,), _WHITE, text_ratio=7.0),
)


@lru_cache(maxsize=8)
def styles(accent: str) -> str:
    """A stylesheet for this accent (``#rrggbb``); empty for anything else."""
    found = _HEX.fullmatch(accent)
    if found is None:
        return ""
    colour = (int(found[1][:2], 16), int(found[1][2:4], 16), int(found[1][4:], 16))
    return "".join(_rule(theme, colour) for theme in THEMES)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: Colour) -> Colour:
    """Black or white, whichever reads better on ``colour``."""
    return max(_BLACK, _WHITE, key=lambda ink: contrast(ink, colour))


def bent(colour: Colour, theme: Theme, ratio: float) -> Colour:
    """The nearest tint or shade of ``colour`` with at least ``ratio`` on every ground."""
    for step in range(_STEPS + 1):
        mixed = _mixed(colour, theme.towards, step / _STEPS)
        if all(contrast(mixed, ground) >= ratio for ground in theme.grounds):
            return mixed
    return theme.towards


def _rule(theme: Theme, colour: Colour) -> str:
    return (
        f"{theme.selector} {{ --accent: {_hex(colour)}; --accent-ink: {_hex(ink_on(colour))}; "
        f"--accent-text: {_hex(bent(colour, theme, theme.text_ratio))}; "
        f"--lamp: {_hex(bent(colour, theme, 3.0))}; }}\n"
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
