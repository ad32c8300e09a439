"""Request heads: what is refused, with which status, and that cuts do not matter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.wire.errors import PeerError
from tinyice.wire.head import MAX_BLANK_BYTES, HeadParser, RequestHead
from tinyice.wire.headers import Headers

MAX_BYTES = 120
MAX_HEADERS = 3

Outcome = int | tuple[RequestHead, bytes] | None


def outcome(pieces: list[bytes]) -> Outcome:
    """The head with what follows it, the status of the refusal, or None."""
    parser = HeadParser(MAX_BYTES, MAX_HEADERS)
    for index, piece in enumerate(pieces):
        try:
            head = parser.receive(piece)
        except PeerError as error:
            return error.status
        if head:
            return head, parser.leftover + b"".join(pieces[index + 1 :])
    return None


def one_by_one(data: bytes) -> list[bytes]:
    """``data`` in single bytes."""
    return [bytes([byte]) for byte in data]


REFUSED = [
    (b"GET /\r\n\r\n", 400),
    (b"hackme\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400),
    (b"GET / HTTP/2.0\r\n", 400),
    (b"GET / HTTP/0.9\r\n", 400),
    (b"GET / ICY/1.0\r\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (b"GET  HTTP/1.0\r\n", 400),
    (b"G(T / HTTP/1.0\r\n", 400),
    (b"GET\t/\tHTTP/1.0\r\n", 400),
    (b"\r\n" * (MAX_BLANK_BYTES // 2) + b"\r", 400),
    (b"GET /" + b"a" * MAX_BYTES, 414),
    (b"GET / HTTP/1.0\r\n" + b"a: b" * MAX_BYTES, 431),
    (b"GET / HTTP/1.0\r\na: " + b"b" * MAX_BYTES + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.0\r\n" + b"a: b\r\n" * 4 + b"\r\n", 431),
    (b"GET / HTTP/1.0\r\nno colon\r\n\r\n", 400),
    (b"GET / HTTP/1.0\r\n: empty\r\n\r\n", 400),
    (b"GET / HTTP/1.0\r\nblank before : colon\r\n\r\n", 400),
    (b"GET / HTTP/1.0\r\na: b\r\n folded\r\n\r\n", 400),
    (b"GET / HTTP/1.0\r\na: b\0c\r\n\r\n", 400),
    (b"GET / HTTP/1.0\r\na: b\rc\r\n\r\n", 400),
]


@pytest.mark.parametrize(("data", "status"), REFUSED)
def test_refused(data: bytes, status: int) -> None:
    """A malformed or over-long head is refused with its status, however it is cut."""
    assert outcome([data]) == status
    assert outcome(one_by_one(data)) == status
    for cut in range(1, len(data)):
        assert outcome([data[:cut], data[cut:]]) == status


def test_exactly_as_long_as_allowed() -> None:
    """The limit itself is allowed, and counts the head alone."""
    start = b"GET / HTTP/1.0\r\na: "
    raw = start + b"b" * (MAX_BYTES - len(start) - 4) + b"\r\n\r\n"
    assert len(raw) == MAX_BYTES
    for pieces in ([raw + b"x" * 999], [*one_by_one(raw), b"x" * 999]):
        found = outcome(pieces)
        assert isinstance(found, tuple)
        assert found[1] == b"x" * 999


def test_line_before_the_rest() -> None:
    """A request line that can't be one is refused before the blank line comes."""
    parser = HeadParser(MAX_BYTES, MAX_HEADERS)
    with pytest.raises(PeerError) as caught:
        parser.receive(b"hackme\r\n")
    assert caught.value.status == 400


def test_pipelined() -> None:
    """What follows a head is the next request, after blank lines too."""
    second = b"\r\nGET /b HTTP/1.1\r\n\r\n"
    found = outcome([b"GET /a HTTP/1.1\r\n\r\n" + second])
    assert isinstance(found, tuple)
    assert found[1] == second
    following = outcome([found[1]])
    assert isinstance(following, tuple)
    assert (following[0].target, following[0].raw) == (b"/b", second[2:])


def test_version_of_the_future() -> None:
    """HTTP/1.2 and later are spoken to as HTTP/1.1."""
    found = outcome([b"GET / http/1.7\r\n\r\n"])
    assert isinstance(found, tuple)
    assert found[0].protocol == "HTTP/1.1"


def test_many_blanks_are_cheap() -> None:
    """A target of nothing but blanks is refused without searching it again and again."""
    parser = HeadParser(1 << 20, MAX_HEADERS)
    with pytest.raises(PeerError):
        parser.receive(b"GET " + b" " * 500_000 + b"\n")


def test_secrets_are_not_shown() -> None:
    """The representation of a head, which may be logged, has no credentials."""
    found = outcome([b"GET / HTTP/1.0\r\nAuthorization: Basic c2VjcmV0\r\n\r\n"])
    assert "c2VjcmV0" not in repr(found)


class TestHeaders:
    """Header fields: case-insensitive, last wins, order kept."""

    FIELDS = Headers([(b"Ice-Name", b"first"), (b"X", b"\xe9"), (b"ICE-NAME", b"last")])

    def test_last_wins(self) -> None:
        """The last of repeated fields counts, under any case, as bytes or text."""
        assert self.FIELDS.get("ice-name") == self.FIELDS.get(b"Ice-NAME") == b"last"
        assert self.FIELDS.get("absent") is None
        assert self.FIELDS.get("\u2603") is None

    def test_text(self) -> None:
        """Text is UTF-8 where it can be, Latin-1 otherwise, and empty when absent."""
        assert self.FIELDS.text("x") == "é"
        assert Headers([(b"x", "é".encode())]).text("X") == "é"
        assert self.FIELDS.text("absent") == ""

    def test_items(self) -> None:
        """All fields are there in order of arrival, names in lower case."""
        assert self.FIELDS.items() == (
            (b"ice-name", b"first"),
            (b"x", b"\xe9"),
            (b"ice-name", b"last"),
        )

    def test_value(self) -> None:
        """Headers are values."""
        same = Headers(self.FIELDS.items())
        assert same == self.FIELDS
        assert hash(same) == hash(self.FIELDS)
        assert same != Headers()


LIKE_A_HEAD = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"GET ",
                b"/a",
                b" ",
                b"HTTP/1.0",
                b"ICE/1.0",
                b"\r\n",
                b"\n",
                b"\r",
                b"a: b",
                b":",
                b"\0",
            ]
        ),
        st.binary(max_size=12),
    ),
    max_size=25,
).map(b"".join)


@settings(max_examples=100, deadline=None)
@given(LIKE_A_HEAD, st.data())
def test_any_bytes(data: bytes, draw: st.DataObject) -> None:
    """Any bytes give a head, a refusal or nothing yet; cuts never change which."""
    whole = outcome([data])
    assert outcome(one_by_one(data)) == whole
    cut = draw.draw(st.integers(0, len(data)))
    assert outcome([data[:cut], data[cut:]]) == whole
