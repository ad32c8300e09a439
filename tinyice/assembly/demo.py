"""The demo programme on the air: a source like any other, made in a child process."""

from collections.abc import Callable
from datetime import datetime

from twisted.internet.base import ReactorBase

from tinyice.core.mounts import Mounts

DEMO_MOUNT = "/demo"


class DemoSource:
    """Feeds ``/demo`` with generated music."""

    def __init__(self, mounts: Mounts, reactor: ReactorBase, now: Callable[[], datetime]) -> None:
        self._mounts = mounts
        self._reactor = reactor
        self._now = now

    def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End."""
