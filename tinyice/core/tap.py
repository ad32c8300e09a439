"""One mount as an input of another."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tinyice.core.clients import Client
from tinyice.core.errors import DomainError
from tinyice.core.pace import Pace
from tinyice.core.source import Described, Source
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo, Chunk, FormatKind

if TYPE_CHECKING:
    from tinyice.core.mount import Mount


class MountTap:
    """Brings what is heard on the mount ``element`` to the mount ``path``.

    One session lasts as long as listeners there would be kept.
    """

    def __init__(
        self,
        path: str,
        element: str,
        claim: "Callable[[str, Source], Mount]",
        release: "Callable[[Mount, Source, str], None]",
    ) -> None:
        self._path = path
        self._element = element
        self._claim = claim
        self._release = release
        self._source: Source | None = None
        self._to: Mount | None = None
        self._from: Mount | None = None

    def begin(self, mount: "Mount") -> None:
        """Begin with the newest that is heard on ``mount``, if anything is."""
        latest, source = mount.air.feeds.latest(), mount.source
        if latest is None or source is None or source.is_late(mount.now()):
            return
        data, headers = latest
        self._begin(mount, headers)
        if self._to is not None and self._source is not None:
            rate = source.rate(mount.now())
            chunk = Chunk(data, (0,), len(data) / rate if rate else 0.0)
            self._to.take_chunks(self._source, (chunk,))

    def took(self, mount: "Mount", chunk: Chunk) -> None:
        """``chunk`` is about to be written to ``mount``."""
        if self._source is None:
            self._begin(mount, mount.air.feeds.headers)
        if self._to is not None and self._source is not None:
            if chunk.tags is not None:
                # They come as tags of the mount, with all that it knows of them.
                chunk = replace(chunk, tags=None)
            self._to.take_chunks(self._source, (chunk,))

    def tagged(self, tags: Tags, origin: str) -> None:
        """Something else plays there."""
        if self._to is not None and self._source is not None:
            self._to.set_tags_of(self._source, tags, origin)

    def ended(self) -> None:
        """Who listens there is let go."""
        self.close(f"{self._element} is off air")

    def hold(self, seconds: float) -> None:
        """``Control.hold``: ask whoever feeds the other mount."""
        source = None if self._from is None else self._from.source
        if source is not None:
            source.control.hold(seconds)

    def close(self, reason: str) -> None:
        """``Control.close``: end the session; the next chunk may begin another."""
        mount, source = self._to, self._source
        self._to = self._from = self._source = None
        if mount is not None and source is not None:
            self._release(mount, source, reason)

    def _begin(self, mount: "Mount", headers: bytes) -> None:
        tapped = mount.source
        if tapped is None or tapped.stream is None:
            return
        source = Source(
            kind="mount",
            element=self._element,
            client=Client("", agent=self._element),
            user="",
            credential="",
            content_type=tapped.content_type,
            station=tapped.station,
            control=self,
            pace=Pace(0),
            connected_at=tapped.connected_at,
            now=mount.now(),
            described=_Tapped(mount, tapped.stream),
            headers=headers,
            follows=lambda: mount.source,
        )
        try:
            self._to = self._claim(self._path, source)
        except DomainError:
            # The mount is switched off.
            return
        self._source, self._from = source, mount
        self._to.set_tags_of(source, mount.tags, "fallback")


class _Tapped:
    """What is known of the stream of another mount, whatever feeds that."""

    def __init__(self, mount: "Mount", stream: Described) -> None:
        self._mount = mount
        self._last = stream

    @property
    def kind(self) -> FormatKind:
        """The family of the stream."""
        return self._now.kind

    @property
    def needs_headers(self) -> bool:
        """Whether listeners can join only once stream headers are known."""
        return self._now.needs_headers

    @property
    def info(self) -> AudioInfo:
        """What is known of the audio."""
        return self._now.info

    @property
    def _now(self) -> Described:
        source = self._mount.source
        if source is not None and source.stream is not None:
            self._last = source.stream
        return self._last
