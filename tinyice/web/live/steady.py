"""What is news and what only trembles: dashboards of a quiet station cost next to nothing."""

from msgspec import structs

from tinyice.web.live.documents import ConsoleMount, StationNow

NEAR = 0.1
"""By so much of itself a figure may move before that is news."""

STATION_S = 10.0
"""How often the sums are told even if they stay: by that a browser sees that we live."""


def is_near(told: int | None, fresh: int | None) -> bool:
    """Whether ``fresh`` is still what was told, as far as people care."""
    if told is None or fresh is None:
        return told is fresh
    return abs(fresh - told) <= NEAR * max(told, fresh)


def steady_mount(told: object, fresh: ConsoleMount) -> ConsoleMount:
    """``fresh``, or what was told if only its figures tremble."""
    if not isinstance(told, ConsoleMount):
        return fresh
    near = (
        is_near(told.in_rate, fresh.in_rate)
        and is_near(told.out_rate, fresh.out_rate)
        and is_near(told.bytes_dropped, fresh.bytes_dropped)
    )
    as_told = structs.replace(
        fresh, in_rate=told.in_rate, out_rate=told.out_rate, bytes_dropped=told.bytes_dropped
    )
    return told if near and as_told == told else fresh


def steady_station(told: object, fresh: StationNow) -> StationNow:
    """``fresh``, or what was told if that says as much; its clock may stand for a while."""
    if not isinstance(told, StationNow):
        return fresh
    is_same = (told.listeners, told.sources) == (fresh.listeners, fresh.sources)
    near = is_near(told.bytes_in_rate, fresh.bytes_in_rate) and is_near(
        told.bytes_out_rate, fresh.bytes_out_rate
    )
    recent = 0 <= fresh.uptime_seconds - told.uptime_seconds < STATION_S
    return told if is_same and near and recent else fresh
