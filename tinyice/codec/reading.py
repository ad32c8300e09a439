"""A file as samples for a mixer, cut to the sample.

Rules of this file:

- what an encoder has put before and behind the audio is not heard, as far as the file
  tells of it: FFmpeg knows of MP3 (LAME), Opus, Vorbis and FLAC, here AAC is added;
- nothing is converted before ``begin``, so that the converter of the file before can
  go on with this one: then not even a resampler hears a joint.
"""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame

from tinyice.codec.decoding import File, Unreadable
from tinyice.codec.samples import SAMPLE_FORMAT, Samples, part_of, samples_of, silence
from tinyice.codec.sound import Converter, Shape

PREROLL_S = 0.3
"""So much is decoded before the place that is wanted: frames of MP3 need those before."""


class Reader:
    """The audio of ``path`` from ``start_s`` up to ``end_s`` (0: its end), ``gain`` louder.

    Raises ``Unreadable`` where there is none.
    """

    def __init__(
        self,
        path: Path,
        samplerate: int,
        channels: int,
        *,
        start_s: float = 0.0,
        end_s: float = 0.0,
        gain: float = 1.0,
    ) -> None:
        self._shape = Shape(samplerate, channels, SAMPLE_FORMAT)
        self._gain = np.float32(gain)
        self._start_s = start_s
        self._converter: Converter | None = None
        self._ready: deque[Samples] = deque()
        self._count = 0
        self._given = 0
        self._file = File(path)
        self._frames = _cut(self._file, start_s, end_s)
        fault = "there is no sound in it"
        self._next: AudioFrame | None = None
        try:
            self._next = next(self._frames, None)
        except Unreadable as error:
            fault = str(error)
        if self._next is None:
            self._file.close()
            raise Unreadable(self._file.faults.last or fault)

    @property
    def position_s(self) -> float:
        """How far into the file it has given samples."""
        return self._start_s + self._given / self._shape.samplerate

    @property
    def faults(self) -> int:
        """How many pieces could not be decoded."""
        return self._file.faults.count

    @property
    def ready(self) -> int:
        """How many samples are there."""
        return self._count

    @property
    def is_at_end(self) -> bool:
        """Whether there are no more than those that are ready."""
        return self._next is None

    def begin(self, converter: Converter | None = None) -> None:
        """Convert with this from now on, or with one of its own; once."""
        self._converter = converter or Converter(self._shape)

    def fill(self, count: int) -> None:
        """Have so many samples ready, if there are."""
        while self._count < count and self._next is not None:
            if self._converter is None:
                self.begin()
                continue
            frame, self._next = self._next, self._following()
            for converted in self._converter.convert(frame):
                self._keep(samples_of(converted))

    def read(self, count: int) -> Samples:
        """The next samples: fewer than ``count`` only at the end."""
        self.fill(count)
        parts: list[Samples] = []
        wanted = count
        while wanted and self._ready:
            first = self._ready.popleft()
            if len(first) > wanted:
                self._ready.appendleft(first[wanted:])
                first = first[:wanted]
            parts.append(first)
            wanted -= len(first)
        self._count -= count - wanted
        self._given += count - wanted
        return np.concatenate(parts) if parts else silence(0, self._shape.channels)

    def finish(self) -> None:
        """Nothing follows without a gap: have ready what its converter has held back."""
        if self._converter is not None and self._next is None:
            converter, self._converter = self._converter, None
            for converted in converter.flush():
                self._keep(samples_of(converted))

    def give_up_converter(self) -> Converter | None:
        """What converts, with what is in it, for the file that follows without a gap."""
        converter, self._converter = self._converter, None
        return converter

    def close(self) -> None:
        """Read no more."""
        self._file.close()

    def _following(self) -> AudioFrame | None:
        try:
            return next(self._frames, None)
        except Unreadable:
            # What was heard was heard; the faults are counted.
            return None

    def _keep(self, samples: Samples) -> None:
        if len(samples):
            self._ready.append(samples if self._gain == 1.0 else samples * self._gain)
            self._count += len(samples)


def _cut(file: File, start_s: float, end_s: float) -> Iterator[AudioFrame]:
    """The frames of ``file`` from the one second to the other."""
    if start_s > 0:
        file.seek(max(0.0, start_s - PREROLL_S))
    ends = [second for second in (end_s, file.exact_seconds) if second]
    at: int | None = None
    for frame in file.frames():
        start = round(start_s * frame.sample_rate)
        end = round(min(ends) * frame.sample_rate) if ends else None
        if at is None:
            found = file.position_of(frame) if start else 0
            at = start if found is None else found
        first = max(0, start - at)
        last = frame.samples if end is None else min(frame.samples, end - at)
        at += frame.samples
        if first < last:
            is_whole = first == 0 and last == frame.samples
            yield frame if is_whole else part_of(frame, first, last)
        if end is not None and at >= end:
            return
