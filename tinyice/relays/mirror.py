"""A server that is mirrored: its list of mounts, read again and again.

A list that can't be read changes nothing: its mounts stay relayed, and each relay
knows best how its own stream is. A mount that is gone from a list that was read is
relayed no more.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.core.paths import mount_path_fault
from tinyice.core.relaying import MasterSnapshot
from tinyice.outbound.answer import Response
from tinyice.outbound.client import Outbound
from tinyice.outbound.errors import OutboundError
from tinyice.relays.listing import mounts_in_status, mounts_in_streamlist
from tinyice.relays.settings import MasterSettings, RelaySettings, Upstream

STREAM_LIST = "/admin/streamlist.txt"
STATUS = "/status-json.xsl"
_REFUSED = frozenset({401, 403, 404, 405})


class Mirror:
    """Knows the mounts of one server. ``changed`` is called when they are others."""

    _log = Logger()

    def __init__(
        self,
        settings: MasterSettings,
        outbound: Outbound,
        *,
        clock: IReactorTime,
        now: Callable[[], datetime],
        changed: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.relays: dict[str, RelaySettings] = {}
        """The relays that it asks for, by their mounts here."""
        self._outbound = outbound
        self._clock = clock
        self._now = now
        self._changed = changed
        self.mounts: tuple[str, ...] = ()
        """What the list has told last."""
        self._error = ""
        self._read_at: datetime | None = None
        self._next: IDelayedCall | None = None
        self._reading: Deferred[None] | None = None

    def start(self) -> None:
        """Read the list, now and at each interval."""
        self._reading = Deferred.fromCoroutine(self._read())
        self._reading.addErrback(self._failed).addCallback(self._again)

    def stop(self) -> None:
        """Read no more."""
        if self._next is not None and self._next.active():
            self._next.cancel()
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()

    def thaw(self, mounts: Iterable[str]) -> None:
        """That is what the list has told last; it is not asked whether that is still so."""
        if not self.mounts:
            self._take(tuple(mounts))

    def snapshot(self) -> MasterSnapshot:
        """How it is doing."""
        name = self.settings.name
        return MasterSnapshot(name, len(self.relays), self._read_at, self._error)

    def _again(self, _done: None) -> None:
        if self._reading is not None:
            self._next = self._clock.callLater(self.settings.interval_s, self.start)

    def _failed(self, failure: Failure) -> None:
        if isinstance(failure.value, OutboundError):
            self._error = failure.value.sentence
        elif not isinstance(failure.value, CancelledError):
            self._error = "its list could not be read"
            self._log.failure("the list of {master} can't be read", failure, master=self._name)

    async def _read(self) -> None:
        answer = await self._ask(STREAM_LIST)
        if answer.status == 200:
            self._take(mounts_in_streamlist(answer.body))
            return
        if answer.status not in _REFUSED:
            self._error = f"answers with an error ({answer.status})"
            return
        refused = answer.status
        answer = await self._ask(STATUS)
        found = mounts_in_status(answer.body) if answer.status == 200 else None
        if found is None:
            self._error = f"shows no list of its mounts ({refused}, {answer.status})"
        else:
            self._take(found)

    async def _ask(self, path: str) -> Response:
        to = self.settings.to
        return await self._outbound.request(
            "GET",
            replace(to, target=path).url,
            auth=self.settings.login,
            trusted=self.settings.trusted,
        )

    def _take(self, mounts: tuple[str, ...]) -> None:
        self.mounts, self._error, self._read_at = mounts, "", self._now()
        relays = {relay.mount: relay for relay in map(self._relay, mounts)}
        usable = {path: one for path, one in relays.items() if mount_path_fault(path) is None}
        if usable != self.relays:
            self.relays = usable
            self._changed()

    def _relay(self, path: str) -> RelaySettings:
        settings = self.settings
        to = replace(settings.to, target=quote(path, safe="/!$&'()*+,;=:@~"))
        return RelaySettings(
            mount=settings.prefix + path,
            upstreams=(Upstream(to, settings.login, trusted=settings.trusted),),
            on_demand=settings.on_demand,
            master=settings.name,
        )

    @property
    def _name(self) -> str:
        return self.settings.name
