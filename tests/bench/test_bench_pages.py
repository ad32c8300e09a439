"""The figures of pages in their table."""

from bench.firstload import FirstLoad
from bench.pages import HEAD, Served, cookie_for, row

SERVED = Served((0.002, 0.001, 0.009), 2240)


def test_a_page_with_a_visit() -> None:
    """The middle and the worst answer, then what a first visit costs."""
    told = row("landing", SERVED, FirstLoad(32.25, 19, 216.4, 219.6))
    assert told == "| landing | 2 | 9 | 2.24 | 32.2 | 19 | 216 | 220 |"


def test_a_page_without_a_browser() -> None:
    """The table keeps its columns."""
    told = row("landing", SERVED, None)
    assert told.count("|") == len(HEAD) + 1
    assert told.startswith("| landing | 2 | 9 | 2.24 | – |")


def test_who_visits() -> None:
    """Listeners are not signed in."""
    cookie = ("session", "secret")
    assert cookie_for("/admin/", cookie) == cookie
    assert cookie_for("/player/live", cookie) == cookie_for("/login", cookie) == ("", "")
