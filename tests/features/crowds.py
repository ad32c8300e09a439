"""Many mounts on air, and a crowd that listens and compares every byte as it comes."""

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from features.sounding import FRAME_BYTES, WAIT_S, Encoder
from programs.raw import listener_head
from programs.station import HOST
from programs.waiting import until

STEP_S = 0.25
HEAD_END = b"\r\n\r\n"


class Broadcast(threading.Thread):
    """Encoders that play on and on, each in steps of so many seconds of sound."""

    def __init__(self, port: int, mounts: Iterable[str], *, seconds_a_step: float = 0.1) -> None:
        super().__init__(daemon=True, name="broadcast")
        self.encoders = [Encoder(port, mount) for mount in mounts]
        self.broken = ""
        self._seconds = seconds_a_step
        self._over = threading.Event()

    @property
    def sent(self) -> Mapping[str, bytearray]:
        """All that each has sent."""
        return {encoder.mount: encoder.sent for encoder in self.encoders}

    def run(self) -> None:
        """Play until stopped."""
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due += STEP_S
            for encoder in self.encoders:
                try:
                    encoder.play(self._seconds)
                except OSError as error:
                    self.broken = f"{encoder.mount}: {error}"
                    return

    def pause(self) -> None:
        """Play no more; the connections stay."""
        self._over.set()
        self.join(10)

    def close(self) -> None:
        """Hang up."""
        self.pause()
        for encoder in self.encoders:
            encoder.close()


@dataclass(slots=True, eq=False)
class Ear:
    """A listener, and how far it has heard what was sent."""

    connection: socket.socket
    sent: bytearray
    position: int = -1
    first: bytearray = field(default_factory=bytearray)
    fault: str = ""

    def hear(self) -> bool:
        """Take what is there; False: there was nothing."""
        try:
            data = self.connection.recv(65536)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError as error:
            self.fault = str(error)
            return False
        if not data:
            self.fault = "the server has ended it"
            return False
        if self.position >= 0:
            self._compare(data)
        else:
            self._begin(data)
        return not self.fault

    def _begin(self, data: bytes) -> None:
        self.first += data
        head, end, body = bytes(self.first).partition(HEAD_END)
        if not end or len(body) < FRAME_BYTES:
            return
        self.position = self.sent.find(body[:FRAME_BYTES])
        if b" 200 " not in head or self.position < 0:
            self.fault = f"answered {head[:80]!r}, {body[:80]!r}"
        self._compare(body)

    def _compare(self, data: bytes) -> None:
        end = self.position + len(data)
        if self.sent[self.position : end] != data:
            self.fault = f"something else was heard from byte {self.position} on"
        self.position = end


class Crowd(threading.Thread):
    """Listeners, all in one thread."""

    def __init__(self, sent: Mapping[str, bytearray]) -> None:
        super().__init__(daemon=True, name="crowd")
        self.ears: list[Ear] = []
        self._sent = sent
        self._selector = selectors.DefaultSelector()
        self._over = threading.Event()

    def join_in(
        self, port: int, mount: str, *, tls: ssl.SSLContext | None = None, hears: str = ""
    ) -> None:
        """One more listens; ``hears``: the mount whose programme that is, if it is another's."""
        connection = socket.create_connection((HOST, port), WAIT_S)
        if tls is not None:
            connection = tls.wrap_socket(connection)
        connection.sendall(listener_head(mount, icy=False))
        connection.setblocking(False)
        ear = Ear(connection, self._sent[hears or mount])
        self.ears.append(ear)
        self._selector.register(connection, selectors.EVENT_READ, ear)

    def run(self) -> None:
        """Listen until stopped."""
        while not self._over.is_set():
            for key, _ in self._selector.select(0.2):
                ear: Ear = key.data
                while ear.hear():
                    pass
                if ear.fault:
                    self._selector.unregister(ear.connection)

    def faults(self) -> list[str]:
        """What was wrong with whom."""
        return [ear.fault for ear in self.ears if ear.fault]

    def hears_more(self) -> None:
        """Wait until everybody has heard something new, or there was a fault."""
        before = [ear.position for ear in self.ears]

        def more() -> bool:
            heard = zip(self.ears, before, strict=True)
            return bool(self.faults()) or all(ear.position > then for ear, then in heard)

        until(more, within=WAIT_S, what="everybody hears more")

    def hears_all(self, within: float = 3 * WAIT_S) -> None:
        """Wait until everybody has heard all that was sent, but for the last frames."""

        def near_the_end() -> bool:
            assert self.faults() == []
            return all(ear.position >= len(ear.sent) - 2 * FRAME_BYTES for ear in self.ears)

        until(near_the_end, within=within, what="everybody hears the end")

    def close(self) -> None:
        """Everybody leaves."""
        self._over.set()
        self.join(10)
        for ear in self.ears:
            ear.connection.close()
