"""Passwords and their bcrypt hashes, checked where they hold nobody up.

A check costs 0.2 s of a core, on purpose, and anyone may ask for one. So:

- checks run in few threads with bounded queues; more than that is ``Busy``;
- a pair that was once found right is remembered (as a keyed digest, never as
  text) and answered at once: a flood of wrong logins locks no encoder out;
- the same pair asked for twice at the same time is one check;
- every wrong answer costs one check, also for unknown users and for passwords
  or hashes that bcrypt refuses, so that time tells nothing. Hashes of other
  programs may be cheaper or dearer than ours: a wrong answer always costs what
  the dearest one does.
"""

import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from tinyice.work.jobs import Work
from tinyice.work.once import Once

COST = 12
"""bcrypt's work factor of new hashes: two to the power of this."""

MAX_COST = 16
"""The most that a hash may ask for: some 3 s of a core."""

MAX_PASSWORD_BYTES = 72
"""bcrypt ignores or refuses what is longer."""

REMEMBERED = 1024
"""How many right pairs are remembered."""

HASH = re.compile(r"\$2[abxy]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}")


class UnusablePassword(ValueError):
    """No hash can stand for this password; the sentence says why."""


class Passwords:
    """Checks and makes hashes in ``workers``.

    ``key``: random bytes of this process, for the digests of remembered pairs.
    ``hashes``: all that anybody could be checked against.
    """

    def __init__(
        self,
        workers: Sequence[Work],
        *,
        key: bytes,
        hashes: Callable[[], Iterable[str]] = tuple,
        cost: int = COST,
        remembered: int = REMEMBERED,
    ) -> None:
        self._workers = workers
        self._key = key
        self._hashes = hashes
        self._cost = cost
        self._remembered = remembered
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._under_way: dict[bytes, Once[bool]] = {}

    @property
    def waiting(self) -> int:
        """How many checks nobody has begun."""
        return sum(worker.waiting for worker in self._workers)

    async def verify(self, password: bytes, hashed: str) -> bool:
        """Whether ``hashed`` stands for ``password``; ``Busy`` when too many ask."""
        if not is_usable(password) or not is_hash(hashed):
            return await self.equal_cost_miss(password)
        pair = self._digest(password, hashed)
        if pair in self._right:
            self._right.move_to_end(pair)
            return True
        return await self._check(pair, password, hashed)

    def remembers(self, password: bytes, hashed: str) -> bool:
        """Whether this pair was found right before."""
        if not is_usable(password) or not is_hash(hashed):
            return False
        return self._digest(password, hashed) in self._right

    async def equal_cost_miss(self, password: bytes) -> bool:
        """False, after the work of one check: for a user that does not exist."""
        spent = password.replace(b"\0", b"")[:MAX_PASSWORD_BYTES]
        await self._least_busy().perform(_miss_in_worker, spent, self._dearest())
        return False

    async def hash(self, password: str) -> str:
        """A new hash that stands for ``password``, else ``UnusablePassword`` or ``Busy``."""
        raw = _usable_bytes(password)
        return await self._least_busy().perform(_hash_in_worker, raw, self._cost)

    async def _check(self, pair: bytes, password: bytes, hashed: str) -> bool:
        once = self._under_way.get(pair)
        if once is None:
            once = self._under_way[pair] = Once()
            check = self._least_busy().perform(_check_in_worker, password, hashed, self._dearest())
            check.addCallback(self._note, pair)
            check.addBoth(self._finish, pair, once)
        return await once.when()

    def _note(self, right: bool, pair: bytes) -> bool:  # noqa: FBT001 - a Deferred's result
        if right:
            self._right[pair] = None
            while len(self._right) > self._remembered:
                self._right.popitem(last=False)
        return right

    def _finish(self, result: object, pair: bytes, once: Once[bool]) -> None:
        del self._under_way[pair]
        once.set(result)  # type: ignore[arg-type]  # bool or Failure

    def _dearest(self) -> int:
        costs = (cost_of(hashed) for hashed in self._hashes() if is_hash(hashed))
        return max(self._cost, max(costs, default=0))

    def _least_busy(self) -> Work:
        return min(self._workers, key=lambda worker: worker.waiting)

    def _digest(self, password: bytes, hashed: str) -> bytes:
        # A hash always has 60 characters: where the password begins is no question.
        return hmac.digest(self._key, hashed.encode("ascii") + password, "sha256")


def is_hash(text: str) -> bool:
    """Whether ``text`` is a bcrypt hash of a cost that can be afforded."""
    match = HASH.fullmatch(text)
    return match is not None and 4 <= int(match["cost"]) <= MAX_COST


def cost_of(hashed: str) -> int:
    """The work factor of a hash."""
    return int(hashed[4:6])


def is_usable(password: bytes) -> bool:
    """Whether bcrypt takes all of ``password`` into account."""
    return len(password) <= MAX_PASSWORD_BYTES and b"\0" not in password


def hash_now(password: str, cost: int = COST) -> str:
    """A hash for ``password``, at once: for set-up, before anything else runs."""
    return _hash_in_worker(_usable_bytes(password), cost)


def _usable_bytes(password: str) -> bytes:
    raw = password.encode()
    if not is_usable(raw):
        raise UnusablePassword(
            f"a password has at most {MAX_PASSWORD_BYTES} bytes and no NUL character"
        )
    return raw


def _check_in_worker(password: bytes, hashed: str, dearest: int) -> bool:
    import bcrypt  # noqa: PLC0415 - loaded by the first check

    try:
        if bcrypt.checkpw(password, hashed.encode("ascii")):
            return True
    except ValueError:
        _miss_in_worker(password, dearest)
        return False
    # Each cost is twice the one below: together with the check above, these
    # are exactly the work of one at the dearest.
    for cost in range(cost_of(hashed), dearest):
        _miss_in_worker(password, cost)
    return False


def _miss_in_worker(password: bytes, cost: int) -> None:
    import bcrypt  # noqa: PLC0415 - loaded by the first check

    # No password has this hash; checking against it costs what a real one does.
    bcrypt.checkpw(password, f"$2b${cost:02d}${'.' * 53}".encode("ascii"))


def _hash_in_worker(password: bytes, cost: int) -> str:
    import bcrypt  # noqa: PLC0415 - loaded by the first hash

    return bcrypt.hashpw(password, bcrypt.gensalt(cost)).decode("ascii")
