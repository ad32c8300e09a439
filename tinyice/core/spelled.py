"""Names of files as text that can be written down, and back.

Names are bytes. What of them is no UTF-8 stands in Python's strings as lone surrogates,
which neither JSON nor HTML can carry. Here each such byte is a character of the private
area instead, U+EF80 to U+EFFF, as in the encodings OPTU-8 and OPTU-16 of MirBSD.
"""

_SURROGATES = range(0xDC80, 0xDD00)
_PRIVATE = range(0xEF80, 0xF000)
_TO_TEXT = dict(zip(_SURROGATES, _PRIVATE, strict=True))
_FROM_TEXT = dict(zip(_PRIVATE, _SURROGATES, strict=True))


def spelled(path: str) -> str:
    """``path`` as text."""
    return path if path.isascii() else path.translate(_TO_TEXT)


def unspelled(text: str) -> str:
    """The path that ``spelled`` made ``text`` of."""
    return text if text.isascii() else text.translate(_FROM_TEXT)
