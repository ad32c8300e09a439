"""An AutoDJ plays on, whatever happens to files, processes and encoders."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
from twisted.internet import reactor
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from autodj.decks import Booth
from codec.playing import sine, write
from codec.sounds import heard
from tinyice.autodj.playing import PlayerSettings, PlayState
from tinyice.autodj.transitions import Fades
from tinyice.codec import leaking
from tinyice.codec.plain_mp3 import PlainMp3
from tinyice.core.codec_events import CodecLost, CodecRestarted, TrackFailed
from tinyice.core.quality import MP3, OPUS, Quality
from tinyice.core.tracks import Track
from tinyice.work.environment import child_environment

RATE = 44100
REACTOR = cast("ReactorBase", reactor)


def later(seconds: float) -> Deferred[None]:
    """After so long."""
    done: Deferred[None] = Deferred()
    REACTOR.callLater(seconds, done.callback, None)
    return done


async def until(true: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait for that."""
    end = REACTOR.seconds() + within_s
    while not true():
        assert REACTOR.seconds() < end, "it took too long"
        await later(0.02)


class PlayerTests(TestCase):
    timeout = 60

    def setUp(self) -> None:
        self.folder = TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def track(self, name: str, seconds: float, first: int = 0, **more: object) -> Track:
        """A file with a tone in it."""
        samples = sine(RATE, seconds, first=first)
        write(self.root / f"{name}.flac", samples, RATE, "flac")
        return Track(f"{name}.flac", title=name, artist="A", seconds=seconds, **more)  # type: ignore[arg-type]

    def album(self, *lengths: float) -> list[Track]:
        """A tone without a break, cut into tracks."""
        first, found = 0, []
        for number, seconds in enumerate(lengths, 1):
            found.append(
                self.track(f"t{number}", seconds, first, album="One", number=number, disc=1)
            )
            first += round(seconds * RATE)
        return found

    def booth(self, tracks: list[Track], quality: Quality | None = None) -> Booth:
        settings = PlayerSettings(
            "/live",
            str(self.root),
            quality or Quality(MP3, 128, samplerate=RATE, channels=2),
            folders=(str(self.root),),
            fades=Fades(0.0),
        )
        booth = Booth(
            tracks,
            root=self.root,
            reactor=REACTOR,
            spawner=REACTOR,
            environment=child_environment(os.environ),
            settings=settings,
        )
        self.addCleanup(booth.player.stop)
        return booth

    def test_an_album_without_a_gap(self) -> Deferred[None]:
        """Listeners of the mount hear one tone, and each title when its track begins."""

        async def story() -> None:
            booth = self.booth(self.album(1.5, 1.2, 1.4))
            booth.player.play()
            await until(lambda: len(booth.started) >= 4)
            assert booth.started[:4] == ["t1", "t2", "t3", "t1"]
            found = heard(bytes(booth.recorder.data), "mpeg", piece=4000)
            samples = np.array(found.samples)[RATE // 5 : 4 * RATE]
            levels = [
                float(np.sqrt(np.mean(samples[at : at + 441].astype(float) ** 2)))
                for at in range(0, len(samples) - 441, 110)
            ]
            assert min(levels) / max(levels) > 10 ** (-1 / 20)
            places = {title: place / 16000 for title, place in booth.recorder.titles[:3]}
            assert abs(places["t2"] - 1.5) < 0.2
            assert abs(places["t3"] - 2.7) < 0.2

        return Deferred.fromCoroutine(story())

    def test_pace(self) -> Deferred[None]:
        """As much audio as time, and a second."""

        async def story() -> None:
            booth = self.booth([self.track("one", 30.0)])
            booth.player.play()
            await until(lambda: booth.recorder.data)
            begin = REACTOR.seconds()
            await later(3.0)
            made_s = len(booth.recorder.data) / 16000
            assert abs(made_s - (REACTOR.seconds() - begin) - 1.0) < 0.5
            assert abs(booth.player.snapshot().elapsed_s - 3.5) < 1.0

        return Deferred.fromCoroutine(story())

    def test_kill_in_the_middle_of_a_track(self) -> Deferred[None]:
        """Another process plays the next track within five seconds; the mount stays."""

        async def story() -> None:
            booth = self.booth([self.track("one", 30.0), self.track("two", 30.0)])
            booth.player.play()
            await until(lambda: booth.started == ["one"])
            await later(0.5)
            process = booth.player.snapshot().process
            assert process is not None
            os.kill(process, signal.SIGKILL)
            await until(lambda: booth.started == ["one", "two"], 5.0)
            assert booth.live.source is not None
            kinds = [type(event) for event in booth.events]
            assert CodecLost in kinds
            assert CodecRestarted in kinds
            assert booth.player.snapshot().process != process

        return Deferred.fromCoroutine(story())

    def test_a_process_that_leaks(self) -> Deferred[None]:
        """It is ended before others feel it, and the next one plays."""

        async def story() -> None:
            booth = self.booth([self.track("one", 60.0), self.track("two", 60.0)])
            booth.player.play()
            await until(lambda: booth.started == ["one"])
            most = leaking.MEMORY_MAX
            self.patch(leaking, "MEMORY_MAX", 1024 * 1024)
            await until(lambda: any(isinstance(event, CodecLost) for event in booth.events))
            self.patch(leaking, "MEMORY_MAX", most)
            await until(lambda: booth.started == ["one", "two"], 5.0)
            (lost,) = [event for event in booth.events if isinstance(event, CodecLost)]
            assert lost.reason == "takes too much memory"

        return Deferred.fromCoroutine(story())

    def test_a_process_that_hangs(self) -> Deferred[None]:
        """It is ended, and the next one plays; the stall is caught up without a burst."""

        async def story() -> None:
            booth = self.booth([self.track("one", 60.0), self.track("two", 60.0)])
            booth.player.play()
            await until(lambda: booth.started == ["one"])
            process = booth.player.snapshot().process
            assert process is not None
            os.kill(process, signal.SIGSTOP)
            await later(1.5)
            before, begin = len(booth.recorder.data), REACTOR.seconds()
            os.kill(process, signal.SIGCONT)
            await later(1.0)
            caught_s = (len(booth.recorder.data) - before) / 16000
            assert caught_s < 1.0 + 1.5 * (REACTOR.seconds() - begin) + 0.3
            os.kill(process, signal.SIGSTOP)
            await until(lambda: booth.started == ["one", "two"], 9.0)

        return Deferred.fromCoroutine(story())

    def test_skip_seek_and_pause(self) -> Deferred[None]:
        """Each is heard soon; a pause is silence that comes from the process, in place."""

        async def story() -> None:
            tracks = [self.track("one", 20.0), self.track("two", 20.0)]
            booth = self.booth(tracks, Quality(OPUS, 96, samplerate=48000, channels=2))
            player = booth.player
            player.play()
            await until(lambda: booth.started == ["one"])
            player.next()
            await until(lambda: booth.started == ["one", "two"], 2.0)
            player.seek(booth.ids[1], 15.0)
            await until(lambda: player.snapshot().elapsed_s >= 15.0, 2.0)
            assert booth.started == ["one", "two"]
            player.pause(on=True)
            assert player.snapshot().state is PlayState.PAUSE
            at = player.snapshot().elapsed_s
            before = len(booth.recorder.data)
            await later(0.7)
            held = player.snapshot().elapsed_s
            assert abs(held - at) < 0.5
            await later(0.8)
            assert player.snapshot().elapsed_s == held
            assert len(booth.recorder.data) > before
            player.pause(on=False)
            await later(0.3)
            assert held <= player.snapshot().elapsed_s < held + 1.5
            player.previous()
            await until(lambda: booth.started == ["one", "two", "one"], 2.0)

        return Deferred.fromCoroutine(story())

    def test_a_live_encoder_takes_the_mount(self) -> Deferred[None]:
        """The AutoDJ makes nothing while somebody is live, and comes back with a fresh track."""

        async def story() -> None:
            booth = self.booth([self.track("one", 30.0), self.track("two", 30.0)])
            booth.player.play()
            await until(lambda: len(booth.recorder.data) > 20000)
            encoder = PlainMp3(samplerate=RATE, channels=2, bitrate=128)
            data = encoder.encode(sine(RATE, 3.0, pitch=882.0).tobytes()).data
            live = booth.encoder()
            for at in range(0, 40000, 2000):
                live.send(data[at : at + 2000])
                await later(0.05)
                booth.mounts.sweep()
            assert booth.live.source is live.source
            assert not booth.player.snapshot().is_heard
            await later(1.0)
            live.leave()
            await until(lambda: booth.started == ["one", "two"], 3.0)
            mark = len(booth.recorder.data)
            await until(lambda: len(booth.recorder.data) > mark + 10000, 2.0)
            assert booth.live.source is not None
            assert booth.live.source.kind == "autodj"
            assert heard(bytes(booth.recorder.data), "mpeg", piece=4000).faults <= 2

        return Deferred.fromCoroutine(story())

    def test_bad_files(self) -> Deferred[None]:
        """They are passed over, with the reason; what leads out of the folders, too."""

        async def story() -> None:
            outside = Path(self.root.parent / f"{self.root.name}-outside.flac")
            write(outside, sine(RATE, 1.0), RATE, "flac")
            self.addCleanup(outside.unlink)
            (self.root / "bad.mp3").write_bytes(b"no music at all" * 100)
            (self.root / "link.flac").symlink_to(outside)
            tracks = [Track("bad.mp3"), Track("link.flac"), Track("gone.mp3")]
            booth = self.booth([*tracks, self.track("good", 30.0)])
            booth.player.play()
            await until(lambda: booth.started == ["good"])
            failed = [event for event in booth.events if isinstance(event, TrackFailed)]
            assert [event.track for event in failed] == [track.path for track in tracks]
            assert "folders" in failed[1].reason

        return Deferred.fromCoroutine(story())
