"""Titles of a mount that is sent to another server, told there as encoders tell them."""

from base64 import b64encode
from urllib.parse import quote, unquote, urlencode

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.core.tags import Tags
from tinyice.outbound.dial import ended_by
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.timing import within
from tinyice.relays.connection import UpstreamConnection
from tinyice.relays.push_session import CONNECT_S, Ways
from tinyice.relays.push_settings import SHOUTCAST, PushSettings, host_of
from tinyice.wire.charset import printable
from tinyice.wire.errors import PeerError
from tinyice.wire.offering import shoutcast_password
from tinyice.wire.response import ResponseHead, ResponseParser

ANSWER_S = 10.0
RETRIES_S = (1.0, 2.0, 5.0, 10.0)
"""The first try is a while after the stream begins: before that, servers know no such mount."""

_ANSWER_BYTES = 32768
_LONGEST_CHARS = 500


class Titles:
    """Tells the newest title, one at a time; what fails is tried a few times."""

    _log = Logger()

    def __init__(self, ways: Ways, settings: PushSettings, agent: str) -> None:
        self.fault = ""
        """Why the last one was not taken; "" when it was."""
        self._ways = ways
        self._settings = settings
        self._agent = agent
        self._newest: Tags | None = None
        self._tries = 0
        self._asking: Deferred[None] | None = None
        self._later: IDelayedCall | None = None
        self._has_begun = False

    def begin(self, tags: Tags) -> None:
        """The stream has begun, and that plays."""
        self._newest = tags if tags.display else None
        self._later = self._ways.clock.callLater(RETRIES_S[0], self._begun)

    def go_on(self) -> None:
        """The stream was begun by another process, which has told what plays."""
        self._has_begun = True

    def tell(self, tags: Tags) -> None:
        """That plays now."""
        self._newest, self._tries = tags, 0
        if self._has_begun and self._asking is None:
            self._cancel_later()
            self._ask()

    def stop(self) -> None:
        """Tell no more."""
        self._newest = None
        self._has_begun = False
        self._cancel_later()
        if self._asking is not None:
            self._asking.cancel()

    def _begun(self) -> None:
        self._has_begun = True
        self._ask()

    def _ask(self) -> None:
        tags = self._newest
        if tags is not None and self._has_begun:
            self._asking = Deferred.fromCoroutine(self._tell(tags))
            self._asking.addErrback(self._failed).addCallback(self._asked, tags)

    async def _tell(self, tags: Tags) -> None:
        """One try; raises OutboundError or PeerError."""
        settings = self._settings
        if settings.to is None:
            return
        answer = _Answer(settings.to.origin)
        connection = UpstreamConnection(_request(settings, tags, self._agent), answer)
        try:
            await self._ways.dial.connect(
                settings.to,
                connection,
                trusted=settings.trusted,
                timeout_s=CONNECT_S,
                pin=settings.pin,
            )
            whole = within(answer.whole, ANSWER_S, self._ways.clock, settings.to.origin)
            fault = _refusal(*_taken_apart(await whole))
        finally:
            connection.drop()
        if fault:
            raise PeerError(0, fault)

    def _failed(self, failure: Failure) -> str:
        error = failure.value
        if isinstance(error, OutboundError):
            return error.sentence
        if isinstance(error, PeerError):
            return error.reason
        if not isinstance(error, CancelledError):
            self._log.failure("a title could not be told", failure)
        return "the title could not be told"

    def _asked(self, fault: str | None, tags: Tags) -> None:
        self._asking = None
        if self._newest is None:
            return
        self.fault = fault or ""
        if self._newest != tags:
            self._tries = 0
            self._ask()
        elif not fault:
            self._newest = None
        elif self._tries + 1 < len(RETRIES_S):
            self._tries += 1
            self._later = self._ways.clock.callLater(RETRIES_S[self._tries], self._ask)
        else:
            self._newest = None

    def _cancel_later(self) -> None:
        if self._later is not None and self._later.active():
            self._later.cancel()


class _Answer:
    """Collects what is answered until the other side closes, or enough came."""

    def __init__(self, origin: str) -> None:
        self.whole: Deferred[bytes] = Deferred()
        self._origin = origin
        self._bytes = b""

    def received(self, connection: UpstreamConnection, data: bytes) -> None:
        """``Reader.received``."""
        self._bytes += data
        if len(self._bytes) >= _ANSWER_BYTES:
            connection.drop()

    def disconnected(self, connection: UpstreamConnection, error: BaseException | None) -> None:
        """``Reader.disconnected``."""
        if self.whole.called:
            return
        words = "" if self._bytes else ended_by(error, self._origin)
        if words:
            self.whole.errback(OutboundError(Kind.CONNECT, words))
        else:
            self.whole.callback(self._bytes)


def _request(settings: PushSettings, tags: Tags, agent: str) -> bytes:
    """The request that tells ``tags``; the address of a Shoutcast server holds the password."""
    if settings.to is None:
        return b""
    song = printable(tags.display)[:_LONGEST_CHARS]
    asked = {"mode": "updinfo", "song": song}
    lines: list[str] = []
    if settings.protocol == SHOUTCAST:
        path = "/admin.cgi"
        asked["pass"] = shoutcast_password(settings.address).strip().decode("utf-8", "replace")
    else:
        path = "/admin/metadata"
        asked["mount"] = unquote(settings.to.target.partition("?")[0])
        asked["charset"] = "UTF-8"
        pair = settings.address.user.encode() + b":" + settings.password
        lines.append(f"Authorization: Basic {b64encode(pair).decode('ascii')}")
    if tags.url:
        asked["url"] = printable(tags.url)[:_LONGEST_CHARS]
    query = urlencode(asked, quote_via=quote, safe="")
    head = [f"GET {path}?{query} HTTP/1.0", f"Host: {host_of(settings.to)}", *lines]
    head += [f"User-Agent: {agent}", "Connection: close"]
    return ("\r\n".join(head) + "\r\n\r\n").encode("ascii")


def _taken_apart(answer: bytes) -> tuple[ResponseHead | None, bytes]:
    parser = ResponseParser(_ANSWER_BYTES)
    head = parser.receive(answer)
    return head, parser.leftover


def _refusal(head: ResponseHead | None, body: bytes) -> str:
    """Why a title was not taken; "" when it was. Icecast says so in the body alone."""
    if head is None:
        return "titles are not answered"
    if head.status == 401:
        return "titles are refused: the password does not open that (401)"
    if head.status != 200:
        return f"titles are not taken ({head.status})"
    if b"<return>0" in body:
        return "titles are not taken for that mount"
    return ""
