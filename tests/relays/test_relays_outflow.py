"""What goes out to a server that is slow: whole units, in order, and never too many waiting."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.formats.base import Chunk
from tinyice.relays.outflow import Outflow

LIMIT = 2000
STEPS = st.lists(
    st.one_of(
        st.just("pause"),
        st.just("go on"),
        st.tuples(st.integers(1, 5), st.booleans(), st.booleans()),
    ),
    max_size=120,
)
UNIT = 100


class Programme:
    """Chunks of numbered units; some change the stream headers, in some nobody may begin."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.number = 0
        self.headers = b"H0"

    def chunk(self, units: int, *, may_begin: bool, changes: bool) -> tuple[Chunk, bytes]:
        before = self.headers
        if changes:
            self.number += 1
            self.headers = b"H%d" % self.number
            return Chunk(self.headers, headers=self.headers), before
        data = b"".join(self._unit() for _ in range(units))
        points = tuple(range(0, len(data), UNIT)) if may_begin else ()
        return Chunk(data, points), before

    def _unit(self) -> bytes:
        self.number += 1
        unit = (b"<%06d" % self.number).ljust(UNIT - 1, b".") + b">"
        self.sent.append(unit)
        return unit


@given(STEPS)
def test_whole_units_in_order_behind_their_headers(steps: list[object]) -> None:
    """However it stalls: what came out could be decoded, and what did not is counted."""
    out: list[bytes] = []
    flow, programme = Outflow(out.append), Programme()
    for step in steps:
        if isinstance(step, tuple):
            units, may_begin, changes = step
            chunk, before = programme.chunk(units, may_begin=may_begin, changes=changes)
            flow.take(chunk, before, LIMIT)
            assert flow.waiting_bytes <= LIMIT + 5 * UNIT
        elif step == "pause":
            flow.pause()
        else:
            flow.go_on()
            assert not flow.waiting_bytes
    units = [piece[at : at + UNIT] for piece in out for at in range(0, len(piece), UNIT)]
    audio = [unit for unit in units if not unit.startswith(b"H")]
    assert audio == [unit for unit in programme.sent if unit in set(audio)]
    assert not units or units[0].startswith(b"H")
    assert flow.bytes_out == sum(map(len, out))


def test_headers_that_were_left_out_are_sent_before_what_needs_them() -> None:
    """A link of an Ogg chain that begins while nothing can be sent."""
    out: list[bytes] = []
    flow = Outflow(out.append)
    flow.take(Chunk(b"one", (0,)), b"A", 10)
    flow.pause()
    flow.take(Chunk(b"B", headers=b"B"), b"A", 10)
    flow.take(Chunk(b"x" * 9, (0,)), b"B", 10)
    flow.take(Chunk(b"y" * 9, (0,)), b"B", 10)
    flow.go_on()
    assert out == [b"A", b"one", b"B", b"y" * 9]
    assert flow.left_out == 1 + 9
    flow.pause()
    flow.take(Chunk(b"z" * 9, (0,)), b"B", 10)
    flow.take(Chunk(b"w" * 9, (0,)), b"B", 10)
    flow.go_on()
    assert out[4:] == [b"w" * 9], "they are there already"
