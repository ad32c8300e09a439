"""A MaxMind DB of countries (``.mmdb``), read from its file look by look.

Rules of this file:

- it is used in a worker only: every look reads from the disk;
- the file is neither mapped nor held in memory. One that is cut short while it is
  mapped ends the process, and one of a whole city list weighs 70 MB;
- nothing that it holds is believed: what can't be read is a fault or an unknown
  country, and names are words of a bounded length.
"""

import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from tinyice.core.countries import Country

NAME_CHARS = 60
_CODE = re.compile(r"[A-Z]{2}")
_LOOKS_MAX = 2000
_RECORDS_MAX = 100
_IPV4_END = 1 << 32

_UNREADABLE = (
    *(RuntimeError, OSError, ValueError, TypeError, LookupError, ArithmeticError),
    *(AttributeError, struct.error),
)
"""What the library raises for bytes that make no sense; its own error is a RuntimeError."""


class DatabaseFault(Exception):
    """The file can't be used; ``reason`` goes on from its name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Database:
    """A database that is open. ``about`` says which one it is."""

    def __init__(self, path: Path) -> None:
        """Open the file at ``path`` and look whether it knows countries; raises DatabaseFault."""
        self._reader = _opened(path)
        try:
            metadata = self._reader.metadata()
            kind, built = metadata.database_type, metadata.build_epoch
            self.about = f"{_words(kind)} of {datetime.fromtimestamp(built, UTC):%Y-%m-%d}"
            records = tuple(self._first_records())
        except _UNREADABLE:
            self.close()
            raise DatabaseFault("is damaged") from None
        if records and not any(map(_country_in, records)):
            self.close()
            raise DatabaseFault(f"knows no countries; it is {self.about}")

    def country(self, address: str) -> Country | None:
        """Where ``address`` is; None: the database does not know, or can't be read there."""
        try:
            return _country_in(self._reader.get(address))
        except _UNREADABLE:
            return None

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def _first_records(self) -> Iterator[object]:
        """Some records from the beginning of IPv4, in a bounded number of looks."""
        number = found = 0
        for _ in range(_LOOKS_MAX):
            if number >= _IPV4_END or found >= _RECORDS_MAX:
                return
            record, prefix = self._reader.get_with_prefix_len(ip_address(number))
            if record is not None:
                found += 1
                yield record
            # on behind the network that this address is in
            number += _IPV4_END >> prefix


def _opened(path: Path) -> Any:  # noqa: ANN401 (a Reader; the library is loaded with the first)
    from maxminddb import MODE_FILE, open_database  # noqa: PLC0415 - see above

    if path.exists() and not path.is_file():
        raise DatabaseFault("is no file")
    try:
        path.open("rb").close()
    except OSError as error:
        raise DatabaseFault(f"can't be read: {error.strerror or error}") from None
    try:
        return open_database(path, MODE_FILE)
    except _UNREADABLE:
        raise DatabaseFault("is no MaxMind DB, or damaged") from None


def _country_in(record: object) -> Country | None:
    """The country of a record in MaxMind's shape."""
    found = record.get("country") if isinstance(record, dict) else None
    code = found.get("iso_code") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(code, str) or not _CODE.fullmatch(code):
        return None
    names = found.get("names")
    name = names.get("en") if isinstance(names, dict) else None
    return Country(code, _words(name) or code)


def _words(text: object) -> str:
    """``text``, if it is one, in one line that can be shown."""
    shown = text if isinstance(text, str) else ""
    return "".join(filter(str.isprintable, shown[:NAME_CHARS])).strip()
