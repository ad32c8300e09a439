"""Whatever feeds a mount."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from tinyice.core.clients import Client
from tinyice.core.frozen import FrozenSource
from tinyice.core.pace import Pace
from tinyice.core.settings import MountSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo, Chunk, FormatKind, Framer
from tinyice.formats.detect import framer_for, thawed_framer

STALE_AFTER_S = 2.0
"""A source that is late by more has nothing to burst: it would be old audio."""

_AHEAD_MAX_S = 10.0
"""So far ahead of time a source may be and fall silent, and be on time all the same."""


STAND_INS = frozenset(("mount", "file", "silence"))
"""Kinds of sources that a chain brings."""


class Described(Protocol):
    """What is known of a stream; a framer is one who knows."""

    @property
    def kind(self) -> FormatKind:
        """The family of the stream."""

    @property
    def needs_headers(self) -> bool:
        """Whether listeners can join only once stream headers are known."""

    @property
    def info(self) -> AudioInfo:
        """What is known of the audio so far."""


class Cue(Protocol):
    """Whoever plays only while that is heard, and then at once: a file, silence."""

    @property
    def headers(self) -> bytes | None:
        """The stream headers in force before what it would bring next.

        None: it begins anew each time, with headers of its own.
        """

    def begin(self) -> None:
        """You are on air: give the first chunks within this call, then keep the pace."""

    def end(self) -> None:
        """You are not on air any more: what you bring from now on is dropped."""


class Control(Protocol):
    """What a mount may ask of whoever brings the bytes."""

    def hold(self, seconds: float) -> None:
        """Bring nothing for so long."""

    def close(self, reason: str) -> None:
        """End the session; ``reason`` is for people."""


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """What a player must understand to hear a stream; ``codec`` where the kind leaves it open."""

    kind: FormatKind
    codec: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} ({self.codec})" if self.codec else self.kind.value


class Source:
    """One session of one encoder (or of a relay, an AutoDJ, ...) on a mount.

    ``credential`` tells which password opened the mount: only a session with
    the same one may take over. ``kind`` is one of client, relay, autodj, demo,
    transcoder, browser, and those of the elements of a chain: mount, file,
    silence, whose ``element`` says which one, as the chain names it.

    Who brings chunks, and not bytes, is ``described``, and says which stream
    ``headers`` are in force before its first chunk (b"": it brings its own). One
    that ``follows`` another passes on what that brings now. One
    with a ``cue`` brings nothing while it waits, and is ready all the same.
    """

    def __init__(
        self,
        *,
        kind: str,
        client: Client,
        user: str,
        credential: str,
        content_type: str,
        station: StationHeaders,
        control: Control,
        pace: Pace,
        connected_at: datetime,
        now: float,
        element: str = "",
        described: Described | None = None,
        headers: bytes = b"",
        cue: Cue | None = None,
        follows: "Callable[[], Source | None] | None" = None,
    ) -> None:
        self.kind = kind
        self.element = element
        self.headers = headers
        self.cue = cue
        self.client = client
        self.user = user
        self.credential = credential
        self.content_type = content_type
        self.said = station
        """What the encoder says of its programme."""
        self.station = station
        """The same, where the operator did not decide."""
        self.control = control
        self.pace = pace
        self.connected_at = connected_at
        self.connected_monotonic = now
        self.last_data = now
        self.bytes_in = 0
        self._heard_until = now
        self.framer: Framer | None = None
        self._described = described
        self._follows = follows
        self._start = b""
        self.tags = Tags()
        """What it is known to play before it brings anything."""

    def overrule(self, settings: MountSettings) -> None:
        """Say what the operator says, where they decided."""
        said = self.said
        self.station = replace(
            said,
            name=settings.name_override or said.name,
            description=settings.description or said.description,
            genre=settings.genre or said.genre,
            url=settings.url or said.url,
        )

    @property
    def is_stand_in(self) -> bool:
        """Whether a chain brings it: nobody has connected."""
        return self.kind in STAND_INS

    @property
    def origin(self) -> "Source":
        """Where its audio comes from in the end."""
        source, further = self, self._follows
        while further is not None:
            found = further()
            if found is None:
                break
            source, further = found, found._follows  # noqa: SLF001 - of the same class
        return source

    @property
    def stream(self) -> Described | None:
        """What is known of the stream; None: too little came."""
        return self._described if self.framer is None else self.framer

    @property
    def is_framed(self) -> bool:
        """Whether enough came to know the format."""
        return self.stream is not None

    @property
    def format(self) -> StreamFormat | None:
        """What players must understand; None: too few bytes came to know."""
        stream = self.stream
        if stream is None:
            return None
        if stream.kind.is_frame_stream:
            return StreamFormat(stream.kind)
        plain = self.content_type.partition(";")[0].strip().lower()
        return StreamFormat(stream.kind, stream.info.subtype or plain)

    def freeze(self) -> FrozenSource:
        """How far it has come."""
        framer = self.framer
        return FrozenSource(
            kind=self.kind,
            client=self.client,
            user=self.user,
            credential=self.credential,
            content_type=self.content_type,
            said=self.said,
            station=self.station,
            connected_at=self.connected_at,
            connected_monotonic=self.connected_monotonic,
            last_data=self.last_data,
            bytes_in=self.bytes_in,
            heard_until=self._heard_until,
            pace=self.pace.freeze(),
            format="" if framer is None else framer.kind.value,
            framer=None if framer is None else framer.freeze(),
            start=self._start,
        )

    @classmethod
    def thawed(cls, state: FrozenSource, control: Control, pace: Pace) -> "Source":
        """The session that was frozen, brought by ``control`` from now on."""
        source = cls(
            kind=state.kind,
            client=state.client,
            user=state.user,
            credential=state.credential,
            content_type=state.content_type,
            station=state.said,
            control=control,
            pace=pace,
            connected_at=state.connected_at,
            now=state.connected_monotonic,
        )
        source.station = state.station
        source.last_data, source.bytes_in = state.last_data, state.bytes_in
        source._heard_until = state.heard_until
        pace.thaw(state.pace)
        if state.framer is not None:
            source.framer = thawed_framer(FormatKind(state.format), state.framer)
        source._start = state.start
        return source

    def frame(self, data: bytes, now: float) -> list[Chunk]:
        """Count ``data`` and cut it into chunks."""
        self.count(len(data), now)
        if self.framer is not None:
            return self.framer.feed(data)
        self._start += data
        self.framer = framer_for(self.content_type, self._start)
        if self.framer is None:
            return []
        start, self._start = self._start, b""
        return self.framer.feed(start)

    def count(self, size: int, now: float) -> None:
        """So many bytes came now."""
        self.last_data = now
        self.bytes_in += size

    def brought(self, seconds: float, now: float) -> None:
        """Count ``seconds`` of audio that came now."""
        self._heard_until = min(max(self._heard_until, now) + seconds, now + _AHEAD_MAX_S)

    def is_late(self, now: float) -> bool:
        """Whether its audio should have gone on for a while: what came before is old."""
        return self.idle_for(now) > STALE_AFTER_S

    def idle_for(self, now: float) -> float:
        """Seconds since all of its audio should have been played."""
        return now - max(self.last_data, self._heard_until)

    def silent_for(self, now: float) -> float:
        """Seconds since the last byte came."""
        return now - self.last_data

    def rate(self, now: float) -> float:
        """Bytes a second, as far as the session has shown (0.0 in its first second).

        Audio time counts where the format tells it: a source may be seconds ahead.
        """
        elapsed = max(now - self.connected_monotonic, self.pace.seconds)
        return self.bytes_in / elapsed if elapsed >= 1 else 0.0
