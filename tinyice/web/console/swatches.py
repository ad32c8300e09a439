"""What becomes of an accent colour in each theme, to be looked at before it is saved."""

from dataclasses import dataclass
from functools import lru_cache

from tinyice.web.accent import THEMES, Colour, Theme, contrast, inks_of

_NAMES = {"": "Studio", "light": "Light", "contrast": "High contrast"}


@dataclass(frozen=True, slots=True)
class Swatch:
    """One theme: its ground, and what the accent is on it. Colours are ``#rrggbb``."""

    name: str
    ground: str
    accent: str
    ink: str
    text: str
    lamp: str
    ratio: float
    """The contrast of the accent as text."""


@lru_cache(maxsize=16)
def swatches_of(colour: str) -> tuple[Swatch, ...]:
    """The colour (``#rrggbb``) in every theme."""
    accent = _parts(colour)
    return tuple(_swatch(accent, theme) for theme in THEMES)


def _swatch(accent: Colour, theme: Theme) -> Swatch:
    inks, ground = inks_of(accent, theme), theme.grounds[0]
    return Swatch(
        name=_NAMES.get(theme.name, theme.name),
        ground=_hex(ground),
        accent=_hex(accent),
        ink=_hex(inks.ink),
        text=_hex(inks.text),
        lamp=_hex(inks.lamp),
        ratio=round(contrast(inks.text, ground), 1),
    )


def _parts(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
