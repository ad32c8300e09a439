"""Bars as SVG: groups side by side, one bar in each for each server."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 56, 40
COLOURS = ("#2266aa", "#cc6633", "#88aa33", "#8855aa")
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
INK, FAINT = "#333333", "#dddddd"


@dataclass(frozen=True, slots=True)
class Bar:
    """One value; a saturated server's is drawn hollow. None: not measured."""

    value: float | None
    is_hollow: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """What is drawn: for each of ``groups`` one bar for each of ``series``."""

    title: str
    unit: str
    groups: Sequence[str]
    series: Sequence[str]
    values: Sequence[Sequence[Bar]]


def text(x: float, y: float, words: str, *, anchor: str = "middle", size: int = 12) -> str:
    """Words at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{INK}">{escape(words)}</text>'
    )


def round_step(highest: float) -> float:
    """A step of 1, 2 or 5 that makes some five lines up to ``highest``."""
    step = 1e-6
    while True:
        for factor in (1, 2, 5):
            if highest / (step * factor) <= 6:
                return step * factor
        step *= 10


def draw(bars: Bars) -> str:
    """Draw it all."""
    known = [bar.value for group in bars.values for bar in group if bar.value is not None]
    step = round_step(max(known, default=0.0) or 1.0)
    highest = step * (int((max(known, default=0.0) or 1.0) / step) + 1)
    return "\n".join(
        (
            f'<svg {NAMESPACE} viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
            f"<title>{escape(bars.title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            text(LEFT, 22, bars.title, anchor="start", size=15),
            *legend(bars.series),
            *scale(step, highest, bars.unit),
            *columns(bars, highest),
            "</svg>\n",
        )
    )


def height_of(value: float, highest: float) -> float:
    """The y of a value."""
    return HEIGHT - BOTTOM - value / highest * (HEIGHT - BOTTOM - TOP)


def legend(series: Sequence[str]) -> list[str]:
    """Which colour is whose."""
    parts = []
    for at, name in enumerate(series):
        x = LEFT + at * 130
        parts.append(f'<rect x="{x}" y="34" width="12" height="12" fill="{COLOURS[at]}"/>')
        parts.append(text(x + 18, 44, name, anchor="start"))
    return parts


def scale(step: float, highest: float, unit: str) -> list[str]:
    """Lines to read the values by."""
    parts = []
    for count in range(round(highest / step) + 1):
        value = count * step
        y = height_of(value, highest)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{FAINT}"/>'
        )
        parts.append(text(LEFT - 8, y + 4, f"{value:g} {unit}", anchor="end"))
    return parts


def columns(bars: Bars, highest: float) -> list[str]:
    """The bars, and what stands under and on them."""
    parts = []
    group_width = (WIDTH - LEFT - RIGHT) / max(1, len(bars.groups))
    width = group_width * 0.8 / max(1, len(bars.series))
    for at, (name, group) in enumerate(zip(bars.groups, bars.values, strict=True)):
        left = LEFT + group_width * (at + 0.1)
        parts.append(text(left + group_width * 0.4, HEIGHT - 14, name))
        for index, bar in enumerate(group):
            if bar.value is not None:
                parts += column(left + index * width, width * 0.9, bar, (COLOURS[index], highest))
    return parts


def column(x: float, width: float, bar: Bar, look: tuple[str, float]) -> list[str]:
    """One bar with its value; ``look``: colour, and the value of the full height."""
    colour, highest = look
    value = bar.value or 0.0
    y = height_of(value, highest)
    fill = "none" if bar.is_hollow else colour
    size = f'width="{width:.1f}" height="{HEIGHT - BOTTOM - y:.1f}"'
    return [
        f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{fill}" stroke="{colour}"/>',
        text(x + width / 2, y - 4, f"{value:.2g}" if value < 10 else f"{value:.0f}", size=10),
    ]
