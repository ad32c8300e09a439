"""The end of the event log, in memory: bounded, and the same as what is written."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import Logger

from tinyice.logs.observer import make_observer
from tinyice.logs.tail import ENTRY_BYTES_MAX, Tail

LEVELS = ("debug", "info", "warn", "error")


def texts(tail: Tail, after: int = 0, *, level: str = "", text: str = "", limit: int = 99) -> str:
    """What is found, in one word each."""
    return " ".join(line.text for line in tail.after(after, level=level, text=text, limit=limit))


def tail_of(*words: str) -> Tail:
    """A tail with an entry for each word, which says its level in its first letter."""
    tail, levels = Tail(), {level[0]: level for level in LEVELS}
    for word in words:
        tail.add(levels[word[0]], word + "\n")
    return tail


def test_the_newest_come_last() -> None:
    """As in the file."""
    tail = tail_of("i1", "i2", "i3")
    assert texts(tail) == "i1 i2 i3"
    assert texts(tail, limit=2) == "i2 i3"
    assert texts(tail, 2) == "i3"
    assert texts(tail, 3) == ""
    assert tail.last == 3


def test_levels_and_words() -> None:
    """Whoever looks for errors sees errors, and words are found in any case."""
    tail = tail_of("d1", "i2", "w3", "eX", "ex")
    assert texts(tail, level="warn") == "w3 eX ex"
    assert texts(tail, level="error") == "eX ex"
    assert texts(tail, level="nonsense") == "d1 i2 w3 eX ex"
    assert texts(tail, text="x") == "eX ex"
    assert texts(tail, 4, text="EX") == "ex"


@given(st.lists(st.tuples(st.sampled_from(LEVELS), st.text(max_size=300)), max_size=60))
def test_it_never_grows_beyond_its_bounds(entries: list[tuple[str, str]]) -> None:
    """Neither in lines nor in size, whatever is logged; ids go on."""
    tail = Tail(lines_max=10, bytes_max=1000)
    for level, text in entries:
        tail.add(level, text)
    kept = tail.after(0, level="debug", text="", limit=10_000)
    assert len(kept) <= 10
    assert sum(len(line.text) for line in kept) <= 1000
    assert [line.id for line in kept] == list(range(tail.last - len(kept) + 1, tail.last + 1))


def test_a_long_entry_is_cut() -> None:
    """One traceback does not push everything else out."""
    tail = tail_of("i1")
    tail.add("error", "x" * 10 * ENTRY_BYTES_MAX)
    first, second = tail.after(0, level="", text="", limit=9)
    assert first.text == "i1"
    assert len(second.text) <= ENTRY_BYTES_MAX + 2


def test_it_holds_what_is_written() -> None:
    """What stays out of the log stays out of here: levels below, and chatter."""
    for json_logs in (False, True):
        tail, written = Tail(), list[str]()
        log = Logger(
            namespace="x",
            observer=make_observer(
                "info", json_logs=json_logs, write=written.append, keep=tail.add
            ),
        )
        log.debug("not this")
        log.error("this {why}", why="one\nline")
        (line,) = tail.after(0, level="", text="", limit=9)
        assert line.level == "error"
        assert [line.text + "\n"] == written
        assert "\n" not in line.text
