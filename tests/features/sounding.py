"""Sound for tests: MPEG frames that are numbered, and an encoder that sends them when told."""

import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from features.talk import HEAD_END, connect, login, read
from programs import frames
from programs.raw import Recorder
from programs.station import PASSWORD, Station
from programs.waiting import until

FRAME_HEAD = b"\xff\xfb\x90\x64\0\0"
"""MPEG 1, layer III, 128 kbit/s, 44.1 kHz; nothing is borrowed from the frame before."""
FRAME_BYTES = 417
FRAMES_A_SECOND = 44_100 / 1152
BYTES_A_SECOND = 16_000
MP3 = "audio/mpeg"
WAIT_S = 40.0


def sound(mount: str, first: int, count: int) -> bytes:
    """Frames from number ``first`` on; every one of every mount is unlike all others."""
    return b"".join(_frame(f"{mount} {number:08} ") for number in range(first, first + count))


def _frame(text: str) -> bytes:
    filling = text.encode() * (FRAME_BYTES // len(text) + 1)
    return (FRAME_HEAD + filling)[:FRAME_BYTES]


class Encoder:
    """A source on one connection; ``sent`` is all that it has sent."""

    def __init__(
        self,
        port: int,
        mount: str,
        *lines: str,
        content_type: str = MP3,
        user: str = "source",
        password: str = PASSWORD,
        starting_at: int = 0,
    ) -> None:
        self.mount = mount
        self.sent = bytearray()
        self._number = starting_at
        self.connection: socket.socket = connect(port)
        head = (
            f"SOURCE {mount} HTTP/1.0",
            login(user, password),
            f"Content-Type: {content_type}",
            *lines,
        )
        self.connection.sendall("\r\n".join([*head, "", ""]).encode())
        self.reply = read(self.connection, HEAD_END)

    @property
    def is_on_air(self) -> bool:
        """Whether the server let it in."""
        return self.reply == b"HTTP/1.0 200 OK\r\n\r\n"

    def send(self, data: bytes) -> None:
        """Send bytes at once."""
        self.sent += data
        self.connection.sendall(data)

    def play(self, seconds: float) -> bytes:
        """Send the next frames, so many seconds of sound, at once; give them."""
        count = round(seconds * FRAMES_A_SECOND)
        data = sound(self.mount, self._number, count)
        self._number += count
        self.send(data)
        return data

    def is_dropped(self, within: float) -> bool:
        """Whether the server ends the connection within so many seconds."""
        self.connection.settimeout(within)
        try:
            return self.connection.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def __enter__(self) -> Self:
        assert self.is_on_air, self.reply
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def arrived(station: Station, encoder: Encoder) -> None:
    """Wait until the server has got everything that the encoder has sent."""

    def is_here() -> bool:
        row = station.statistics().get(encoder.mount, {})
        return row.get("total_bytes_read") == str(len(encoder.sent))

    until(is_here, within=WAIT_S, what=f"{encoder.mount} has got everything")


def audio_of(recorder: Recorder) -> bytes:
    """What a listener heard, without metadata and a leading filler."""
    audio = recorder.answer.audio
    return audio[frames.id3_length(audio) :]


def hears(recorder: Recorder, piece: bytes) -> None:
    """Wait until the listener has got ``piece``, but for its last two frames.

    A frame goes out when the one after it has come.
    """
    wanted = piece[: -2 * FRAME_BYTES]
    until(lambda: wanted in audio_of(recorder), within=WAIT_S, what="the listener hears it")


def is_unbroken(recorder: Recorder, sent: Sequence[bytes]) -> bool:
    """Whether what was heard is one unbroken piece of what was sent, one after the other."""
    return audio_of(recorder) in b"".join(bytes(part) for part in sent)
