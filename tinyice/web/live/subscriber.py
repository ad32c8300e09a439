"""A browser that follows the station: one request whose answer does not end.

Needs: it gets what has changed since it was told last, and never waits in our
memory. While its connection is full (``pauseProducing``) nothing is written at
all; when there is room again it gets what has changed meanwhile. One that
takes nothing for ``STALLED_S`` is dropped.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.server import Request
from zope.interface import implementer

from tinyice.web.live.scope import Interest

STALLED_S = 30.0

Confirm = Callable[[], Coroutine[Deferred[Any], Any, bool]]
"""Whether who subscribed may still see what they see."""


@implementer(IPushProducer)
class Subscriber:
    """One of them. ``position`` is the sequence that it knows; None: it knows nothing."""

    _log = Logger()

    def __init__(
        self,
        request: Request,
        interest: Interest,
        *,
        address: str,
        position: int | None,
        confirm: Confirm | None = None,
        levels: frozenset[str] = frozenset(),
    ) -> None:
        self.interest = interest
        self.levels = levels
        """The mounts whose levels it is told, too."""
        self.address = address
        self.position = position
        self.told_at = 0.0
        self.confirmed_at = 0.0
        self.paused_at: float | None = None
        self.over: Deferred[None] = Deferred()
        """Fires when the answer is to end."""
        self._request = request
        self._confirm = confirm
        self._confirming: Deferred[bool] | None = None
        self._paused: Callable[[Subscriber], None] | None = None
        self._resumed: Callable[[Subscriber], None] | None = None

    def follow(
        self, paused: Callable[["Subscriber"], None], resumed: Callable[["Subscriber"], None]
    ) -> None:
        """Tell these when the connection is full, and when there is room again."""
        self._paused, self._resumed = paused, resumed

    def write(self, data: bytes) -> None:
        """Send ``data``; only while not paused."""
        self._request.write(data)  # type: ignore[no-untyped-call]

    def pauseProducing(self) -> None:
        """The connection is full."""
        if self._paused is not None:
            self._paused(self)

    def resumeProducing(self) -> None:
        """There is room again."""
        if self._resumed is not None:
            self._resumed(self)

    def stopProducing(self) -> None:
        """The connection is gone; its request tells who waits."""

    def confirm(self) -> None:
        """Ask anew whether who subscribed may see this, and end if not."""
        if self._confirm is None or self._confirming is not None:
            return
        asking = Deferred.fromCoroutine(self._confirm())
        if not asking.called:
            self._confirming = asking
        asking.addCallbacks(self._confirmed, self._not_confirmed)

    def end(self) -> None:
        """Let the answer end in good order."""
        if not self.over.called:
            self.over.callback(None)

    def abort(self) -> None:
        """Cut the connection: nobody takes what is on its way."""
        channel = self._request.channel
        if channel is not None:
            channel.forceAbortClient()  # type: ignore[no-untyped-call]

    def leave(self) -> None:
        """Nothing is asked or told any more."""
        self._paused = self._resumed = None
        confirming, self._confirming = self._confirming, None
        if confirming is not None:
            confirming.cancel()

    def _confirmed(self, may_stay: bool) -> None:  # noqa: FBT001 (a result)
        self._confirming = None
        if not may_stay:
            self.end()

    def _not_confirmed(self, failure: Failure) -> None:
        """Not even asking worked: then nobody knows that they may."""
        self._confirming = None
        if not isinstance(failure.value, CancelledError):
            self._log.failure("asking whether a subscriber may stay failed", failure)
            self.end()
