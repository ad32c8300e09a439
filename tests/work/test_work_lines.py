"""What children say for people stays short."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.work.lines import MAX_LINE_BYTES, MAX_LINES, SpokenLines


def test_lines() -> None:
    """Lines come whole, however they are split; empty ones are left out."""
    spoken = SpokenLines()
    assert spoken.feed(b"Trace") == []
    assert spoken.feed("back\n\nErrör".encode()) == ["Traceback"]
    assert spoken.feed(b"\xff\n") == ["Errör\N{REPLACEMENT CHARACTER}"]
    assert spoken.last == "Errör\N{REPLACEMENT CHARACTER}"


def test_enough_is_enough() -> None:
    """After many lines only the last one is kept, for the reason of the end."""
    spoken = SpokenLines()
    lines = spoken.feed(b"x\n" * (MAX_LINES + 10))
    assert len(lines) == MAX_LINES + 1
    assert spoken.feed(b"last\n") == []
    assert spoken.last == "last"


@given(st.lists(st.binary(max_size=2000), max_size=10))
def test_bounded(pieces: list[bytes]) -> None:
    """No line is longer than the bound, whatever is said."""
    spoken = SpokenLines()
    for piece in pieces:
        assert all(len(line) <= MAX_LINE_BYTES for line in spoken.feed(piece))
