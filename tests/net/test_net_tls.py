"""TLS on real sockets: handshakes of every kind, stuck records, and how it ends."""

import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure

from net.certificates import any_server, name_shown, write_pair
from net.tlsloop import TlsLoop, TlsPeer, tls_loopback
from tinyice.net.tls import RECORD_BYTES, TlsPort, TlsServer


class Ours(Protocol):
    """Our end: a push producer that sends when it is told to."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.lost: list[Failure] = []
        self.resumed = 0

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Failure) -> None:
        self.lost.append(reason)

    def resumeProducing(self) -> None:
        self.resumed += 1

    def pauseProducing(self) -> None:
        pass

    def stopProducing(self) -> None:
        pass


class Listening:
    """A port, and our ends of its connections, in order."""

    def __init__(self, loop: TlsLoop, **how: int) -> None:
        self.ours: list[Ours] = []
        self.loop = loop
        self.port: TlsPort = loop.listen(Factory.forProtocol(self._made), **how)

    def _made(self) -> Ours:
        self.ours.append(Ours())
        return self.ours[-1]

    def connect(self, context: ssl.SSLContext | None = None, **how: object) -> TlsPeer:
        """A client whose handshake both ends have made."""
        peer = self.loop.connect(self.port, context, **how)
        self.loop.until(lambda: not self.port.factory.handshakes)
        return peer

    def connect_small(self, context: ssl.SSLContext | None = None) -> TlsPeer:
        """A client on a connection that holds little."""
        peer = self.connect(context, receive_buffer=8192)
        self.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        self.transport.registerProducer(self.ours[-1], True)
        return peer

    @property
    def transport(self) -> TlsServer:
        return self.ours[-1].transport


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[TlsLoop]:
    with tls_loopback(tmp_path) as made:
        yield made


@pytest.fixture
def listening(loop: TlsLoop) -> Listening:
    return Listening(loop)


def limited(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = any_server()
    context.maximum_version = version
    return context


VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
versions = pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
NOISE = os.urandom(1 << 20)


def send_all_it_takes(transport: TlsServer, data: bytes) -> int:
    """Send pieces of many sizes until one is not taken whole; how much was taken."""
    sent = 0
    for turn in range(10_000):
        piece = data[sent : sent + 700 + 7919 * turn % 50_000]
        taken = transport.raw_send(memoryview(piece))
        sent += taken
        if taken < len(piece):
            return sent
    raise AssertionError("the socket takes everything")


# Handshakes.


@versions
def test_both_ways(loop: TlsLoop, listening: Listening, version: ssl.TLSVersion) -> None:
    """Bytes go both ways over TLS 1.2 and 1.3, more than a record at once."""
    peer = listening.connect(limited(version))
    assert peer.inner.version() == version.name.replace("_", ".")
    peer.sendall(NOISE[:100_000])
    loop.until(lambda: len(listening.ours[0].received) == 100_000)
    assert listening.ours[0].received == NOISE[:100_000]
    listening.transport.write(NOISE[:300_000])
    assert loop.receive(peer, 300_000) == NOISE[:300_000]


@pytest.mark.filterwarnings("ignore:ssl:DeprecationWarning")
def test_old_versions_are_refused(loop: TlsLoop, listening: Listening) -> None:
    """Whoever speaks nothing newer than TLS 1.1 gets no further, and no trace is left."""
    context = limited(ssl.TLSVersion.TLSv1_1)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol|version"):
        listening.connect(context)
    loop.until(lambda: listening.ours[0].lost)
    assert listening.port.factory.handshakes == 0


def test_weak_ciphers_are_refused(loop: TlsLoop, listening: Listening) -> None:
    """Without forward secrecy there is no connection."""
    context = limited(ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("AES128-GCM-SHA256:AES256-SHA")
    with pytest.raises(ssl.SSLError):
        listening.connect(context)


def test_the_handshake_byte_by_byte(loop: TlsLoop, listening: Listening) -> None:
    """A client whose every byte comes alone gets through."""
    raw = loop.connect_plain(listening.port)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = any_server().wrap_bio(incoming, outgoing)

    def pump() -> bool:
        done = True
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            done = False
        for byte in outgoing.read():
            raw.send(bytes([byte]))
            loop.turn()
        with suppress(BlockingIOError):
            incoming.write(raw.recv(65536))
        return done

    loop.until(pump)
    client.write(b"hello")
    for byte in outgoing.read():
        raw.send(bytes([byte]))
        loop.turn()
    loop.until(lambda: listening.ours[0].received == b"hello")


def test_first_words_with_the_handshake(loop: TlsLoop, listening: Listening) -> None:
    """What comes in the same packet as the end of the handshake is read without another one."""
    raw = loop.connect_plain(listening.port)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = any_server().wrap_bio(incoming, outgoing)

    def shaken() -> bool:
        with suppress(BlockingIOError):
            incoming.write(raw.recv(65536))
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            raw.send(outgoing.read())
            return False
        return True

    loop.until(shaken)
    client.write(b"GET /")
    client.write(NOISE[:30_000])
    raw.send(outgoing.read())
    loop.until(lambda: len(listening.ours[0].received) == 30_005)
    assert listening.ours[0].received[5:] == NOISE[:30_000]


@pytest.mark.parametrize(
    "garbage",
    [b"\x16" + bytes(200), b"\x16\x03\x01\x02\x00" + NOISE[:600], b"\0" * 50, b"\x80\x2e"],
)
def test_garbage(loop: TlsLoop, listening: Listening, garbage: bytes) -> None:
    """What is no ClientHello ends the connection."""
    raw = loop.connect_plain(listening.port)
    raw.send(garbage)
    if garbage[:1] == b"\x16":
        # It may look like the beginning of something longer.
        raw.shutdown(socket.SHUT_WR)
    loop.until(lambda: listening.ours and listening.ours[0].lost)
    assert listening.port.factory.handshakes == 0
    assert listening.ours[0].received == b""


@pytest.mark.parametrize("words", [b"GET / HTTP/1.1\r\n\r\n", b"SOURCE /live ICE/1.0\r\n"])
def test_plain_http(loop: TlsLoop, listening: Listening, words: bytes) -> None:
    """Who speaks plain HTTP here is told so, in words that he can read, and is heard no more."""
    raw = loop.connect_plain(listening.port)
    raw.send(words + NOISE[:100_000])
    answer = loop.receive(raw, 10_000)
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert b"https://" in answer
    assert listening.port.factory.handshakes == 0
    raw.close()
    loop.until(lambda: listening.ours[0].lost)
    assert listening.ours[0].received == b""


def test_gone_before_the_handshake(loop: TlsLoop, listening: Listening) -> None:
    """Who connects and goes, or resets, leaves nothing behind."""
    for linger in (False, True):
        raw = loop.connect_plain(listening.port)
        if linger:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            raw.send(b"\x16")
        raw.close()
    loop.until(lambda: len(listening.ours) == 2 and all(one.lost for one in listening.ours))
    assert listening.port.factory.handshakes == 0
    assert listening.port.connections == 0


def test_gone_within_the_handshake(loop: TlsLoop, listening: Listening) -> None:
    """Who goes after his ClientHello leaves nothing behind."""
    peer = loop.begin(listening.port)
    with suppress(ssl.SSLWantReadError):
        peer.inner.do_handshake()
    loop.turn(5)
    assert listening.port.factory.handshakes == 1
    peer.close()
    loop.until(lambda: listening.ours[0].lost)
    assert listening.port.factory.handshakes == 0


def test_closed_within_the_handshake(loop: TlsLoop, listening: Listening) -> None:
    """Before the handshake is made a close needs nobody, and nothing is said in plain."""
    for begun in (False, True):
        peer = loop.begin(listening.port)
        if begun:
            with suppress(ssl.SSLWantReadError):
                peer.inner.do_handshake()
        loop.until(lambda: listening.port.factory.handshakes)
        loop.turn(5)
        assert listening.transport.send_now(b"secret") == 0
        listening.transport.write(b"secret")
        listening.transport.loseConnection()
        loop.until(lambda: listening.ours[-1].lost)
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            loop.receive(loop.shake(peer), 1)
    assert listening.port.factory.handshakes == 0


def test_written_before_the_handshake(loop: TlsLoop, listening: Listening) -> None:
    """What is written too early waits, the producer is resumed after it."""
    peer = loop.begin(listening.port)
    loop.until(lambda: listening.ours)
    listening.transport.registerProducer(listening.ours[0], True)
    listening.transport.write(b"hello")
    assert listening.transport.send_now(b"more") == 0
    loop.turn(5)
    assert listening.ours[0].resumed == 0
    loop.shake(peer)
    assert loop.receive(peer, 5) == b"hello"
    assert listening.ours[0].resumed == 1


def test_a_flood_of_handshakes(loop: TlsLoop) -> None:
    """Beyond the limit connections are closed at accept, counted, and told once."""
    told: list[dict[str, object]] = []
    listening = Listening(loop, handshakes=3)
    silent = [loop.connect_plain(listening.port) for _ in range(8)]
    loop.until(lambda: listening.port.factory.handshakes == 3)
    loop.turn(5)
    closed = 0
    for one in silent:
        with suppress(BlockingIOError):
            closed += one.recv(1) == b""
    assert closed == 5
    assert len(listening.ours) == 3
    globalLogPublisher.addObserver(told.append)
    try:
        listening.port.factory.sweep()
        listening.port.factory.sweep()
    finally:
        globalLogPublisher.removeObserver(told.append)
    assert [event["count"] for event in told if "max_handshakes" in event["log_format"]] == [5]
    for one in silent:
        one.close()
    loop.until(lambda: listening.port.factory.handshakes == 0)
    listening.connect()


def test_many_handshakes_one_after_the_other(loop: TlsLoop) -> None:
    """A handshake that is made makes room for another."""
    listening = Listening(loop, handshakes=1)
    for _ in range(3):
        listening.connect()
    assert listening.port.connections == 3


def test_a_session_is_taken_up_again(loop: TlsLoop, listening: Listening, tmp_path: Path) -> None:
    """A client that comes back with its ticket needs no certificate, even after a reload."""
    context = any_server()
    first = listening.connect(context)
    listening.transport.write(b"x")
    loop.receive(first, 1)
    session = first.inner.session
    write_pair(tmp_path, "localhost")
    assert loop.certificates.reload()
    again = listening.connect(context, session=session)
    assert again.inner.session_reused


def test_sni(loop: TlsLoop, listening: Listening, tmp_path: Path) -> None:
    """Whatever name a client asks for, or none, it gets the one certificate."""
    for name in ("localhost", "radio.example", None):
        assert name_shown(listening.connect(name=name).inner) == "localhost"
    write_pair(tmp_path, "radio.example")
    before = listening.connect()
    assert loop.certificates.reload()
    assert name_shown(listening.connect(name="radio.example").inner) == "radio.example"
    listening.ours[3].transport.write(b"still here")
    assert loop.receive(before, 10) == b"still here"


# Records that get stuck.


@versions
def test_what_is_taken_arrives(
    loop: TlsLoop, listening: Listening, version: ssl.TLSVersion
) -> None:
    """What the connection took arrives, whole and once, whatever is sent after it.

    The listener jumps while a record is stuck: other bytes, of another length,
    follow at once, and nothing of those that were not taken.
    """
    peer = listening.connect_small(limited(version))
    ours, transport = listening.ours[0], listening.transport
    expected = bytearray()
    got = bytearray()

    def read_some(size: int) -> None:
        with suppress(BlockingIOError):
            got.extend(peer.recv(size))
        loop.turn()

    was_stuck = 0
    for round_ in range(30):
        source = NOISE[round_ * 1000 :]
        expected += source[: send_all_it_takes(transport, source * 40)]
        was_stuck += transport.unsent > 0
        assert transport.unsent <= RECORD_BYTES
        assert transport.send_now(b"not taken") == 0
        resumed = ours.resumed
        while ours.resumed == resumed:
            read_some(1 + 997 * round_)
    while len(got) < len(expected):
        read_some(1 << 16)
    assert got == expected
    assert was_stuck > 20
    assert transport.unsent == 0


def test_one_byte_at_a_time(loop: TlsLoop, listening: Listening) -> None:
    """A reader of single bytes gets what was taken, and costs one record at most."""
    peer = listening.connect_small()
    transport = listening.transport
    sent = send_all_it_takes(transport, NOISE)
    got = bytearray()

    def reads() -> bool:
        with suppress(BlockingIOError):
            for _ in range(2000):
                got.extend(peer.recv(1))
        assert transport.unsent <= RECORD_BYTES
        return len(got) == sent

    loop.until(reads)
    assert got == NOISE[:sent]


def test_a_stuck_record_and_a_close(loop: TlsLoop, listening: Listening) -> None:
    """A close waits for the record that is stuck, and then says goodbye."""
    peer = listening.connect(receive_buffer=8192)
    sent = send_all_it_takes(listening.transport, NOISE * 4)
    listening.transport.write(b"last words")
    listening.transport.loseConnection()
    loop.turn(5)
    assert listening.ours[0].lost == []
    got = loop.receive(peer, 1 << 30)
    assert got == NOISE * (sent // len(NOISE)) + NOISE[: sent % len(NOISE)] + b"last words"


def test_a_stalled_peer_that_is_aborted(loop: TlsLoop, listening: Listening) -> None:
    """Nothing is waited for then."""
    listening.connect(receive_buffer=8192)
    send_all_it_takes(listening.transport, NOISE * 4)
    listening.transport.abortConnection()
    loop.until(lambda: listening.ours[0].lost)
    assert listening.port.connections == 0


class Scripted:
    """A TLS socket that does what a test says: exceptions in order, then it takes all."""

    def __init__(self, inner: ssl.SSLSocket) -> None:
        self.inner = inner
        self.script: list[Exception | None] = []
        self.offered: list[bytes] = []
        self.reads: list[Exception] = []

    def send(self, data: memoryview) -> int:
        self.offered.append(bytes(data))
        problem = self.script.pop(0) if self.script else None
        if problem is not None:
            raise problem
        return self.inner.send(data)

    def recv(self, size: int) -> bytes:
        if self.reads:
            raise self.reads.pop(0)
        return self.inner.recv(size)

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


@pytest.fixture
def scripted(listening: Listening) -> tuple[Scripted, TlsPeer]:
    peer = listening.connect()
    made = listening.transport.socket = Scripted(listening.transport.socket)
    listening.transport.registerProducer(listening.ours[0], True)
    return made, peer


@pytest.mark.parametrize("reading", [True, False])
def test_a_write_that_waits_for_the_peer(
    loop: TlsLoop, listening: Listening, scripted: tuple[Scripted, TlsPeer], reading: bool
) -> None:
    """It is tried again when the peer has said something, also while nobody reads."""
    tls, peer = scripted
    if not reading:
        listening.transport.pauseProducing()
    tls.script = [ssl.SSLWantReadError(), ssl.SSLWantReadError()]
    assert listening.transport.send_now(b"audio") == 5
    loop.turn(20)
    assert tls.offered == [b"audio"]
    assert listening.transport.send_now(b"other") == 0
    peer.sendall(b"a")
    loop.turn(20)
    assert set(tls.offered) == {b"audio"}
    peer.sendall(b"b")
    assert loop.receive(peer, 5) == b"audio"
    assert set(tls.offered) == {b"audio"}
    assert len(tls.offered) < 8
    loop.until(lambda: listening.ours[0].resumed == 1)
    assert reading or listening.ours[0].received == b""
    listening.transport.resumeProducing()
    loop.until(lambda: listening.ours[0].received == b"ab")


def test_a_read_that_waits_for_room(
    loop: TlsLoop, listening: Listening, scripted: tuple[Scripted, TlsPeer]
) -> None:
    """The answer to a key update does not fit: reading goes on when there is room."""
    tls, peer = scripted
    tls.reads = [ssl.SSLWantWriteError(), ssl.SSLWantWriteError()]
    peer.sendall(b"words")
    loop.until(lambda: listening.ours[0].received == b"words")
    assert listening.transport.send_now(b"audio") == 5
    assert loop.receive(peer, 5) == b"audio"


def test_nothing_is_read_behind_a_stuck_record(
    loop: TlsLoop, listening: Listening, scripted: tuple[Scripted, TlsPeer]
) -> None:
    """What the peer says meanwhile waits, and comes when the record is out."""
    tls, peer = scripted
    tls.script = [ssl.SSLWantWriteError()] * 3
    assert listening.transport.send_now(b"audio") == 5
    tls.reads = [ssl.SSLError(1, "[SSL: BAD_LENGTH]")]
    peer.sendall(b"words")
    for _ in range(3):
        listening.transport.doRead()
    assert tls.reads
    tls.reads.clear()
    assert loop.receive(peer, 5) == b"audio"
    loop.until(lambda: listening.ours[0].received == b"words")
    assert set(tls.offered) == {b"audio"}


@pytest.mark.parametrize(
    "problem", [ssl.SSLError(1, "bad"), ConnectionResetError(), OSError(9, "x")]
)
def test_a_write_that_fails(
    loop: TlsLoop, listening: Listening, scripted: tuple[Scripted, TlsPeer], problem: OSError
) -> None:
    """The connection is lost, from a turn of its own, also for what was written before."""
    tls, _ = scripted
    tls.script = [problem]
    assert listening.transport.send_now(b"audio") == 0
    assert listening.ours[0].lost == []
    loop.turn(3)
    assert [reason.type for reason in listening.ours[0].lost] == [ConnectionLost]


def test_a_written_piece_that_fails(
    loop: TlsLoop, listening: Listening, scripted: tuple[Scripted, TlsPeer]
) -> None:
    """The same for what waits in the buffer."""
    scripted[0].script = [None, ConnectionResetError()]
    listening.transport.write(NOISE[:20_000])
    loop.until(lambda: listening.ours[0].lost)


@pytest.mark.needs_program("openssl")
def test_key_updates(loop: TlsLoop, listening: Listening) -> None:
    """A client that changes its keys, and wants ours changed, in the middle of the stream."""
    number = listening.port.getHost().port
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{number}"]
    pipe = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, **pipe) as client:
        os.set_blocking(client.stdout.fileno(), False)
        loop.until(lambda: listening.ours and not listening.port.factory.handshakes)
        transport = listening.transport
        transport.registerProducer(listening.ours[0], True)
        for _ in range(5):
            client.stdin.write(b"K\n")
            client.stdin.flush()
            loop.turn(30)
        client.stdin.write(b"words\n")
        client.stdin.flush()
        loop.until(lambda: listening.ours[0].received == b"words\n")
        # Nobody reads what s_client writes: its pipe is full, then its socket is.
        noise = os.urandom(8 << 20)
        sent = send_all_it_takes(transport, noise)
        for letter in (b"K\n", b"k\n"):
            client.stdin.write(letter)
            client.stdin.flush()
            loop.turn(30)
        got = bytearray()

        def ends() -> bool:
            got.extend(client.stdout.read(1 << 16) or b"")
            return noise[sent - 1000 : sent] in got[-70_000:]

        loop.until(ends)
        transport.unregisterProducer()
        transport.loseConnection()
        loop.until(lambda: client.poll() is not None)
    began = got.index(noise[:100])
    assert got[began : began + sent] == noise[:sent]


# How it ends.


@versions
def test_we_say_goodbye(loop: TlsLoop, listening: Listening, version: ssl.TLSVersion) -> None:
    """When we close, the client hears that nothing was cut off."""
    peer = listening.connect(limited(version))
    listening.transport.write(b"bye")
    listening.transport.loseConnection()
    assert loop.receive(peer, 1 << 20) == b"bye"
    assert [reason.type for reason in listening.ours[0].lost] == [ConnectionDone]


@versions
def test_goodbye_is_answered(loop: TlsLoop, listening: Listening, version: ssl.TLSVersion) -> None:
    """A client that ends TLS in order gets our close-notify."""
    peer = listening.connect(limited(version))
    listening.transport.write(b"x")
    loop.receive(peer, 1)
    loop.until(peer.says_goodbye)
    loop.until(lambda: listening.ours[0].lost)
    assert listening.ours[0].lost[0].type is ConnectionDone


def test_cut_off(loop: TlsLoop, listening: Listening) -> None:
    """An abort is a reset, not an end in order."""
    peer = listening.connect()
    listening.transport.abortConnection()
    with pytest.raises((ConnectionResetError, ssl.SSLEOFError)):
        loop.receive(peer, 1)


@versions
def test_half_close_against_a_stream(
    loop: TlsLoop, listening: Listening, version: ssl.TLSVersion
) -> None:
    """A peer that talks on while we close our half reads our last words, not a reset."""
    peer = listening.connect(limited(version))
    for _ in range(5):
        peer.sendall(NOISE[:16_000])
    listening.transport.write(b"refused")
    listening.transport.loseWriteConnection()
    for _ in range(20):
        loop.turn(2)
        peer.sendall(NOISE[:8000])
    assert loop.receive(peer, 1 << 20) == b"refused"
    assert listening.ours[0].lost == []
    peer.close()
    loop.until(lambda: listening.ours[0].lost)


def test_half_close_after_goodbye(loop: TlsLoop, listening: Listening) -> None:
    """When the peer has closed too, a half close is the end."""
    peer = listening.connect()
    listening.transport.pauseProducing()
    assert not peer.says_goodbye()
    listening.transport.loseWriteConnection()
    loop.until(lambda: listening.ours[0].lost)
    loop.until(peer.says_goodbye)


def test_a_goodbye_that_gets_stuck(
    loop: TlsLoop, listening: Listening, scripted: tuple[Scripted, TlsPeer]
) -> None:
    """The close waits until the close-notify is out, too."""
    tls, peer = scripted
    problems: list[Exception] = [ssl.SSLWantWriteError(), ssl.SSLWantWriteError()]

    def unwrap() -> object:
        if problems:
            raise problems.pop()
        return tls.inner.unwrap()

    tls.unwrap = unwrap
    listening.transport.unregisterProducer()
    listening.transport.loseConnection()
    loop.until(lambda: listening.ours[0].lost)
    assert problems == []
    assert loop.receive(peer, 1) == b""


def test_nothing_lies_in_openssl(loop: TlsLoop, listening: Listening) -> None:
    """After each read the kernel has all the rest, so that a pause forgets nothing."""
    peer = listening.connect()
    pauses = 0

    class Pausing(Ours):
        def dataReceived(self, data: bytes) -> None:
            nonlocal pauses
            super().dataReceived(data)
            assert listening.transport.socket.pending() == 0
            listening.transport.pauseProducing()
            pauses += 1
            loop.reactor.callLater(0, listening.transport.resumeProducing)

    ours = listening.transport.protocol = Pausing()
    peer.sendall(NOISE[:200_000] + b"end")
    loop.until(lambda: len(ours.received) == 200_003)
    assert ours.received == NOISE[:200_000] + b"end"
    assert pauses >= 200_003 / RECORD_BYTES
