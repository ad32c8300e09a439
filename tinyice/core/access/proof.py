"""A password held against hashes, at a cost that tells nothing.

A wrong password costs a number of comparisons that does not depend on whose
hashes there are, so that time does not tell which names are known. That each
comparison costs the same is the promise of ``PasswordCheck``.
"""

from collections.abc import Collection
from typing import Protocol


class PasswordCheck(Protocol):
    """Compares passwords off the reactor; raises Overloaded when too many wait."""

    async def verify(self, password: bytes, hashed: str) -> bool:
        """Whether ``password`` is the one behind ``hashed``."""

    def remembers(self, password: bytes, hashed: str) -> bool:
        """Whether ``verify`` would say yes at once, because it did before."""

    async def equal_cost_miss(self, password: bytes) -> bool:
        """False, after the work of a comparison: for a user who does not exist."""


def remembered(check: PasswordCheck, password: bytes, hashes: Collection[str]) -> str | None:
    """The hash that this password is known to open; an encoder gets in at once by it."""
    for hashed in hashes:
        if check.remembers(password, hashed):
            return hashed
    return None


async def opened(
    check: PasswordCheck, password: bytes, hashes: Collection[str], *, comparisons: int
) -> str | None:
    """The hash that ``password`` opens.

    None costs so many ``comparisons``, however many hashes there are up to that.
    """
    known = remembered(check, password, hashes)
    if known is not None:
        return known
    for hashed in hashes:
        if await check.verify(password, hashed):
            return hashed
    for _ in range(comparisons - len(hashes)):
        await check.equal_cost_miss(password)
    return None


def distinct(*hashes: str) -> list[str]:
    """The hashes that there are, each once."""
    return list(dict.fromkeys(hashed for hashed in hashes if hashed))
