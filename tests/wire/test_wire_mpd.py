"""Lines of MPD clients: read as they were meant, bounded, and answered in one line each."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.wire.mpd import (
    LINE_BYTES_MAX,
    Ack,
    Line,
    LineReader,
    LineTooLong,
    MpdFault,
    Place,
    Range,
    binary,
    failure,
    flag,
    options,
    pair,
    parse,
    place,
    quote,
    seconds,
    seconds_by,
    signed,
    span,
    whole,
)

READ = {
    b"status": Line("status"),
    b"play 3": Line("play", ("3",)),
    b"play\t3  ": Line("play", ("3",)),
    b'play "3"': Line("play", ("3",)),
    b'add "a b"': Line("add", ("a b",)),
    rb'add "a \"b\" \\ c"': Line("add", ('a "b" \\ c',)),
    b'find artist ""': Line("find", ("artist", "")),
    "add Björk".encode(): Line("add", ("Björk",)),
    b"add caf\xe9": Line("add", ("caf\udce9",)),
    "add caf\U0010fee9".encode(): Line("add", ("caf\udce9",)),
    b"list_me": Line("list_me"),
}

FAULTS = {
    b"": "No command given",
    b"  ": "No command given",
    b"(": "Letter expected",
    b'"status"': "Letter expected",
    b"1 2": "Letter expected",
    b'add "a': "Missing closing '\"'",
    b'add "a\\"': "Missing closing '\"'",
    b'add "a"b': "Space expected after an argument",
    b'add a"b': "Space expected after an argument",
    b"play(3)": "Space expected after an argument",
    b"add 'a'": "Invalid unquoted character",
}


@pytest.mark.parametrize(("line", "read"), READ.items())
def test_lines_are_commands(line: bytes, read: Line) -> None:
    assert parse(line) == read


@pytest.mark.parametrize(("line", "reason"), FAULTS.items())
def test_bad_lines_are_refused_with_a_reason(line: bytes, reason: str) -> None:
    with pytest.raises(MpdFault, match=reason.replace("'", ".")) as refused:
        parse(line)
    assert refused.value.ack is Ack.UNKNOWN


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))))
def test_what_is_quoted_comes_through(args: list[str]) -> None:
    """Whatever stands in an argument, save for the code points that stand for stray bytes."""
    if any(0x10FE80 <= ord(sign) <= 0x10FEFF for arg in args for sign in arg):
        return
    line = " ".join(["find", *(quote(arg) for arg in args)])
    assert parse(line.encode()) == Line("find", tuple(args))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_command_or_a_fault(line: bytes) -> None:
    with suppress(MpdFault):
        assert parse(line).command


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Co", "Zl", "Zp"])
        | st.integers(0xDC80, 0xDCFF).map(chr)
    )
)
def test_names_that_are_no_utf8_come_back_as_they_were_told(path: str) -> None:
    """A file may be called anything; its line is UTF-8 all the same."""
    told = pair("file", path).decode("utf-8").removeprefix("file: ").removesuffix("\n")
    assert parse(f"add {quote(told)}".encode()).args == (path,)


@given(st.text())
def test_a_value_is_one_line(value: str) -> None:
    assert pair("Title", value).count(b"\n") == 1
    assert failure(MpdFault(Ack.ARG, value)).count(b"\n") == 1


@given(st.lists(st.binary(max_size=30)), st.integers(1, 7))
def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], size: int) -> None:
    lines = [line.replace(b"\n", b"").replace(b"\r", b"") for line in lines]
    stream = b"".join(line + b"\n" for line in lines)
    reader, read = LineReader(), []
    for start in range(0, len(stream), size):
        reader.feed(stream[start : start + size])
        while (line := reader.next()) is not None:
            read.append(line)
    assert read == lines


def test_a_line_ends_within_its_bound() -> None:
    reader = LineReader()
    reader.feed(b"x" * LINE_BYTES_MAX)
    assert reader.next() is None
    reader.feed(b"\n")
    assert reader.next() == b"x" * LINE_BYTES_MAX
    reader.feed(b"y" * (LINE_BYTES_MAX + 1))
    with pytest.raises(LineTooLong):
        reader.next()


def test_a_failure_says_where_in_the_list_it_was() -> None:
    told = failure(MpdFault(Ack.ARG, "Bad song index"), "play", 1)
    assert told == b"ACK [2@1] {play} Bad song index\n"


def test_bytes_are_counted() -> None:
    assert binary(b"a\nb") == b"binary: 3\na\nb\n"


GOOD = [
    (whole, "0", 0),
    (whole, "2147483647", 2**31 - 1),
    (signed, "-5", -5),
    (signed, "+5", 5),
    (flag, "1", True),
    (flag, "0", False),
    (seconds, "12.5", 12.5),
    (seconds, "12.", 12.0),
    (seconds_by, "+2", (2.0, True)),
    (seconds_by, "-2.5", (-2.5, True)),
    (seconds_by, "2", (2.0, False)),
    (span, "3", Range(3, 4)),
    (span, "3:5", Range(3, 5)),
    (span, "3:", Range(3, None)),
    (span, "-1", Range(0, None)),
    (span, ":4", Range(0, 4)),
    (place, "4", Place(4)),
    (place, "+0", Place(0, 1)),
    (place, "-2", Place(2, -1)),
]
BAD = [
    (whole, ["", "-1", "x", "1.0", "99999999999", "2147483648", "٣"]),
    (signed, ["", "--1", "x", "1e3"]),
    (flag, ["", "2", "true"]),
    (seconds, ["", "-1", "nan", "inf", "1e9", "+-1"]),
    (seconds_by, ["", "nan", "x"]),
    (span, ["", "5:3", "x", "1:x", "1:2:3", "-2", "-1:3"]),
    (place, ["", "x", "+", "+x", "--1"]),
]


@pytest.mark.parametrize(("read", "text", "value"), GOOD)
def test_numbers(read: object, text: str, value: object) -> None:
    assert read(text) == value  # type: ignore[operator]


@pytest.mark.parametrize(("read", "text"), [(read, text) for read, texts in BAD for text in texts])
def test_what_is_no_number_is_refused(read: object, text: str) -> None:
    with pytest.raises(MpdFault) as refused:
        read(text)  # type: ignore[operator]
    assert refused.value.ack is Ack.ARG


def test_a_range_ends_where_the_list_does() -> None:
    assert Range(1, None).within(3) == (1, 3)
    assert Range(1, 9).within(3) == (1, 3)
    with pytest.raises(MpdFault, match="Bad song index"):
        Range(4, None).within(3)


def test_options_stand_at_the_end() -> None:
    rest, found = options(["artist", "x", "sort", "date", "window", "0:2"], "sort", "window")
    assert (rest, found) == (["artist", "x"], {"sort": ["date"], "window": ["0:2"]})
    rest, found = options(["group", "a", "group", "b"], repeated="group")
    assert (rest, found) == ([], {"group": ["a", "b"]})
    rest, found = options(["sort", "a", "sort", "b"], "sort")
    assert (rest, found) == (["sort", "a"], {"sort": ["b"]})
