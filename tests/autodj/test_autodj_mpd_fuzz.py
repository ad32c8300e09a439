"""Whatever a client says to each command: an answer, and a server that goes on."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from autodj.mpd_station import TRACKS
from autodj.mpd_talk import Room
from tinyice.autodj.mpd.conversation import Ended
from tinyice.autodj.mpd.table import TABLE
from tinyice.wire.mpd import quote

PATHS = [track.path for track in TRACKS if track.path.isascii()] + ["", "Queen", "..", "/", "a\0b"]
WORDS = [
    "artist", "album", "any", "file", "base", "title", "group", "sort", "window", "position",
    "song", "get", "set", "find", "list", "delete", "inc", "rating", "mine", "clear", "enable",
    "all", "(artist == 'Queen')", "((any contains 'e') AND (!(prio >= 1)))", "modified-since",
    "oneshot", "create", "append", "off", "track", "0", "1", "-1", "2:5", "3:", ":", "+0", "-0",
    "+1", "9999999999", "nan", "1e9", "0.5", "=", ">", "eq", "default", "(", "Last-Modified",
]  # fmt: skip
ARGUMENTS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(PATHS),
    st.integers(-3, 12).map(str),
    st.tuples(st.integers(-1, 9), st.integers(-1, 9)).map(lambda ends: f"{ends[0]}:{ends[1]}"),
    st.text(max_size=20),
    st.integers(0xDC80, 0xDCFF).map(chr),
)
LINES = st.lists(ARGUMENTS, max_size=6)
ROW = re.compile(rb"[A-Za-z0-9_:-]+: .*|[0-9]+:file: .*|OK|ACK \[\d+@\d+\] \{[a-z_]*\} .*")


def said(command: str, args: list[str]) -> bytes:
    """The line of a command."""
    words = [command, *(quote(arg.replace("\n", " ")) for arg in args)]
    return " ".join(words).encode("utf-8", "surrogateescape")


def is_whole(answer: bytes) -> bool:
    """Whether it is lines with one end."""
    *rows, last = re.sub(rb"binary: \d+\n.*\nOK\n", b"OK\n", answer, flags=re.DOTALL).split(b"\n")
    ends = [row for row in rows if row == b"OK" or row.startswith(b"ACK ")]
    return last == b"" and len(ends) == 1 and all(ROW.fullmatch(row) for row in rows)


@pytest.mark.parametrize("command", sorted(TABLE))
@settings(max_examples=30)
@given(lines=st.lists(LINES, min_size=1, max_size=5))
def test_each_command_answers_anything(command: str, lines: list[list[str]]) -> None:
    room = Room()
    talker = room.talker()
    talker.ask('add ""')
    talker.ask("play 2")
    for args in lines:
        answer = talker.raw(said(command, args))
        assert is_whole(answer), answer
        answer.decode("utf-8") if b"binary: " not in answer else None
    assert talker.ask("ping") == "OK\n"


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_lines_are_answered_or_end_it(lines: list[bytes]) -> None:
    talker = Room().talker()
    for line in lines:
        try:
            answer = talker.raw(line.replace(b"\n", b""))
        except Ended:
            return
        assert answer == b"" or is_whole(answer)


class Copying(RuleBasedStateMachine):
    """A client that keeps a copy of the queue by asking for changes only."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()
        self.talker = self.room.talker()
        self.copy: list[str] = []
        self.version = "0"

    @rule(
        command=st.sampled_from(
            ["add", "addid", "delete", "deleteid", "move", "moveid", "swap", "swapid", "shuffle",
             "clear", "findadd", "searchadd", "play", "consume", "next", "load", "save", "prio"]
        ),
        args=LINES,
    )  # fmt: skip
    def change(self, command: str, args: list[str]) -> None:
        """Something is done, or refused."""
        self.talker.raw(said(command, args))

    @rule(first=st.integers(0, 9), last=st.integers(0, 9), to=st.integers(0, 9))
    def move(self, first: int, last: int, to: int) -> None:
        """More often right than by chance."""
        self.talker.ask('add ""')
        self.talker.ask(f"move {first}:{last} {to}")

    @rule()
    def follow(self) -> None:
        """Ask for what has changed."""
        status = self.talker.answer("status")
        length = int(status["playlistlength"])
        self.copy = (self.copy + [""] * length)[:length]
        pairs = self.talker.pairs(f"plchangesposid {self.version}")
        for at in range(0, len(pairs), 2):
            self.copy[int(pairs[at][1])] = pairs[at + 1][1]
        self.version = status["playlist"]
        assert self.copy == self.talker.values("playlistinfo", "Id")

    @invariant()
    def what_plays_is_in_the_queue(self) -> None:
        """A client that shows the current song finds it."""
        status = self.talker.answer("status")
        if "song" in status:
            assert self.talker.values(f"playlistinfo {status['song']}", "Id") == [status["songid"]]


Copying.TestCase.settings = settings(max_examples=50, stateful_step_count=20)
TestCopying = Copying.TestCase
