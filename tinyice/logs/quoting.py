"""Text from outside, made fit for one line of a log."""

import string

_BARE = frozenset(string.ascii_letters + string.digits + "-._/@^+:,;%()[]*&?#!~")


def one_line(text: str) -> str:
    """``text`` with everything that does not print (line ends, controls, marks) as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def quoted(text: str) -> str:
    """``text`` as the value of ``key=value``: in quotes where it needs them."""
    if text and _BARE.issuperset(text):
        return text
    return f'"{one_line(_slashed(text))}"'


def ascii_bytes(raw: bytes) -> str:
    """Bytes of a peer as one piece of ASCII: what might mislead a reader is an escape."""
    if not raw.translate(None, _HARMLESS):
        return raw.decode("ascii")
    return "".join(_BYTES[byte] for byte in raw)


def _slashed(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


_HARMLESS = bytes(b for b in range(0x20, 0x7F) if b not in b'"\\')
_BYTES = tuple(
    chr(b) if b in _HARMLESS else _slashed(chr(b)) if b in b'"\\' else f"\\x{b:02x}"
    for b in range(256)
)
