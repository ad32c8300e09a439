"""What the page of the components shows: a small station that does not exist."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from tinyice.web.console.figures import Figure
from tinyice.web.console.onair_strips import Strip
from tinyice.web.console.signal import Health, Node

DAY = (12, 9, 7, 5, 4, 6, 11, 19, 28, 33, 31, 30, 34, 38, 37, 35, 39, 44, 52, 61, 66, 58, 41, 24)
"""Listeners by the hour."""

HALF_HOUR = tuple(
    round(one + (other - one) * step / 8) for one, other in pairwise(DAY) for step in range(8)
)
"""The same shape in samples of ten seconds."""

_AT = datetime(2026, 11, 20, 14, 32, 8, tzinfo=UTC)

_LONG = (
    "A title so long that it does not fit into its strip, whatever the width of the "
    "screen, and so is cut where the strip ends, with the whole of it in its tooltip"
)

LIVE = Strip(
    mount="/meridian",
    name="Meridian Main",
    tally="Live",
    is_idle=False,
    on_air=True,
    format="MP3, 192 kbit/s, 44.1 kHz",
    chain=(Node("Live", "air", "Mira Holt"), Node("Fallback", "ready", "/loop")),
    health=Health("ok", "Good"),
    encoder="BUTT 0.1.40",
    address="203.0.113.24",
    since=None,
    connected="2:14:07",
    until=None,
    artist="Kestrel & Vane",
    title="Low Tide Signal",
    plays="Low Tide Signal",
    by="Kestrel & Vane",
    title_since=None,
    played="3:12",
    listeners=812,
    peak=846,
    peak_at=None,
    trend=DAY,
    rate_in=Figure("193", "kb/s"),
    rate_out=Figure("156.2", "Mb/s"),
    visible=True,
    enabled=True,
    waiting=False,
    silent=False,
    on_fallback=False,
    may_change=False,
    destinations=(),
)
STRIPS = (
    LIVE,
    replace(
        LIVE,
        mount="/night",
        name="Meridian Night",
        tally="Fallback",
        format="AAC, 64 kbit/s, 44.1 kHz",
        chain=(Node("Live", "lost", "lost 42 s ago"), Node("Fallback", "warn", "/loop")),
        health=Health("warn", "On fallback"),
        encoder="Mixxx 2.4.1",
        address="198.51.100.7",
        until=_AT,
        artist="",
        title=_LONG,
        plays=_LONG,
        by="",
        listeners=96,
        peak=131,
        trend=DAY[::-1],
        rate_in=Figure("64", "kb/s"),
        rate_out=Figure("6.1", "Mb/s"),
    ),
    replace(
        LIVE,
        mount="/archive",
        name="أرشيف الإذاعة",
        tally="Off air",
        is_idle=True,
        on_air=False,
        visible=False,
        format="nothing connected",
    ),
)
