"""Sessions of browsers: a cookie that stands for a login.

Rules of this file:

- nobody keeps a cookie but the browser: here is its digest, from which nothing
  leads back, so that whoever reads the database can't log in with it;
- a session says who logged in, and no more: what they may do is looked up in
  the accounts each time;
- it ends when it was not used for long, when it is old, when its user logs out,
  and when somebody says so; a user has a bounded number of them;
- the token against foreign forms (``csrf``) follows from the cookie and is
  written down nowhere: it stays the same over a restart.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Protocol

from tinyice.core.clients import Client
from tinyice.formats.frozen import State

COOKIE_BYTES = 32
ID_CHARS = 16
MAX_AGENT_CHARS = 200
SEEN_EVERY_S = 60.0
"""How exact the shelf is about when a session was last used."""

_CSRF = b"tinyice csrf"


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lasts, unused and at all, and how many a user may have."""

    idle_s: float = 24 * 3600.0
    absolute_s: float = 7 * 24 * 3600.0
    per_user: int = 50


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as it is kept; ``digest`` is that of its cookie. Times are seconds since 1970."""

    digest: str = field(repr=False)
    user: str
    opened_at: float
    seen_at: float
    address: str
    agent: str

    @property
    def id(self) -> str:
        """What may be shown to tell it from others."""
        return self.digest[:ID_CHARS]


@dataclass(frozen=True, slots=True)
class Session:
    """A session as others see it. ``csrf`` is "" where nobody came with its cookie."""

    id: str
    user: str
    csrf: str = field(repr=False)
    opened_at: float
    seen_at: float
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session, and the cookie that is given out this once."""

    cookie: str = field(repr=False)
    session: Session


class SessionShelf(Protocol):
    """Keeps sessions over a restart, soon; neither call waits or fails."""

    def keep(self, record: SessionRecord) -> None:
        """Write ``record`` down, over an earlier one of the same digest."""

    def forget(self, digest: str) -> None:
        """Take it away again."""


class Sessions:
    """All sessions that there are.

    ``now`` is the time of day in seconds; ``shelf`` None: none outlives the process.
    """

    def __init__(
        self,
        now: Callable[[], float],
        random: Callable[[int], bytes],
        rules: Callable[[], SessionRules],
        shelf: SessionShelf | None,
    ) -> None:
        self._now = now
        self._random = random
        self._rules = rules
        self._shelf = shelf
        self._open: dict[str, SessionRecord] = {}
        self._kept_at: dict[str, float] = {}

    def restore(self, records: Iterable[SessionRecord]) -> None:
        """Go on with the sessions of an earlier run; what has ended meanwhile is forgotten."""
        for record in records:
            self._open[record.digest] = record
            self._kept_at[record.digest] = record.seen_at
        self.reap(lambda _: True)

    def open(self, user: str, client: Client) -> OpenedSession:
        """Begin a session for ``user``; beyond the bound the one unused for longest ends."""
        self._make_room(user)
        cookie = urlsafe_b64encode(self._random(COOKIE_BYTES)).rstrip(b"=").decode("ascii")
        now = self._now()
        agent = client.agent[:MAX_AGENT_CHARS]
        record = SessionRecord(_digest(cookie), user, now, now, client.address, agent)
        self._open[record.digest] = record
        self._keep(record)
        return OpenedSession(cookie, _shown(record, cookie))

    def find(self, cookie: str) -> Session | None:
        """The session of ``cookie``, used now; None: there is none, or no more."""
        record = self._open.get(_digest(cookie))
        if record is None:
            return None
        if self._is_over(record):
            self._end(record)
            return None
        record = self._open[record.digest] = replace(record, seen_at=self._now())
        if record.seen_at - self._kept_at[record.digest] >= SEEN_EVERY_S:
            self._keep(record)
        return _shown(record, cookie)

    def of(self, user: str) -> tuple[Session, ...]:
        """The sessions of ``user``, the one used last first."""
        mine = (record for record in self._of(user) if not self._is_over(record))
        return tuple(_shown(record, "") for record in sorted(mine, key=_last_use, reverse=True))

    def listed(self) -> tuple[Session, ...]:
        """The sessions of everybody, the one used last first."""
        alive = (record for record in self._open.values() if not self._is_over(record))
        return tuple(_shown(record, "") for record in sorted(alive, key=_last_use, reverse=True))

    def end(self, session_id: str) -> bool:
        """End one; False: there is none of that id."""
        found = [record for record in self._open.values() if record.id == session_id]
        for record in found:
            self._end(record)
        return bool(found)

    def end_all(self, user: str, except_id: str = "") -> int:
        """End those of ``user``, but for one; how many there were."""
        others = [record for record in self._of(user) if record.id != except_id]
        for record in others:
            self._end(record)
        return len(others)

    def reap(self, is_known: Callable[[str], bool]) -> None:
        """End those whose time is over, and those of users who are not known any more."""
        for record in tuple(self._open.values()):
            if self._is_over(record) or not is_known(record.user):
                self._end(record)

    def freeze(self) -> State:
        """All of them, for another process; see ``formats/frozen.py``."""
        return {"open": [asdict(record) for record in self._open.values()], "kept": self._kept_at}

    def thaw(self, state: State) -> None:
        """Go on from ``state``, in place of what was restored."""
        records = (SessionRecord(**record) for record in state["open"])
        self._open = {record.digest: record for record in records}
        self._kept_at = state["kept"]

    def _of(self, user: str) -> list[SessionRecord]:
        return [record for record in self._open.values() if record.user == user]

    def _is_over(self, record: SessionRecord) -> bool:
        now, rules = self._now(), self._rules()
        idle = now - record.seen_at >= rules.idle_s
        return idle or now - record.opened_at >= rules.absolute_s

    def _make_room(self, user: str) -> None:
        mine = sorted(self._of(user), key=_last_use)
        for record in mine[: max(0, len(mine) + 1 - self._rules().per_user)]:
            self._end(record)

    def _keep(self, record: SessionRecord) -> None:
        self._kept_at[record.digest] = record.seen_at
        if self._shelf is not None:
            self._shelf.keep(record)

    def _end(self, record: SessionRecord) -> None:
        del self._open[record.digest]
        del self._kept_at[record.digest]
        if self._shelf is not None:
            self._shelf.forget(record.digest)


def _digest(cookie: str) -> str:
    return sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()


def _csrf(cookie: str) -> str:
    return hmac.new(cookie.encode("ascii"), _CSRF, "sha256").hexdigest() if cookie else ""


def _shown(record: SessionRecord, cookie: str) -> Session:
    return Session(
        record.id,
        record.user,
        _csrf(cookie),
        record.opened_at,
        record.seen_at,
        record.address,
        record.agent,
    )


def _last_use(record: SessionRecord) -> float:
    return record.seen_at
