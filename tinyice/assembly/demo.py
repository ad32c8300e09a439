"""The demo programme on the air: a source like any other, made in a child process."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IReactorProcess
from twisted.logger import Logger

from tinyice.codec.source import DEMO_MODULE, Programme
from tinyice.core.clients import Client
from tinyice.core.errors import DomainError
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.pace import Pace
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment

DEMO_MOUNT = "/demo"


class DemoSource:
    """Feeds ``/demo`` with generated music."""

    _log = Logger(namespace="tinyice")

    def __init__(self, mounts: Mounts, reactor: ReactorBase, now: Callable[[], datetime]) -> None:
        self._mounts = mounts
        self._clock = reactor.seconds
        self._now = now
        self._mount: Mount | None = None
        self._source: Source | None = None
        self._tags = Tags()
        self._programme = Programme(
            ChildCommand(DEMO_MODULE, (), child_environment(os.environ)),
            spawner=cast("IReactorProcess", reactor),
            clock=reactor,
            on_audio=self._on_audio,
            on_tags=self._on_tags,
            on_ended=self._on_ended,
        )

    def start(self) -> None:
        """Begin to play."""
        self._programme.start()

    async def stop(self) -> None:
        """End the child and the session."""
        await self._programme.stop()
        self.close("the programme was stopped")

    def hold(self, seconds: float) -> None:
        """``Control.hold``: never called, the programme keeps its own pace."""

    def close(self, reason: str) -> None:
        """``Control.close``: leave the mount; the next audio takes it again."""
        mount, source = self._mount, self._source
        self._mount = self._source = None
        if mount is not None and source is not None:
            self._mounts.release(mount, source, reason)

    def _on_audio(self, data: bytes) -> None:
        if self._source is None:
            self._claim()
        if self._mount is not None and self._source is not None:
            self._mount.take(self._source, data)

    def _on_tags(self, artist: str, title: str) -> None:
        self._tags = Tags(artist=artist, title=title)
        if self._source is None:
            self._claim()
        elif self._mount is not None:
            self._mount.set_tags_of(self._source, self._tags, "demo")

    def _on_ended(self, reason: str) -> None:
        self._log.warn("the demo programme ended and begins again: {reason}", reason=reason)

    def _claim(self) -> None:
        source = self._new_source()
        try:
            self._mount = self._mounts.claim(DEMO_MOUNT, source)
        except DomainError as error:
            self._log.debug("the demo programme waits: {reason}", reason=str(error))
        else:
            self._source = source
            self._mount.set_tags_of(source, self._tags, "demo")

    def _new_source(self) -> Source:
        return Source(
            kind="demo",
            client=Client("127.0.0.1", agent="tinyice demo"),
            user="demo",
            credential="",
            content_type="audio/mpeg",
            station=StationHeaders(
                name="tinyice demo",
                description="Music that the server makes up as it goes",
                genre="ambient",
                bitrate="128",
            ),
            control=self,
            pace=Pace(0),
            connected_at=self._now(),
            now=self._clock(),
        )
