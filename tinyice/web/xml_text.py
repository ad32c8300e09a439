"""What may stand in an XML document at all."""

import re

_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def character_data(text: str) -> str:
    """``text`` without the characters that XML has no way to write."""
    return _NOT_ALLOWED.sub("", text)
