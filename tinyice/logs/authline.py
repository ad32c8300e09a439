"""The line of the authentication log that fail2ban reads.

Rules of this file:

- the shape is an interface: filters in other people's machines search it;
- the only quotes around a user name are ours, the only blank before an
  address is ours: whatever comes from a peer is percent-encoded, so that no
  name and no reason can make a filter find another address;
- no other line of any log carries the words that the filters search for:
  ``without_auth_words`` sees to it.
"""

import ipaddress
import re
import string
from datetime import datetime, timedelta

MAX_USER_CHARS = 64
MAX_REASON_CHARS = 200
NO_ADDRESS = "-"

_BARE = frozenset(string.ascii_letters + string.digits + "-._/@^+")
_IN_REASONS = _BARE | frozenset(" ,:;()")
_CUT = "..."
_AUTH_WORDS = re.compile("(authentication) (failed)", re.IGNORECASE)


def auth_failure_line(user: str, address: str, reason: str, when: datetime) -> str:
    """One failed login as fail2ban filters know it, without the end of the line.

    ``user`` and ``reason`` may hold any text; ``when`` knows its zone.
    """
    shown_user = _encoded(user, _BARE, MAX_USER_CHARS)
    shown_reason = _encoded(reason, _IN_REASONS, MAX_REASON_CHARS)
    shown_address = plain_address(address)
    message = f"Authentication failed for user '{shown_user}' from {shown_address}: {shown_reason}"
    return (
        f'time="{_rfc3339(when)}" level=warning msg="{message}"'
        f" ip={_value(shown_address)} reason={_value(shown_reason)}"
        f" subsystem=auth user={_value(shown_user)}"
    )


def plain_address(address: str) -> str:
    """The address as a firewall takes it: no zone, IPv4 where it is mapped; ``-`` if it is none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return NO_ADDRESS
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(parsed)


def without_auth_words(line: str, blank: str) -> str:
    """``line`` with ``blank`` written for the blank between the words that filters search for."""
    return _AUTH_WORDS.sub(lambda found: f"{found[1]}{blank}{found[2]}", line)


def _encoded(text: str, kept: frozenset[str], limit: int) -> str:
    pieces: list[str] = []
    room = limit
    for char in text:
        piece = char if char in kept else _percent(char)
        if len(piece) > room:
            return "".join(pieces) + _CUT
        pieces.append(piece)
        room -= len(piece)
    return "".join(pieces)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _value(text: str) -> str:
    return text if _BARE.issuperset(text) else f'"{text}"'


def _rfc3339(when: datetime) -> str:
    text = when.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if when.utcoffset() == timedelta(0) else text
