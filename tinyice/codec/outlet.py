"""The end of a playout: limited samples into the one encoder, and what happens in them.

Rules of this file:

- the encoder runs on, whatever happens to tracks;
- what is told of a sample is told between the bytes before it and those after it;
- what nobody hears is counted, and told of, but not encoded; the newest of it is kept, so
  that who comes hears something at once.
"""

from collections import deque
from collections.abc import Callable

from tinyice.codec.encoder import Encoder, Title
from tinyice.codec.limiter import Limiter
from tinyice.codec.made import Made
from tinyice.codec.playout_messages import Sound
from tinyice.codec.samples import SAMPLE_FORMAT, Samples, frame_from
from tinyice.codec.sound import Converter
from tinyice.work.frames import Frame

SEND_BYTES = 128 * 1024
KEPT_S = 2.0
"""So much of what was not encoded is kept: players wait for about as much."""


class Outlet:
    """Encodes with ``encoder`` and gives frames away."""

    def __init__(self, encoder: Encoder, give: Callable[[Frame], None]) -> None:
        shape = encoder.shape
        self._encoder = encoder
        self._give = give
        self._rate = shape.samplerate
        self._converter = Converter(shape)
        self._is_as_taken = shape.sample_format == SAMPLE_FORMAT
        self._limiter = Limiter(shape.samplerate, shape.channels)
        self._notes: deque[tuple[int, Title | None, tuple[Frame, ...]]] = deque()
        self._is_begun = False
        self._data: list[bytes] = []
        self._size = 0
        self._seconds = 0.0
        self.taken = 0
        """So many samples were given to it."""
        self._encoded = 0
        self._is_wanted = True
        self._kept: deque[Samples] = deque()
        self._kept_samples = 0

    def want(self) -> None:
        """Somebody hears it: begin with the newest that was not encoded."""
        if self._is_wanted:
            return
        self._is_wanted = True
        self._converter = Converter(self._encoder.shape)
        kept, self._kept, self._kept_samples = self._kept, deque(), 0
        for part in kept:
            self._make(part)

    def unwant(self) -> None:
        """Nobody does any more."""
        if self._is_wanted:
            self._keep(self._encoder.rest())
            self.send()
            self._encoder.go_on()
            self._is_wanted = False

    def note(self, at: int, title: Title | None, *frames: Frame) -> None:
        """At this sample ``title`` begins, if it is one, and these are to be told."""
        self._notes.append((at, title, frames))

    def play(self, samples: Samples) -> None:
        """The next samples."""
        self.taken += len(samples)
        self._encode(self._limiter.process(samples))

    def rest(self) -> None:
        """All that is complete goes out; what comes then has nothing to do with it."""
        self._encode(self._limiter.flush())
        self._forget_kept()
        if self._is_wanted:
            for converted in self._converter.flush():
                self._keep(self._encoder.encode(converted))
        self._keep(self._encoder.flush())
        self._tell_until(self.taken)
        self.send()
        self._encoder.go_on()
        self._is_begun = False

    def send(self) -> None:
        """Give away what was made."""
        if self._data or self._seconds:
            data, self._data, self._size = b"".join(self._data), [], 0
            seconds, self._seconds = self._seconds, 0.0
            self._give(Sound(seconds, data).framed())

    def _encode(self, samples: Samples) -> None:
        while len(samples):
            self._tell_until(self._encoded)
            count = len(samples)
            if self._notes:
                count = min(count, self._notes[0][0] - self._encoded)
            part, samples = samples[:count], samples[count:]
            if not self._is_begun:
                self._begin(Title())
            if self._is_wanted:
                self._make(part)
            else:
                self._put_aside(part)
            self._encoded += count
            # Time is counted as it went in: encoders hold some of it back.
            self._seconds += count / self._rate

    def _make(self, part: Samples) -> None:
        frame = frame_from(part, self._rate)
        for one in [frame] if self._is_as_taken else self._converter.convert(frame):
            self._keep(self._encoder.encode(one))

    def _put_aside(self, part: Samples) -> None:
        self._kept.append(part)
        self._kept_samples += len(part)
        while self._kept_samples - len(self._kept[0]) >= KEPT_S * self._rate:
            self._kept_samples -= len(self._kept.popleft())

    def _forget_kept(self) -> None:
        self._kept.clear()
        self._kept_samples = 0

    def _tell_until(self, at: int) -> None:
        while self._notes and self._notes[0][0] <= at:
            _, title, frames = self._notes.popleft()
            if frames:
                self.send()
            for frame in frames:
                self._give(frame)
            if title is not None:
                self._begin(title)
                if self._encoder.has_titles and not self._is_wanted:
                    # Its headers are out already: what was kept is not of this title.
                    self._forget_kept()

    def _begin(self, title: Title) -> None:
        self._is_begun = True
        self._keep(Made(self._encoder.begin(title)))

    def _keep(self, made: Made) -> None:
        if made.data:
            self._data.append(made.data)
            self._size += len(made.data)
            if self._size >= SEND_BYTES:
                self.send()
