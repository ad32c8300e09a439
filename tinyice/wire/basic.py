"""Basic credentials."""

import binascii
from base64 import b64decode
from dataclasses import dataclass, field

from tinyice.wire.charset import decode_text


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password, as given and not yet believed."""

    user: str
    password: bytes = field(repr=False)


def parse_basic(value: bytes) -> Credentials | None:
    """The credentials of an ``Authorization`` value; None when they are not Basic or malformed."""
    scheme, _, token = value.strip().partition(b" ")
    token = token.strip().rstrip(b"=")
    if scheme.lower() != b"basic" or not token:
        return None
    try:
        pair = b64decode(token + b"=" * (-len(token) % 4), validate=True)
    except binascii.Error:
        return None
    user, colon, password = pair.partition(b":")
    return Credentials(decode_text(user), password) if colon else None
