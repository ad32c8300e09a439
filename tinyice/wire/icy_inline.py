"""ICY metadata, read out of a stream that carries it (relays, some encoders)."""

import re
from typing import Any

_VALUE = rb"='(.*?)(?:';(?=\s*(?:[a-z_]\w*='|\Z))|'?\Z)"
_TITLE = re.compile(rb"StreamTitle" + _VALUE, re.DOTALL | re.IGNORECASE)
_URL = re.compile(rb"StreamUrl" + _VALUE, re.DOTALL | re.IGNORECASE)


class InlineMetadata:
    """Separates audio from the blocks that stand after every ``metaint`` bytes of it.

    Audio without a block inside is returned as it came. Empty blocks, which
    say that nothing has changed, are not reported.
    """

    __slots__ = ("_audio_left", "_metaint", "_text", "_text_left")

    def __init__(self, metaint: int) -> None:
        if metaint <= 0:
            message = f"metaint is {metaint}"
            raise ValueError(message)
        self._metaint = metaint
        self._audio_left = metaint
        self._text = b""
        self._text_left = 0

    def feed(self, data: bytes) -> tuple[bytes, list[bytes]]:
        """The audio in ``data``, and the texts of the blocks that end in it."""
        if len(data) <= self._audio_left:
            self._audio_left -= len(data)
            return data, []
        audio: list[bytes] = []
        texts: list[bytes] = []
        position = 0
        while position < len(data):
            if self._audio_left:
                piece = data[position : position + self._audio_left]
                audio.append(piece)
                self._audio_left -= len(piece)
                position += len(piece)
            else:
                position = self._take_text(data, position, texts)
        return b"".join(audio), texts

    def freeze(self) -> dict[str, Any]:
        """Where it stands, as plain values for ``thaw``."""
        return {
            "metaint": self._metaint,
            "audio_left": self._audio_left,
            "text": self._text,
            "text_left": self._text_left,
        }

    def thaw(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._metaint = state["metaint"]
        self._audio_left = state["audio_left"]
        self._text = state["text"]
        self._text_left = state["text_left"]

    def _take_text(self, data: bytes, position: int, texts: list[bytes]) -> int:
        if not self._text_left:
            self._text_left = data[position] * 16
            position += 1
        piece = data[position : position + self._text_left]
        self._text += piece
        self._text_left -= len(piece)
        if not self._text_left:
            text = self._text.rstrip(b"\0")
            if text:
                texts.append(text)
            self._text = b""
            self._audio_left = self._metaint
        return position + len(piece)


def parse_stream_title(text: bytes) -> tuple[bytes, bytes]:
    """Title and address in the text of a block; b"" for what is not there.

    Quotes inside are not escaped on the wire: a value ends at the last ``';``
    before the next name or the end, and where there is none, at the end.
    """
    text = text.rstrip(b"\0 \r\n")
    title = _TITLE.search(text)
    if title is None:
        return b"", _value(_URL.search(text))
    # A title may itself speak of StreamUrl.
    url = _URL.search(text, title.end()) or _URL.search(text, 0, title.start())
    return title[1], _value(url)


def _value(found: re.Match[bytes] | None) -> bytes:
    return found[1] if found else b""
