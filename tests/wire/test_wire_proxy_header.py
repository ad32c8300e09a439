"""PROXY headers of both versions: what is announced, what is refused, however it is cut."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.wire.errors import PeerError
from tinyice.wire.proxy_header import (
    DETAILS_BYTES_MAX,
    HEADER_BYTES_MAX,
    Announced,
    ProxyHeaderParser,
)

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
AFTER = b"GET / HTTP/1.1\r\n\r\n"


def block(command: int, family: int, details: bytes = b"", *, length: int | None = None) -> bytes:
    """A header of version 2."""
    size = len(details) if length is None else length
    return SIGNATURE + bytes([command, family]) + size.to_bytes(2, "big") + details


def addresses(source: str, target: str, source_port: int = 4711, target_port: int = 8000) -> bytes:
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    ports = source_port.to_bytes(2, "big") + target_port.to_bytes(2, "big")
    return socket.inet_pton(family, source) + socket.inet_pton(family, target) + ports


V4 = addresses("203.0.113.9", "192.0.2.1")
V6 = addresses("2001:db8::9", "2001:db8::1")
TLV = b"\x20\0\x07\1\0\0\0\0ok" + b"\xea\0\3abc"
FOUR = Announced(IPv4Address("203.0.113.9"), 4711)
SIX = Announced(IPv6Address("2001:db8::9"), 4711)
SILENT = Announced()

HEADERS = [
    (b"PROXY TCP4 203.0.113.9 192.0.2.1 4711 8000\r\n", FOUR),
    (b"PROXY TCP6 2001:db8::9 2001:db8::1 4711 8000\r\n", SIX),
    (b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", None),
    (b"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", None),
    (b"PROXY TCP6 " + b" ".join([b"ffff:" * 7 + b"ffff"] * 2) + b" 65535 65535\r\n", None),
    (b"PROXY UNKNOWN\r\n", SILENT),
    (b"PROXY UNKNOWN ffff:: \0\xff 65535\r\n", SILENT),
    (b"PROXY UNKNOWN " + b"x" * 91 + b"\r\n", SILENT),
    (block(0x21, 0x11, V4), FOUR),
    (block(0x21, 0x21, V6), SIX),
    (block(0x21, 0x11, V4 + TLV), FOUR),
    (block(0x21, 0x21, V6 + bytes(DETAILS_BYTES_MAX - 36)), SIX),
    (block(0x21, 0x12, V4), SILENT),
    (block(0x21, 0x22, V6), SILENT),
    (block(0x21, 0x31, bytes(216)), SILENT),
    (block(0x21, 0x32, b"/run/x".ljust(216, b"\0") + TLV), SILENT),
    (block(0x21, 0x00), SILENT),
    (block(0x21, 0x00, TLV), SILENT),
    (block(0x20, 0x00), SILENT),
    (block(0x20, 0x11, V4), SILENT),
    (block(0x20, 0x77, b"whatever"), SILENT),
]
headers = pytest.mark.parametrize(("header", "announced"), HEADERS)

REFUSED = [
    AFTER,
    b"\x16\x03\x01\x02\x00",
    b"proxy TCP4 203.0.113.9 192.0.2.1 1 2\r\n",
    b"PROXY\r\n",
    b"PROXY \r\n",
    b"PROXY TCP4\r\n",
    b"PROXY TCP5 203.0.113.9 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 1\r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 1 2 3\r\n",
    b"PROXY TCP4  203.0.113.9 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 1 2 \r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 1 65536\r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 -1 2\r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 01 2\r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 1 \xb2\r\n",
    b"PROXY TCP4 203.0.113.009 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 203.0.113 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 203.0.113.9 example 1 2\r\n",
    b"PROXY TCP4 \xff 192.0.2.1 1 2\r\n",
    b"PROXY TCP4 2001:db8::9 2001:db8::1 1 2\r\n",
    b"PROXY TCP6 203.0.113.9 192.0.2.1 1 2\r\n",
    b"PROXY TCP6 [2001:db8::9] [::1] 1 2\r\n",
    b"PROXY UNKNOWN " + b"x" * 92 + b"\r\n",
    b"PROXY UNKNOWN" + b" " * 94 + b"\n",
    b"PROXY TCP4 " + b"1" * 200,
    block(0x11, 0x11, V4),
    block(0x01, 0x11, V4),
    block(0x22, 0x11, V4),
    block(0x2F, 0x11, V4),
    block(0x21, 0x01, V4),
    block(0x21, 0x13, V4),
    block(0x21, 0x41, V6),
    block(0x21, 0x11, V4[:-1]),
    block(0x21, 0x21, V4),
    block(0x21, 0x12, b""),
    block(0x21, 0x31, bytes(215)),
    block(0x21, 0x11, b"", length=DETAILS_BYTES_MAX + 1),
    block(0x20, 0x00, b"", length=0xFFFF),
    SIGNATURE[:-1] + b"\r\x21\x11\0\x0c" + V4,
    b"\r\n" + SIGNATURE,
]
refused = pytest.mark.parametrize("data", REFUSED, ids=lambda data: repr(data[:50]))


def read(pieces: list[bytes]) -> tuple[Announced | None, bytes]:
    """What a parser makes of ``pieces``: who is announced, and what is left."""
    parser = ProxyHeaderParser()
    for at, piece in enumerate(pieces):
        announced = parser.receive(piece)
        if announced is not None:
            return announced, parser.leftover + b"".join(pieces[at + 1 :])
    return None, b""


@headers
def test_headers(header: bytes, announced: Announced | None) -> None:
    """Each valid header names its client or nobody, and ends where it ends."""
    got, left = read([header + AFTER])
    assert got is not None
    assert announced in (None, got)
    assert left == AFTER
    assert read([header]) == (got, b"")


@headers
def test_cuts(header: bytes, announced: Announced | None) -> None:
    """However the bytes are cut, the same is read."""
    data = header + AFTER
    whole = read([data])
    assert read([data[at : at + 1] for at in range(len(data))]) == whole
    for at in range(len(header) + 1):
        assert read([data[:at], data[at:]]) == whole


@headers
def test_incomplete(header: bytes, announced: Announced | None) -> None:
    """Nobody is announced before the header is whole, and nothing is left until then."""
    parser = ProxyHeaderParser()
    for at in range(len(header) - 1):
        assert parser.receive(header[at : at + 1]) is None
        assert parser.leftover == b""


@refused
def test_refused(data: bytes) -> None:
    """What is no header is refused without an answer, in whatever pieces it comes."""
    with pytest.raises(PeerError) as raised:
        read([data])
    assert raised.value.status == 0
    with pytest.raises(PeerError):
        read([data[at : at + 1] for at in range(len(data))])


def test_the_first_wrong_byte_tells() -> None:
    """Who does not speak the protocol is not waited for."""
    for start in (b"G", b"\x16", b"PRI", b"\r\n\r\nG", b"\n"):
        with pytest.raises(PeerError):
            read([start])


def test_what_is_kept_is_bounded() -> None:
    """Nothing beyond the longest header is kept."""
    parser = ProxyHeaderParser()
    largest = block(0x21, 0x11, V4 + bytes(DETAILS_BYTES_MAX - 12))
    assert len(largest) == HEADER_BYTES_MAX
    assert parser.receive(largest[:-1]) is None
    assert parser.receive(largest[-1:]) == FOUR
    assert parser.leftover == b""


ANY_ADDRESS = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
PORTS = st.integers(0, 65535)


@given(source=ANY_ADDRESS, port=PORTS, tail=st.binary(max_size=40), cut=st.integers(0, 200))
def test_both_versions_say_the_same(
    source: IPv4Address | IPv6Address, port: int, tail: bytes, cut: int
) -> None:
    """Any client may be announced in both ways."""
    target = "192.0.2.1" if source.version == 4 else "2001:db8::1"
    line = f"PROXY TCP{source.version} {source} {target} {port} 80\r\n".encode()
    family = 0x11 if source.version == 4 else 0x21
    binary = block(0x21, family, addresses(str(source), target, port))
    for header in (line, binary):
        data = header + tail
        assert read([data[:cut], data[cut:]]) == (Announced(ip_address(str(source)), port), tail)


@given(
    start=st.sampled_from([b"", b"PROXY ", b"PROXY TCP4 ", SIGNATURE, SIGNATURE + b"\x21\x11\0"]),
    pieces=st.lists(st.binary(max_size=60), max_size=6),
)
def test_any_bytes(start: bytes, pieces: list[bytes]) -> None:
    """Whatever comes is a header, its beginning, or the peer's fault, however it is cut."""

    def outcome(given: list[bytes]) -> object:
        try:
            return read(given)
        except PeerError as error:
            return error.status

    data = b"".join([start, *pieces])
    assert outcome([start, *pieces]) == outcome([data])
