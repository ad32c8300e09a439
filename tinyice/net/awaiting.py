"""Listeners who wait for a mount that is about to be fed: a relay that connects for them."""

from twisted.internet.defer import Deferred

from tinyice.core.errors import MountAwaited, MountIdle
from tinyice.net.front import Front

LONGEST_S = 8.0
"""Nobody waits longer; players give up after ten, as a rule."""

_LOOK_S = 0.5
"""How often it is asked whether there is still something to wait for."""


async def audible(front: Front, path: str) -> None:
    """Return once ``path`` can be heard; raises the DomainError that keeps everybody out."""
    deadline = front.clock.seconds() + LONGEST_S
    while True:
        try:
            front.mounts.admit(path)
            return
        except MountAwaited:
            if front.clock.seconds() >= deadline:
                raise MountIdle(path) from None
        await _news(front, path)


async def _news(front: Front, path: str) -> None:
    """Wait until the mount is fed, or for a moment; raises MountIdle when it will not be."""
    heard: Deferred[None] = Deferred()

    def tell() -> None:
        if not heard.called:
            heard.callback(None)

    later = front.clock.callLater(_LOOK_S, tell)
    try:
        front.mounts.ask_for(path, tell)
        await heard
    finally:
        front.mounts.ask_no_more(path, tell)
        if later.active():
            later.cancel()
