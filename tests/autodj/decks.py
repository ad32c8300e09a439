"""An AutoDJ on mounts in memory, with a child process that is real, or only pretends."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import cast

from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from tinyice.autodj.entries import EntryIds
from tinyice.autodj.failures import Failures
from tinyice.autodj.player import Player
from tinyice.autodj.playing import PlayerSettings
from tinyice.autodj.playlist import Playlist
from tinyice.autodj.rundown import Lists
from tinyice.autodj.separation import Recent, Separation
from tinyice.autodj.succession import Succession
from tinyice.autodj.surroundings import LoudnessOf, Surroundings, unmeasured
from tinyice.autodj.upnext import UpNext
from tinyice.codec.playout_messages import (
    MAX_TO_PLAYOUT,
    TO_PLAYOUT,
    Load,
    Ready,
    ToPlayout,
    to_playout,
)
from tinyice.core.clients import Client
from tinyice.core.codec_events import TrackStarted
from tinyice.core.events import Event
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.pace import Pace
from tinyice.core.quality import MP3, Quality
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.core.tracks import Track
from tinyice.formats.base import Chunk
from tinyice.work.frames import Frame, FrameReader

MP3_44 = Quality(MP3, 128, samplerate=44100, channels=2)


class Recorder:
    """A tap that keeps what is heard on a mount."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.titles: list[tuple[str, int]] = []

    def took(self, mount: Mount, chunk: Chunk) -> None:
        self.data += chunk.data

    def tagged(self, tags: Tags, origin: str) -> None:
        self.titles.append((tags.title, len(self.data)))

    def ended(self) -> None:
        """Nothing feeds the mount."""


class Live:
    """An encoder that somebody has connected with."""

    def __init__(self, mounts: Mounts, path: str, now: float, kind: str = "client") -> None:
        self._mounts = mounts
        self.source = Source(
            kind=kind,
            client=Client("192.0.2.1"),
            user="source",
            credential="x",
            content_type="audio/mpeg",
            station=StationHeaders(),
            control=self,
            pace=Pace(0),
            connected_at=datetime.now(UTC),
            now=now,
        )
        self.mount = mounts.claim(path, self.source)

    def send(self, data: bytes) -> None:
        self.mount.take(self.source, data)

    def leave(self) -> None:
        self._mounts.release(self.mount, self.source, "gone")

    def hold(self, seconds: float) -> None:
        """Not so fast."""

    def close(self, reason: str) -> None:
        self.leave()


class Booth:
    """The AutoDJ of ``/live``, with these tracks in its playlist."""

    def __init__(
        self,
        tracks: Sequence[Track],
        *,
        root: Path,
        reactor: IReactorTime,
        spawner: object,
        environment: Mapping[str, str] | None = None,
        settings: PlayerSettings | None = None,
        chain: tuple[str, ...] = (),
        loudness: LoudnessOf = unmeasured,
    ) -> None:
        self.events: list[Event] = []
        self.clock = reactor
        self.mounts = Mounts(
            ["/live"],
            lambda path: MountSettings(path, chain=chain, return_after_s=0.0),
            StationSettings(),
            publish=self.events.append,
            clock=reactor.seconds,
            recorder_for=lambda _settings: None,
        )
        self.recorder = Recorder()
        self.mounts.tap("/live", self.recorder)
        wall: Callable[[], float] = reactor.seconds
        ids = EntryIds()
        playlist, recent, failures = Playlist(ids), Recent(), Failures(wall)
        self.ids = playlist.add(tracks)
        succession = Succession(
            playlist, recent, failures, separation=Separation, now=wall, random=Random(1)
        )
        self.lists = Lists(playlist, UpNext(ids), succession, recent, failures)
        world = Surroundings(
            self.mounts,
            environment or {},
            cast("IReactorProcess", spawner),
            reactor,
            lambda: datetime.fromtimestamp(reactor.seconds(), UTC),
            self.events.append,
            loudness,
        )
        self.player = Player(
            settings or PlayerSettings("/live", str(root), MP3_44), self.lists, world
        )

    @property
    def live(self) -> Mount:
        return self.mounts.known("/live")

    @property
    def started(self) -> list[str]:
        """The titles of the tracks that became audible."""
        return [event.title for event in self.events if isinstance(event, TrackStarted)]

    @property
    def feeder(self) -> Source | None:
        """What is on air."""
        mount = self.mounts.find("/live")
        return None if mount is None else mount.source

    def encoder(self, kind: str = "client") -> Live:
        """Somebody goes live."""
        return Live(self.mounts, "/live", self.clock.seconds(), kind)


class Nursery:
    """Spawns children that exist only here."""

    def __init__(self) -> None:
        self.children: list[PretendChild] = []

    @property
    def child(self) -> "PretendChild":
        return self.children[-1]

    def spawnProcess(
        self,
        protocol: ProcessProtocol,
        executable: str,
        args: Sequence[str],
        env: Mapping[str, str],
        childFDs: Mapping[int, object],  # noqa: N803 (Twisted's name)
    ) -> None:
        child = PretendChild(protocol)
        self.children.append(child)
        protocol.makeConnection(child)


class PretendChild:
    """What a player does to a child, and what that child says."""

    pid = 4711

    def __init__(self, protocol: ProcessProtocol) -> None:
        self._protocol = protocol
        self._reader = FrameReader(TO_PLAYOUT, max_payload=MAX_TO_PLAYOUT)
        self.heard: list[ToPlayout] = []
        self.is_over = False

    @property
    def loaded(self) -> list[Load]:
        return [message for message in self.heard if isinstance(message, Load)]

    def say(self, *messages: object) -> None:
        frames: list[Frame] = [message.framed() for message in messages]  # type: ignore[attr-defined]
        self._protocol.outReceived(b"".join(frame.encoded() for frame in frames))

    def is_ready(self) -> None:
        self.say(Ready())

    def die(self) -> None:
        self.end(ProcessTerminated(signal=9))

    def end(self, error: Exception | None = None) -> None:
        if not self.is_over:
            self.is_over = True
            reason = Failure(error or ProcessDone(0))
            self._protocol.processExited(reason)
            self._protocol.processEnded(reason)

    def write(self, data: bytes) -> None:
        self.heard += map(to_playout, self._reader.feed(data))

    def closeStdin(self) -> None:  # noqa: N802
        self.end()

    def pauseProducing(self) -> None:
        pass

    def resumeProducing(self) -> None:
        pass

    def loseConnection(self) -> None:
        pass

    def signalProcess(self, signalID: str) -> None:  # noqa: N802, N803
        self.end(ProcessTerminated(signal=9))
