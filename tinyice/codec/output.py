"""One output of a codec child: an encoder, and what it has made and nobody has yet."""

from collections.abc import Callable, Iterable

from av.audio.frame import AudioFrame

from tinyice.codec.encoder import Encoder, Title
from tinyice.codec.made import Made
from tinyice.codec.messages import Encoded, Titled
from tinyice.codec.sound import Converter
from tinyice.work.frames import Frame

SEND_BYTES = 32 * 1024
"""So much goes out at once, at most."""


class Output:
    """Encodes while it is wanted; titles are told either way."""

    def __init__(self, number: int, encoder: Encoder, give: Callable[[Frame], None]) -> None:
        self._number = number
        self._encoder = encoder
        self._give = give
        self._converter = Converter(encoder.shape)
        self._is_wanted = False
        self._data: list[bytes] = []
        self._size = 0
        self._seconds = 0.0

    def begin(self, title: Title) -> None:
        """``title`` plays from here on."""
        self._keep(Made(self._encoder.begin(title)))
        if not self._encoder.has_titles:
            self.send()
            self._give(Titled(self._number, title.artist, title.title).framed())

    def want(self, recent: Iterable[AudioFrame]) -> None:
        """Somebody hears it: begin with what was just played."""
        if not self._is_wanted:
            self._is_wanted = True
            self._encoder.go_on()
            self._converter = Converter(self._encoder.shape)
            for frame in recent:
                self.play(frame)

    def unwant(self) -> None:
        """Nobody does any more."""
        if self._is_wanted:
            self._keep(self._encoder.rest())
            self.send()
            self._is_wanted = False

    def play(self, frame: AudioFrame) -> None:
        """What comes next."""
        if self._is_wanted:
            for converted in self._converter.convert(frame):
                self._keep(self._encoder.encode(converted))

    def send(self) -> None:
        """Give away what was made."""
        if self._data:
            data, self._data = b"".join(self._data), []
            seconds, self._seconds, self._size = self._seconds, 0.0, 0
            self._give(Encoded(self._number, seconds, data).framed())

    def _keep(self, made: Made) -> None:
        self._seconds += made.seconds
        if made.data:
            self._data.append(made.data)
            self._size += len(made.data)
            if self._size >= SEND_BYTES:
                self.send()
