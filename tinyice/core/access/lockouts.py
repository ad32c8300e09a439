"""Addresses from which too many logins failed: none is tried from there for a while.

Rules of this file:

- there is one count for each address, whichever way a login was tried; IPv6
  counts by /64 (``shared_by``);
- each failure counts, also of the same wrong password; a right login takes none
  back: whoever has one account could otherwise guess at all others. They count
  until they are older than the window;
- while an address is locked out nothing is counted and nothing makes it longer;
- who asks for many distinct unknown paths is looking for holes, and is locked
  out as well; the same path asked for again is a player with an old address;
- a lockout refuses logins. Listening it never refuses;
- addresses of the allow list are neither counted nor refused, and one that is put
  on it is released;
- memory is bounded: of too many addresses the one that failed longest ago is forgotten.
"""

import math
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tinyice.core.access.addresses import shared_by
from tinyice.core.errors import LockedOut
from tinyice.core.events import AuthLocked, Event
from tinyice.formats.frozen import State

ADDRESSES_MAX = 4096
"""How many addresses are counted, and how many can be locked out."""

_SCANNED = "unknown paths"


class LockoutKind(StrEnum):
    """What an address was locked out for."""

    LOGIN = "login"
    SCAN = "scan"


_WORDS = {
    LockoutKind.LOGIN: "too many failed attempts",
    LockoutKind.SCAN: "too many unknown paths",
}


@dataclass(frozen=True, slots=True)
class LockoutRules:
    """So many failures within the window lock out for so long; 0 failures or paths: never."""

    failures: int = 5
    window_s: float = 900.0
    lockout_s: float = 900.0
    scan_paths: int = 25


@dataclass(frozen=True, slots=True)
class Lockout:
    """An address that is locked out. Times are seconds since 1970.

    ``address`` is what was counted: an address, or a network of IPv6. ``cause`` is
    the address that failed last, ``reason`` what was wrong then.
    """

    address: str
    kind: LockoutKind
    failures: int
    since: float
    until: float
    cause: str
    reason: str


class LockoutShelf(Protocol):
    """Keeps lockouts over a restart, soon; neither call waits or fails."""

    def keep(self, lockout: Lockout) -> None:
        """Write it down, over an earlier one of the same address and kind."""

    def forget(self, lockout: Lockout) -> None:
        """Take it away again."""


@dataclass(slots=True)
class _Suspect:
    """When an address failed, and which unknown paths (by their hash) it asked for when."""

    failures: deque[float] = field(default_factory=deque)
    paths: dict[int, float] = field(default_factory=dict)


class Lockouts:
    """Counts failures and knows who is locked out.

    ``now`` is the time of day in seconds, ``local_time`` tells such a time to people;
    ``shelf`` None: no lockout outlives the process.
    """

    def __init__(
        self,
        now: Callable[[], float],
        rules: Callable[[], LockoutRules],
        publish: Callable[[Event], None],
        *,
        shelf: LockoutShelf | None,
        allowed: Callable[[str], bool],
        local_time: Callable[[float], datetime],
    ) -> None:
        self._now = now
        self._rules = rules
        self._publish = publish
        self._shelf = shelf
        self._allowed = allowed
        self._local_time = local_time
        self._suspects: OrderedDict[str, _Suspect] = OrderedDict()
        self._locked: OrderedDict[tuple[str, LockoutKind], Lockout] = OrderedDict()

    def restore(self, lockouts: Iterable[Lockout]) -> None:
        """Go on with the lockouts of an earlier run; those that are over are forgotten."""
        for lockout in lockouts:
            self._locked[lockout.address, lockout.kind] = lockout
        self._prune()

    def find(self, address: str) -> Lockout | None:
        """What keeps ``address`` from logging in; of two lockouts the longer one."""
        if not self._locked:
            return None
        key = shared_by(address)
        found = [lock for kind in LockoutKind if (lock := self._in_force(key, kind)) is not None]
        if not found or self._allowed(address):
            return None
        return max(found, key=_end)

    def check(self, address: str) -> None:
        """Raise ``LockedOut`` for an address that is."""
        lockout = self.find(address)
        if lockout is not None:
            raise self.refusal(lockout)

    def refusal(self, lockout: Lockout) -> LockedOut:
        """The error that ``lockout`` stands for."""
        return LockedOut(max(1, math.ceil(lockout.until - self._now())))

    def reason(self, lockout: Lockout) -> str:
        """Why, and until when, for the log of failed logins."""
        until = self._local_time(lockout.until)
        return f"{_WORDS[lockout.kind]}. locked out until {until:%H:%M:%S}"

    def failed(self, address: str, reason: str) -> None:
        """A login from ``address`` has failed."""
        limit = self._rules().failures
        if not limit or self._allowed(address) or self.find(address) is not None:
            return
        now, suspect = self._now(), self._suspect(shared_by(address))
        suspect.failures.append(now)
        while suspect.failures and suspect.failures[0] <= now - self._rules().window_s:
            suspect.failures.popleft()
        if len(suspect.failures) >= limit:
            count = len(suspect.failures)
            suspect.failures.clear()
            self._lock(address, LockoutKind.LOGIN, count, reason)

    def unknown_path(self, address: str, path: str) -> None:
        """Somebody at ``address`` asked for a path that there is not."""
        limit = self._rules().scan_paths
        key = shared_by(address)
        if not limit or self._allowed(address) or self._in_force(key, LockoutKind.SCAN):
            return
        now, suspect = self._now(), self._suspect(key)
        horizon = now - self._rules().window_s
        suspect.paths[hash(path)] = now
        if len(suspect.paths) >= limit:
            suspect.paths = {p: at for p, at in suspect.paths.items() if at > horizon}
        if len(suspect.paths) >= limit:
            count = len(suspect.paths)
            suspect.paths.clear()
            self._lock(address, LockoutKind.SCAN, count, _SCANNED)

    def listed(self) -> tuple[Lockout, ...]:
        """The lockouts in force, the newest first."""
        self._prune()
        return tuple(reversed(self._locked.values()))

    def clear(self, address: str) -> bool:
        """Let ``address`` try again, as if it had never failed; False: it was not locked out."""
        # an address, or what ``listed`` calls the network that it lies in
        key = address if "/" in address else shared_by(address)
        self._suspects.pop(key, None)
        found = [self._in_force(key, kind) for kind in LockoutKind]
        for lockout in found:
            if lockout is not None:
                self._release(lockout)
        return any(found)

    def put_back(self, lockouts: Iterable[Lockout]) -> None:
        """Take ``clear`` back: those hold again, until when they did."""
        for lockout in lockouts:
            self._enter(lockout)
        self._prune()

    def freeze(self) -> State:
        """Who failed and who is locked out, for another process; see ``formats/frozen.py``."""
        failures = {key: list(one.failures) for key, one in self._suspects.items() if one.failures}
        return {"failures": failures, "locked": [asdict(one) for one in self._locked.values()]}

    def thaw(self, state: State) -> None:
        """Go on from ``state``, in place of what was restored."""
        for key, failures in state["failures"].items():
            self._suspects[key] = _Suspect(deque(failures))
        self._locked.clear()
        for values in state["locked"]:
            lockout = Lockout(**{**values, "kind": LockoutKind(values["kind"])})
            self._locked[lockout.address, lockout.kind] = lockout

    def _suspect(self, key: str) -> _Suspect:
        suspect = self._suspects.setdefault(key, _Suspect())
        self._suspects.move_to_end(key)
        if len(self._suspects) > ADDRESSES_MAX:
            self._suspects.popitem(last=False)
        return suspect

    def _lock(self, address: str, kind: LockoutKind, count: int, reason: str) -> None:
        now, seconds = self._now(), self._rules().lockout_s
        key = shared_by(address)
        lockout = Lockout(key, kind, count, now, now + seconds, address, reason)
        self._enter(lockout)
        self._publish(AuthLocked(key, kind, count, seconds))

    def _enter(self, lockout: Lockout) -> None:
        self._prune()
        if len(self._locked) >= ADDRESSES_MAX:
            self._release(next(iter(self._locked.values())))
        self._locked[lockout.address, lockout.kind] = lockout
        if self._shelf is not None:
            self._shelf.keep(lockout)

    def _in_force(self, key: str, kind: LockoutKind) -> Lockout | None:
        lockout = self._locked.get((key, kind))
        if lockout is None or not self._is_over(lockout):
            return lockout
        self._release(lockout)
        return None

    def _is_over(self, lockout: Lockout) -> bool:
        return lockout.until <= self._now() or self._allowed(lockout.cause)

    def _prune(self) -> None:
        for lockout in tuple(self._locked.values()):
            if self._is_over(lockout):
                self._release(lockout)

    def _release(self, lockout: Lockout) -> None:
        del self._locked[lockout.address, lockout.kind]
        if self._shelf is not None:
            self._shelf.forget(lockout)


def _end(lockout: Lockout) -> float:
    return lockout.until
