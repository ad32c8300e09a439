"""Who listens, under Icecast's names: told in slices, so that no list halts the audio."""

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from tinyice.web.icecast import Fields
from tinyice.web.icecast_ports import Audience, Listening

SLICE = 500
"""So many listeners are told at a time; then whoever waits for the reactor has a turn."""


async def told_rows(
    audience: Audience,
    mount: str,
    *,
    clock: IReactorTime,
    render: Callable[[Fields], str],
) -> list[str]:
    """Everyone who listens to ``mount``, in order of their numbers, as text."""
    told: list[str] = []
    after = 0
    while True:
        found = audience.listeners({mount}, after, SLICE)
        told.extend(render(listener_row(listener)) for listener in found)
        if len(found) < SLICE:
            return told
        after = found[-1].id
        await deferLater(clock, 0)


def listener_row(listener: Listening) -> Fields:
    """One listener. ``lag``, in bytes, is told by icecast-kh too."""
    user = {"username": listener.user} if listener.user else {}
    return {
        "IP": listener.client.address,
        "UserAgent": listener.client.agent or "Unknown",
        **user,
        "Connected": max(0, int(listener.seconds)),
        "ID": listener.id,
        "lag": listener.lag_bytes,
    }
