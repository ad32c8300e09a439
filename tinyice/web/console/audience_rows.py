"""A listener as the page shows one: everything in words."""

from dataclasses import dataclass

from tinyice.core.countries import Country
from tinyice.core.snapshots import ListenerSnapshot
from tinyice.web.agents import agent_in_words
from tinyice.web.console.figures import elapsed

LATE_S = 5.0
"""Who lies further behind than this is marked."""

_UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. ``agent`` is what the player says of itself, ``client`` what it is.

    ``country`` "": not known.
    """

    id: int
    mount: str
    address: str
    country: str
    agent: str
    client: str
    user: str
    secure: bool
    time: str
    lag: str
    is_late: bool
    jumps: int
    sent: str


def row_of(found: ListenerSnapshot, country: Country | None = None) -> Row:
    """The line of ``found``."""
    client = found.client
    return Row(
        id=found.id,
        mount=found.mount,
        address=client.address,
        country="" if country is None else country.name,
        agent=client.agent,
        client=agent_in_words(client.agent),
        user=found.user,
        secure=client.secure,
        time=elapsed(found.seconds),
        lag=f"{found.lag_seconds:.1f} s",
        is_late=found.lag_seconds >= LATE_S,
        jumps=found.jumps,
        sent=size(found.bytes_out),
    )


def size(count: int) -> str:
    """``345 MB``: three digits or so, in thousands."""
    amount, unit = float(count), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = 1 if unit and amount < 9.95 else 0
    return f"{amount:.{digits}f} {_UNITS[unit]}"
