"""How long a head may get, however it is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tinyice.outbound.heads import HeadMeter

LIMIT = 60
HEAD = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


def takes(data: bytes, cuts: list[int]) -> bool:
    """Whether a meter takes all of ``data`` when it comes in pieces."""
    meter = HeadMeter(LIMIT)
    meter.expect()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return all(meter.receive(data[a:b]) for a, b in pairwise(edges))


CUTS = st.lists(st.integers(0, 500), max_size=6)


@given(CUTS, st.binary(max_size=200))
def test_bodies_are_not_counted(cuts: list[int], body: bytes) -> None:
    """After the head anything may follow."""
    assert takes(HEAD + body, cuts)
    assert takes(INTERIM + HEAD + body, cuts)


@given(CUTS, st.sampled_from([b"\r\n", b"\n"]))
def test_long_heads_are_refused(cuts: list[int], end: bytes) -> None:
    """Neither one long head nor many short ones are taken, wherever they are cut."""
    assert not takes(b"HTTP/1.1 200 OK" + end + b"X: y\r\n" * 20 + end, cuts)
    assert not takes(INTERIM * 3 + HEAD, cuts)


def test_each_request_counts_anew() -> None:
    """On a connection that is kept, every answer has the whole limit."""
    meter = HeadMeter(LIMIT)
    for _ in range(5):
        meter.expect()
        meter.expect()
        assert meter.receive(HEAD + b"body")
    assert meter.receive(b"x" * 1000)
