"""The talk with a server that is to take a stream, until it does or refuses it."""

import re
from typing import Protocol

from tinyice.wire.charset import decode_text, printable
from tinyice.wire.offering import Address, Offer, icecast_head, shoutcast_lines, shoutcast_password
from tinyice.wire.response import ResponseHead, ResponseParser
from tinyice.wire.shoutcast import INVALID_PASSWORD

_HEAD_BYTES = 16384
_WORDS_BYTES = 4096
_SHOWN_CHARS = 120
_MARKUP = re.compile(r"<(title|head|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)

_REFUSALS = {
    301: "is elsewhere; name that address instead",
    302: "is elsewhere; name that address instead",
    307: "is elsewhere; name that address instead",
    308: "is elsewhere; name that address instead",
    401: "refuses the password",
    403: "refuses the stream",
    404: "has no such mount",
    405: "does not take streams in that way; try another protocol",
    411: "does not take streams in that way; try another protocol",
    413: "does not take streams in that way; try another protocol",
    415: "does not take that type of stream",
    429: "wants to be asked less often",
    501: "does not take streams in that way; try another protocol",
    503: "is overloaded, or full",
}
_KNOWN_WORDS = (
    ("in use", "has another source on that mount"),
    ("content-type", "does not take that type of stream"),
    ("content type", "does not take that type of stream"),
    ("too many sources", "has as many sources as it may have"),
)
"""What Icecast and its likes say with a 403."""


class Dialogue(Protocol):
    """What is said before the stream."""

    is_accepted: bool
    fault: str
    """Why the stream is refused; "" as long as it is not."""

    @property
    def opening(self) -> bytes:
        """What is said first."""

    def receive(self, data: bytes) -> bytes:
        """Hear more; what is said to that. Raises PeerError for what makes no sense."""

    @property
    def refusal(self) -> str:
        """What is known of a refusal that is not complete; "" where there is none."""


class IcecastDialogue:
    """``PUT`` or ``SOURCE``: one head each way, and perhaps a 100 before."""

    def __init__(self, method: str, address: Address, offer: Offer) -> None:
        self.is_accepted = False
        self.fault = ""
        self.opening = icecast_head(method, address, offer)
        self._waits = method == "PUT"
        self._parser = ResponseParser(_HEAD_BYTES)
        self._is_answered = False
        self._refusal: ResponseHead | None = None
        self._words = b""

    def receive(self, data: bytes) -> bytes:
        """See ``Dialogue.receive``."""
        if self._refusal is not None:
            self._hear_why(data)
        elif not self._is_answered:
            head = self._parser.receive(data)
            if head is not None and head.status >= 300:
                self.is_accepted, self._refusal = False, head
                self._hear_why(self._parser.leftover)
            elif head is not None:
                # Nothing that comes behind the answer is of any interest.
                self.is_accepted = self._is_answered = True
            elif self._waits and self._parser.interim == 100:
                self.is_accepted = True
        return b""

    @property
    def refusal(self) -> str:
        """See ``Dialogue.refusal``."""
        return "" if self._refusal is None else _why(self._refusal, self._words)

    def _hear_why(self, data: bytes) -> None:
        """Some servers tell in the body what is wrong."""
        self._words += data[:_WORDS_BYTES]
        if self._refusal is None:
            return
        length = self._refusal.headers.text("content-length").strip()
        whole = int(length) if length.isascii() and length.isdigit() else _WORDS_BYTES
        if len(self._words) >= min(whole, _WORDS_BYTES):
            self.fault = self.refusal


class ShoutcastDialogue:
    """A password, ``OK2``, and lines about the station."""

    def __init__(self, address: Address, offer: Offer) -> None:
        self.is_accepted = False
        self.fault = ""
        self.opening = shoutcast_password(address)
        self._lines = shoutcast_lines(offer)
        self._heard = b""

    def receive(self, data: bytes) -> bytes:
        """See ``Dialogue.receive``."""
        if self.is_accepted:
            return b""
        self._heard += data
        line, end, _ = self._heard.partition(b"\n")
        if not end and len(line) < _WORDS_BYTES:
            return b""
        word = line.strip()
        if word.upper().startswith(b"OK"):
            self.is_accepted = True
            return self._lines
        if word.lower() == INVALID_PASSWORD.strip():
            self.fault = "refuses the password"
        elif word.upper().startswith(b"HTTP/"):
            self.fault = "speaks HTTP there: sources use another port, or it is no Shoutcast server"
        else:
            self.fault = f'refuses the stream: "{_plain(word)}"'
        return b""

    @property
    def refusal(self) -> str:
        """See ``Dialogue.refusal``."""
        return self.fault


def _why(head: ResponseHead, words: bytes) -> str:
    said = f"{head.reason} {_plain(words)}".strip()
    if head.status == 403:
        for known, meaning in _KNOWN_WORDS:
            if known in said.lower():
                return f"{meaning} (403)"
        shown = _plain(words) or head.reason
        if shown:
            return f'refuses the stream: "{shown[:_SHOWN_CHARS]}" (403)'
    return f"{_REFUSALS.get(head.status, 'answers with an error')} ({head.status})"


def _plain(words: bytes) -> str:
    """What people would read of a page, on one line."""
    text = _MARKUP.sub(" ", decode_text(words))
    return " ".join(printable(text).split())[:_SHOWN_CHARS]


def dialogue_for(protocol: str, address: Address, offer: Offer) -> Dialogue:
    """The talk in one of the protocols of the configuration: put, source, shoutcast."""
    if protocol == "shoutcast":
        return ShoutcastDialogue(address, offer)
    return IcecastDialogue(protocol.upper(), address, offer)
