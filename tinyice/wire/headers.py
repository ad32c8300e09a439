"""The header fields of a request or of a Shoutcast login."""

from collections.abc import Iterable

from tinyice.wire.charset import decode_text


class Headers:
    """Fields in order of arrival; names compare without case, the last value wins.

    The representation names the fields and hides the values, because one of
    them is usually a password.
    """

    __slots__ = ("_fields", "_last")

    def __init__(self, fields: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._fields = tuple((name.lower(), value) for name, value in fields)
        self._last = dict(self._fields)

    def get(self, name: bytes | str) -> bytes | None:
        """The last value sent under ``name``; None when it was not sent."""
        key = name.encode("latin-1", "replace") if isinstance(name, str) else name
        return self._last.get(key.lower())

    def text(self, name: str) -> str:
        """The last value as text; "" when it was not sent."""
        return decode_text(self.get(name) or b"")

    def items(self) -> tuple[tuple[bytes, bytes], ...]:
        """Every field in order of arrival, repeated ones too, names in lower case."""
        return self._fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash(self._fields)

    def __repr__(self) -> str:
        names = ", ".join(name.decode("latin-1") for name, _ in self._fields)
        return f"Headers({names})"
