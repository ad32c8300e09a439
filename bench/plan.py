"""What is measured: rows of one audience each, in groups whose rounds interleave.

In every round of a group each of its rows is measured once on each of its
servers, one after the other, so that what disturbs the machine for a while
disturbs all of them alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

ICECAST, FLOOR = "icecast2", "floor"
PEERS = (ICECAST, FLOOR)
HASTY = 2000.0
"""Joins a second where the join storm is not what is measured."""

START_S = 3.0
"""What starting and ending a server, and its source, takes of a trial."""


@dataclass(frozen=True, slots=True)
class Row:
    """One audience; ``key`` is its part in the comparison, whatever its size is.

    ``bad_share``: of the listeners, who stall, crawl or come and go. With
    several ``mounts`` the first has 320 kbit/s and the second 16.
    """

    key: str
    listeners: int
    peers: tuple[str, ...] = ()
    icy: bool = False
    tls: bool = False
    workers: int = 0
    bad_share: float = 0.0
    kbps: int = 128
    mounts: int = 1
    joins_per_s: float = 1000.0
    settle_s: float = 3.0
    window_s: float = 8.0

    @property
    def title(self) -> str:
        """What the row is called in a table."""
        words = [f"{self.listeners:,}"]
        words += ["with ICY"] * self.icy + ["over TLS"] * self.tls
        words += [f"at {self.kbps} kbit/s"] * (self.kbps != 128)
        words += [f"on {self.mounts} mounts"] * (self.mounts > 1)
        words += [f"{self.workers} worker{'s' * (self.workers > 1)}"] * bool(self.workers)
        words += [f"{self.bad_share:.0%} of them bad"] * bool(self.bad_share)
        return ", ".join(words)

    @property
    def seconds(self) -> float:
        """About how long one trial takes."""
        return START_S + self.listeners / self.joins_per_s + 1.5 * self.settle_s + self.window_s


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are compared with each other."""

    rounds: int
    rows: tuple[Row, ...]

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return self.rounds * sum(row.seconds * (1 + len(row.peers)) for row in self.rows)


Plan = tuple[Group, ...]


def rows_of(plan: Plan) -> Iterator[Row]:
    """Every row, in the order of the table."""
    for group in plan:
        yield from group.rows


def fitting(file_limit: int) -> int:
    """How many listeners fit one process with so many open files."""
    return max(0, min(20_000, file_limit) - 500)


def long_plan(file_limit: int) -> Plan:
    """The plan of a whole run."""
    ten = 10_000
    return (
        Group(1, (Row("few", 100, PEERS),)),
        Group(2, (Row("thousand", 1000, PEERS), _tls(1000))),
        Group(1, (Row("half", 5000, PEERS),)),
        Group(
            3,
            (
                Row("main", ten, PEERS),
                Row("icy", ten, icy=True, joins_per_s=HASTY),
                Row("bad", ten, bad_share=0.05, joins_per_s=HASTY),
            ),
        ),
        Group(
            1,
            (
                Row("worker", ten, workers=1, joins_per_s=HASTY),
                Row("workers", ten, workers=2, joins_per_s=HASTY),
            ),
        ),
        Group(1, (Row("most", fitting(file_limit), PEERS),)),
        Group(1, (Row("mounts", 1000, mounts=200),)),
    )


def quick_plan() -> Plan:
    """The plan of a short run: the same parts with smaller audiences."""
    two = 2000
    compared = (
        Row("main", two, PEERS),
        Row("icy", two, icy=True),
        Row("worker", two, workers=1),
        Row("bad", two, bad_share=0.05),
        _tls(200),
    )
    groups = ((Row("few", 100),), compared, (Row("mounts", 60, mounts=20),))
    return tuple(Group(1, tuple(map(_short, rows))) for rows in groups)


def full_plan() -> Plan:
    """The plan with 100,000 listeners, beside the long one."""
    row = Row("full", 100_000, workers=6, kbps=16, settle_s=10, window_s=60)
    return (Group(1, (row,)),)


def _tls(listeners: int) -> Row:
    """Handshakes cost, so these come slower."""
    return Row("tls", listeners, (ICECAST,), tls=True, joins_per_s=250)


def _short(row: Row) -> Row:
    return replace(row, settle_s=1.0, window_s=4.0 if row.mounts == 1 else 6.0)
