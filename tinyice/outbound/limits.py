"""How long and how large things may get."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take.

    ``connect_s`` includes looking the name up, ``head_s`` runs from the
    connection to the head of the answer, ``total_s`` over everything, waiting
    for a turn and redirects too. ``redirects``: how many are followed;
    ``repeat_posts``: also those (307, 308) that send a body again.
    """

    connect_s: float = 5.0
    head_s: float = 10.0
    total_s: float = 30.0
    body_bytes: int = 1 << 20
    redirects: int = 3
    repeat_posts: bool = False


@dataclass(frozen=True, slots=True)
class Capacity:
    """What all requests of a kind may take together: the trusted ones, and the others.

    ``lookups``: names that are looked up at once. ``idle_s``: how long a
    connection is kept for the next request; web servers close after few seconds,
    and a request sent into a closing connection is lost.
    """

    at_once: int = 64
    at_once_per_host: int = 16
    waiting: int = 2000
    waiting_per_host: int = 1000
    lookups: int = 4
    head_bytes: int = 32768
    idle_s: float = 1.5
