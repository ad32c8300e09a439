"""The PROXY protocol, versions 1 and 2: what a proxy says of a connection before its first byte.

Rules of this file:

- what begins otherwise than a header is an error at the first byte that tells,
  never a request: on such a port nobody may pass for the proxy's client;
- how the bytes were cut never changes the outcome, nothing behind the header
  is looked at, and nothing beyond the longest header is kept.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from tinyice.wire.errors import PeerError

LINE_BYTES_MAX = 107
"""The longest header of version 1, its line end included."""

DETAILS_BYTES_MAX = 4096
"""How much may follow the first 16 bytes of version 2: addresses, and what we skip."""

HEADER_BYTES_MAX = 16 + DETAILS_BYTES_MAX
"""No header is longer."""

_LINE_START = b"PROXY "
_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_FIXED_BYTES = 16
_KINDS: dict[bytes, type[IPv4Address] | type[IPv6Address]] = {
    b"TCP4": IPv4Address,
    b"TCP6": IPv6Address,
}
_PORT = re.compile(rb"0|[1-9][0-9]{0,4}")
_ADDRESSES = {0x11: 12, 0x21: 36}
"""TCP over IPv4 and IPv6: how many bytes the two addresses and ports take."""
_OTHERS = {0x00: 0, 0x12: 12, 0x22: 36, 0x31: 216, 0x32: 216}
"""Datagrams, UNIX sockets, and what the proxy does not tell: no address of a client."""


@dataclass(frozen=True, slots=True)
class Announced:
    """The client that a proxy has a connection with; no ``address``: the proxy itself.

    That is how it asks whether we are well.
    """

    address: IPv4Address | IPv6Address | None = None
    port: int = 0


class ProxyHeaderParser:
    """Reads one header, however it is cut."""

    def __init__(self) -> None:
        self._buffer = b""
        self.leftover = b""

    @property
    def received(self) -> bytes:
        """What came of the header so far."""
        return self._buffer

    def receive(self, data: bytes) -> Announced | None:
        """Take more bytes; who was announced, once the header is complete.

        What follows the header is then in ``leftover``. Raises ``PeerError``
        with status 0.
        """
        self._buffer += data
        size = _size_of(self._buffer)
        if size is None or len(self._buffer) < size:
            return None
        header, self.leftover = self._buffer[:size], self._buffer[size:]
        self._buffer = b""
        return _from_line(header) if header.startswith(_LINE_START) else _from_block(header)


def _size_of(start: bytes) -> int | None:
    """How long the header is that begins so; None: that is not known yet."""
    if _begins(start, _LINE_START):
        end = start.find(b"\r\n", 0, LINE_BYTES_MAX)
        if end < 0 and len(start) >= LINE_BYTES_MAX:
            raise _fault("The PROXY line is too long.")
        return end + 2 if end >= 0 else None
    if not _begins(start, _SIGNATURE):
        raise _fault("The connection does not begin with a PROXY header.")
    if len(start) < _FIXED_BYTES:
        return None
    details = int.from_bytes(start[14:16], "big")
    if details > DETAILS_BYTES_MAX:
        raise _fault("The PROXY header is too long.")
    return _FIXED_BYTES + details


def _begins(start: bytes, with_: bytes) -> bool:
    """Whether ``start``, as far as it goes, is the beginning of ``with_`` and more."""
    return start[: len(with_)] == with_[: len(start)]


def _from_line(line: bytes) -> Announced:
    words = line[:-2].split(b" ")
    if words[1] == b"UNKNOWN":
        return Announced()
    kind = _KINDS.get(words[1])
    if kind is None or len(words) != 6 or not all(map(_is_port, words[4:])):
        raise _fault("The PROXY line is malformed.")
    try:
        source, _ = kind(words[2].decode("ascii")), kind(words[3].decode("ascii"))
    except ValueError:
        raise _fault("The PROXY line has an address that is none.") from None
    return Announced(source, int(words[4]))


def _is_port(word: bytes) -> bool:
    return _PORT.fullmatch(word) is not None and int(word) <= 65535


def _from_block(block: bytes) -> Announced:
    version_and_command, family, details = block[12], block[13], block[_FIXED_BYTES:]
    if version_and_command == 0x20:
        return Announced()
    if version_and_command != 0x21:
        raise _fault("The PROXY header has an unknown version or command.")
    wanted = _ADDRESSES.get(family, _OTHERS.get(family))
    if wanted is None:
        raise _fault("The PROXY header names an unknown kind of address.")
    if len(details) < wanted:
        raise _fault("The PROXY header is too short for its addresses.")
    if family not in _ADDRESSES:
        return Announced()
    ports = wanted - 4
    packed = details[: ports // 2]
    source = IPv4Address(packed) if family == 0x11 else IPv6Address(packed)
    return Announced(source, int.from_bytes(details[ports : ports + 2], "big"))


def _fault(sentence: str) -> PeerError:
    return PeerError(0, sentence)
