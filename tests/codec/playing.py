"""A parent for the playout of tests, in the same process: it tells, and keeps what comes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from codec.sounds import heard
from tinyice.codec.encoders import encoder_for
from tinyice.codec.joins import CUT, Join
from tinyice.codec.outlet import Outlet
from tinyice.codec.playout import Playout
from tinyice.codec.playout_messages import (
    FROM_PLAYOUT,
    MAX_PAYLOAD,
    Allow,
    Began,
    Failed,
    FromPlayout,
    Load,
    Over,
    Setup,
    Silent,
    Sound,
    ToPlayout,
    from_playout,
)
from tinyice.core.quality import Quality
from tinyice.work.childside import ParentGone, ParentPipe
from tinyice.work.frames import Frame, FrameReader

STEP_S = 0.25


@dataclass(frozen=True, slots=True)
class Asked:
    """A track that is to be loaded; ``at_s``: at once, when so much was made."""

    path: Path
    join: Join = CUT
    title: str = ""
    gain_db: float = 0.0
    start_s: float = 0.0
    at_s: float | None = None


class Parent(ParentPipe):
    """Loads ``tracks`` one after the other; ``told`` at these seconds; until ``seconds``."""

    def __init__(
        self,
        tracks: Iterable[Asked],
        seconds: float,
        told: Iterable[tuple[float, ToPlayout]] = (),
    ) -> None:
        super().__init__(FrameReader(frozenset(), max_payload=0), inward=-1, outward=-1)
        self._reader_of_all = FrameReader(FROM_PLAYOUT, max_payload=MAX_PAYLOAD)
        self._tracks = list(tracks)
        self._told = sorted(told, key=lambda one: one[0])
        self._seconds = seconds
        self._allowed = 0.0
        self._number = 0
        self._wants = True
        self.heard: list[FromPlayout] = []

    def receive(self, timeout_s: float | None) -> list[Frame]:
        """What the playout is told now; ``ParentGone`` when all was made."""
        told: list[ToPlayout] = []
        if self._wants and self._tracks and self._tracks[0].at_s is None:
            told.append(self._load())
        if timeout_s is None:
            if self._allowed >= self._seconds:
                raise ParentGone
            while self._told and self._told[0][0] <= self._allowed:
                told.append(self._told.pop(0)[1])
            if self._tracks and (self._tracks[0].at_s or self._seconds) <= self._allowed:
                told.append(replace(self._load(), at_once=True))
            self._allowed += STEP_S
            told.append(Allow(self._allowed))
        return [message.framed() for message in told]

    def send(self, frame: Frame) -> None:
        """Keep it."""
        for found in self._reader_of_all.feed(frame.encoded()):
            message = from_playout(found)
            self.heard.append(message)
            self._wants = self._wants or isinstance(message, Began | Failed)

    def _load(self) -> Load:
        self._number, self._wants = self._number + 1, False
        one = self._tracks.pop(0)
        return Load(
            self._number,
            str(one.path),
            "Artist",
            one.title,
            join=one.join,
            gain_db=one.gain_db,
            start_s=one.start_s,
        )


@dataclass
class Played:
    """What came of it."""

    quality: Quality
    messages: list[FromPlayout] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        """The stream."""
        return b"".join(one.data for one in self.messages if isinstance(one, Sound))

    @property
    def seconds(self) -> float:
        """How long it says it is."""
        return sum(one.seconds for one in self.messages if isinstance(one, Sound))

    @property
    def began(self) -> dict[int, int]:
        """At which sample each track became audible."""
        return {one.number: one.at for one in self.messages if isinstance(one, Began)}

    @property
    def over(self) -> dict[int, int]:
        """At which sample each track was gone."""
        return {one.number: one.at for one in self.messages if isinstance(one, Over)}

    @property
    def silent(self) -> list[int]:
        """Where silence began."""
        return [one.at for one in self.messages if isinstance(one, Silent)]

    @property
    def failed(self) -> dict[int, str]:
        """What could not be played."""
        return {one.number: one.reason for one in self.messages if isinstance(one, Failed)}

    def samples(self, kind: str) -> NDArray[np.int16]:
        """What is heard, one channel."""
        return np.array(heard(self.data, kind, piece=4000).samples, np.int16)


def play(
    quality: Quality,
    tracks: Iterable[Asked],
    seconds: float,
    told: Iterable[tuple[float, ToPlayout]] = (),
) -> Played:
    """Let a playout play these for so long."""
    parent = Parent(tracks, seconds, told)
    serials = iter(range(1000))
    outlet = Outlet(encoder_for(quality, lambda: next(serials)), parent.send)
    try:
        Playout(parent, outlet, Setup(quality)).work([])
    except ParentGone:
        outlet.rest()
    return Played(quality, parent.heard)


def write(path: Path, samples: NDArray[np.int16], samplerate: int, codec: str) -> Path:
    """A file with these samples, one row for each moment."""
    channels = samples.shape[1]
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=samplerate)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "mono" if channels == 1 else "stereo"
        if codec != "flac" and not codec.startswith("pcm"):
            stream.codec_context.bit_rate = 256_000
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.reshape(1, -1)),
            format="s16",
            layout="mono" if channels == 1 else "stereo",
        )
        frame.sample_rate, frame.pts = samplerate, 0
        wanted = stream.codec_context.format.name
        resampler = av.AudioResampler(wanted, stream.codec_context.layout, samplerate, 4096)
        fixed = stream.codec_context.frame_size
        if fixed:
            resampler = av.AudioResampler(wanted, stream.codec_context.layout, samplerate, fixed)
        for one in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(one))
        out.mux(stream.encode(None))
    return path


def sine(
    samplerate: int, seconds: float, *, pitch: float = 441.0, level: float = 0.25, first: int = 0
) -> NDArray[np.int16]:
    """A steady tone on two channels, from sample ``first`` on."""
    at = np.arange(first, first + round(seconds * samplerate))
    wave = np.rint(32767 * level * np.sin(2 * np.pi * pitch * at / samplerate))
    return np.stack([wave, wave], axis=1).astype(np.int16)
