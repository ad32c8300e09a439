"""Whatever somebody missed: what they are told brings them to what is true."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tinyice.web.live.board import GONE_MAX, Board
from tinyice.web.live.documents import Gone, Title
from tinyice.web.live.frames import batch, event_id, frame, sequence_in
from tinyice.web.live.scope import CONSOLE, PUBLIC, Interest, Key, Scope

TITLES = Interest(PUBLIC, titles_only=True)
PATHS = [f"/{name}" for name in "abcd"]

Truth = dict[str, str]


def documents(truth: Truth) -> dict[Key, Title]:
    """What plays, as the board takes it."""
    return {
        Key(PUBLIC, "title", path): Title(mount=path, text=text, artist="", title=text)
        for path, text in truth.items()
    }


class Reader:
    """Somebody who believes what they are told, and knows how far."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._position: int | None = None
        self.believes: Truth = {}

    def catch_up(self) -> None:
        """Hear all that was missed."""
        board = self._board
        if self._position is None or not board.knows(self._position):
            self.believes = {}
            frames = [entry.frame for entry in board.everything(TITLES)]
        else:
            frames = board.since(self._position, TITLES)
        self._position = board.sequence
        for one in frames:
            self._hear(one.decode())

    def _hear(self, event: str) -> None:
        name, data = (line.partition(": ")[2] for line in event.strip().split("\n"))
        told: dict[str, Any] = json.loads(data)
        if name == "gone":
            assert self.believes.pop(told["mount"], None) is not None or self._position
        else:
            self.believes[told["mount"]] = told["text"]


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(PATHS), st.sampled_from("xyz")),
            st.lists(st.booleans(), min_size=3, max_size=3),
        ),
        max_size=25,
    )
)
def test_whoever_catches_up_believes_what_is_true(
    steps: list[tuple[Truth, list[bool]]],
) -> None:
    """Some read everything, some were away: in the end they all believe the same."""
    board = Board()
    readers = [Reader(board) for _ in range(3)]
    for truth, present in steps:
        board.renew(documents(truth), {"public"})
        for reader, reads in zip(readers, present, strict=True):
            if reads:
                reader.catch_up()
                assert reader.believes == truth
    late = Reader(board)
    for reader in (*readers, late):
        reader.catch_up()
        assert reader.believes == (steps[-1][0] if steps else {})


@given(st.lists(st.dictionaries(st.sampled_from(PATHS), st.sampled_from("xyz")), max_size=10))
def test_what_stays_is_not_told_again(truths: list[Truth]) -> None:
    """An event is rendered when something changes, and then alone."""
    board = Board()
    before: Truth = {}
    for truth in truths:
        rendered, sequence = board.rendered, board.sequence
        board.renew(documents(truth), {"public"})
        changed = [path for path in PATHS if truth.get(path) != before.get(path)]
        assert board.rendered - rendered == len(changed)
        assert board.sequence - sequence == bool(changed)
        before = truth


def test_ends_are_remembered_up_to_a_bound() -> None:
    """Of who was away for longer it is not known what they believe."""
    board = Board()
    board.renew(documents({"/first": "x"}), {"public"})
    for number in range(GONE_MAX + 2):
        board.renew(documents({f"/{number}": "x"}), {"public"})
    assert not board.knows(1)
    assert board.knows(board.sequence)
    assert not board.knows(board.sequence + 1)
    assert len(board.since(0, TITLES)) == GONE_MAX + 1


def test_one_side_is_renewed_without_the_other() -> None:
    """What nobody looks at is not ended by that."""
    board = Board()
    board.renew(documents({"/a": "x"}), {"public"})
    board.renew({}, {"console"})
    assert len(board.everything(TITLES)) == 1


def test_who_wants_what() -> None:
    """Of one's own side, of one's own mounts, titles or all the rest."""
    mine = Interest(Scope("console", frozenset({"/a"})))
    assert mine.wants(Key(CONSOLE, "mount", "/a"))
    assert not mine.wants(Key(CONSOLE, "mount", "/b"))
    assert not mine.wants(Key(PUBLIC, "mount", "/a"))
    assert not mine.wants(Key(CONSOLE, "title", "/a"))
    assert not mine.wants(Key(CONSOLE, "happened", "", 1))
    assert not mine.wants(Key(CONSOLE, "station"))
    assert mine.wants(Key(mine.scope, "station"))
    everything = Interest(CONSOLE)
    assert everything.wants(Key(CONSOLE, "happened", "", 1))
    marks = {mine.mark, everything.mark, TITLES.mark, Interest(PUBLIC).mark}
    assert len(marks) == 4


@given(st.text(max_size=40))
def test_an_id_is_what_we_gave(text: str) -> None:
    """Whatever a browser says that it had last."""
    assert sequence_in(event_id("e", 12), "e") == 12
    assert sequence_in(event_id("e", 12), "f") is None
    known = sequence_in(text, "e")
    assert known is None or text.strip() in (event_id("e", known), f"e-{text.strip()[2:]}")


@given(st.text())
def test_an_event_is_two_lines(text: str) -> None:
    """Nothing from outside ends one."""
    one = frame("gone", Gone(mount=text))
    assert one.count(b"\n") == 3
    assert b"\r" not in one
    assert one.endswith(b"\n\n")


def test_the_last_event_carries_the_id() -> None:
    """Who lost the stream in between has none of them for sure."""
    assert batch([b"event: a\n\n", b"event: b\n\n"], "e-1") == b"event: a\n\nid: e-1\nevent: b\n\n"
