"""Rules for one value: each says in words what is wrong, or None."""

import ipaddress
import re
from datetime import datetime
from urllib.parse import urlsplit

from tinyice.core.paths import mount_path_fault

MAX_PASSWORD_BYTES = 72
"""bcrypt reads no further."""

_BCRYPT = re.compile(r"\$2[aby]\$(?:0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")


_LINES = str.maketrans(dict.fromkeys("\t\r\n", " "))


def is_hash(password: str) -> bool:
    """Tell whether ``password`` is a well-formed bcrypt hash."""
    return _BCRYPT.fullmatch(password) is not None


def password_fault(password: str) -> str | None:
    """A password is a bcrypt hash, or plain text that can become one."""
    if is_hash(password):
        return None
    if password.startswith("$2"):
        return "is a malformed bcrypt hash ($2b$, two digits, $, 53 characters)"
    if "\0" in password:
        return "must not contain a NUL"
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        return f"must not be longer than {MAX_PASSWORD_BYTES} bytes"
    return None


def is_unicode(text: str) -> bool:
    """Tell whether ``text`` can be written: it has no halves of pairs."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def text_fault(text: str) -> str | None:
    """Text ends up in headers, log lines and pages: one line, no control characters."""
    if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text):
        return "must not contain control characters"
    return None


MARKDOWN_CHARS_MAX = 20_000


def markdown_fault(text: str) -> str | None:
    """Text of several lines, to be read by people."""
    if len(text) > MARKDOWN_CHARS_MAX:
        return f"must not be longer than {MARKDOWN_CHARS_MAX} characters"
    return text_fault(text.translate(_LINES))


def address_fault(address: str) -> str | None:
    """An address to listen on is an IP address, never a name."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return f'must be an IP address like 0.0.0.0, :: or 127.0.0.1, not "{address}"'
    return None


def network_fault(network: str) -> str | None:
    """A network is an IP address, or one with a prefix length."""
    try:
        ipaddress.ip_network(network, strict=False)
    except ValueError:
        return f'must be an IP address or a network like 192.0.2.0/24, not "{network}"'
    return None


def charset_fault(charset: str) -> str | None:
    """A charset is one that Python can write text in."""
    try:
        "a".encode(charset).decode(charset)
    except (LookupError, ValueError):
        return f'is not a known charset: "{charset}"'
    return None


def colour_fault(text: str) -> str | None:
    """A colour of the web pages."""
    if re.fullmatch("#[0-9a-fA-F]{6}", text):
        return None
    return f'must be a colour like #ff6600, not "{text}"'


def base_url_fault(url: str) -> str | None:
    """The address of the station as players see it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or " " in url or parts.query or parts.fragment:
        return f'must be an address like https://radio.example.org, not "{url}"'
    return None


_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?"
    r"(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\.?"
)
_HEADER_NAME = "[-!#$%&'*+.^_`|~0-9A-Za-z]+"
"""What a header name is made of."""


def web_address_fault(url: str) -> str | None:
    """An address that we ask. Passwords have keys of their own: addresses are shown."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return f'must be an address like https://radio.example.org/listeners, not "{url}"'
    if parts.username is not None or parts.password is not None:
        return "must not hold a name or a password before @; username and password are keys"
    if not usable or not url.isascii() or not url.isprintable() or " " in url or "#" in url:
        return f'must be an address like https://radio.example.org/listeners, not "{url}"'
    return None


def destination_fault(text: str) -> str | None:
    """A place that requests may go to: an address, a network, or the name of a host."""
    is_number = re.fullmatch(r"[0-9.]+(/.*)?|.*:.*", text) is not None
    if network_fault(text) is None or (not is_number and _HOST_NAME.fullmatch(text)):
        return None
    return f'must be a host name, an IP address or a network like 192.0.2.0/24, not "{text}"'


def moment_fault(text: str) -> str | None:
    """A moment is a date, a time and a zone, as in RFC 3339."""
    try:
        has_zone = "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        has_zone = False
    if has_zone:
        return None
    return f'must be a time with its zone like 2030-12-31T23:59:59Z, not "{text}"'


def login_name_fault(name: str) -> str | None:
    """A name that logs in by HTTP, where a colon ends the name."""
    if not name or ":" in name:
        return "must not be empty or contain a colon"
    return text_fault(name)


def digest_fault(digest: str) -> str | None:
    """A digest is 64 characters of hexadecimal."""
    return None if re.fullmatch("[0-9a-f]{64}", digest) else "must be a SHA-256 in hexadecimal"


def header_fault(line: str) -> str | None:
    """A header as it stands in an answer: a name, a colon, and perhaps a value."""
    if re.fullmatch(f"{_HEADER_NAME}:[ -~]*", line):
        return None
    return f'must be a header like "icecast-auth-user: 1", not "{line}"'


def header_name_fault(name: str) -> str | None:
    """The name of a header, or the beginning of one."""
    if re.fullmatch(_HEADER_NAME, name):
        return None
    return f'must be the name of a header, not "{name}"'


def sent_password_fault(password: str) -> str | None:
    """A password that is sent to somebody else stays as it is."""
    return text_fault(password)


def fingerprint_fault(text: str) -> str | None:
    """The SHA-256 of a certificate, as openssl prints it too: with colons, in capitals."""
    if re.fullmatch("[0-9a-fA-F]{64}", text.replace(":", "")):
        return None
    return "must be the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons"


def path_prefix_fault(prefix: str) -> str | None:
    """What stands before the paths of mounts: a path itself."""
    if prefix.startswith("/") and not prefix.endswith("/") and "//" not in prefix:
        return text_fault(prefix)
    return f'must begin with / and not end with one, like /hub, not "{prefix}"'


def fallback_fault(element: str) -> str | None:
    """What is heard where a source is missing: another mount, the relay, a file, silence."""
    if element.startswith("/"):
        return mount_path_fault(element)
    if element in ("relay", "silence"):
        return None
    if element.startswith("file:") and element != "file:":
        return text_fault(element)
    return f'must be a mount like /night, "relay", "file:NAME" or "silence", not "{element}"'
