"""Text as it is compared when people search: without case, accents and odd forms."""

import re
import unicodedata

# Those of Latin, Greek and Cyrillic; in other alphabets such marks make other letters.
_ACCENTS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """``text`` so that "BEYONCE" and "Beyoncé" are the same."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
