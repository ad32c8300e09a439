"""Conversations with the door as a table: whole, byte by byte, and in every two-way split."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from twisted.logger import globalLogPublisher

from net.net_station import (
    DATE,
    PASSING,
    RIGHT,
    WRONG,
    MemoryStation,
    Outcome,
    cuts,
    play,
    source_request,
)
from tinyice.core.settings import StationSettings

ACCEPTED = b"HTTP/1.0 200 OK\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"
TYPE = f"Content-Type: {PASSING}\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n"
AUDIO = b"twenty bytes of audio"
PAGE = b"\r\n\r\na page"
NO_EVENT: tuple[str, ...] = ()
ON_AIR = ("mount.source.connected",)


@dataclass(frozen=True)
class Conversation:
    """What comes in, and what becomes of it.

    ``answer``: pieces that occur in the answer, in this order; ``without``:
    what it must not have. ``audio``: what the mount /live recorded.
    """

    name: str
    request: bytes
    statuses: list[int]
    role: str
    answer: tuple[bytes, ...] = ()
    without: tuple[bytes, ...] = ()
    told: tuple[str, ...] = NO_EVENT
    audio: bytes = b""
    given: Callable[[], MemoryStation] = MemoryStation
    exactly: bytes | None = field(default=None)


def on_air(path: str = "/live") -> MemoryStation:
    """A station with a source that has sent 500 bytes."""
    station = MemoryStation()
    encoder = station.source(path)
    station.say(encoder, bytes(range(250)) * 2)
    station.recorded.clear()
    return station


def crowded(**limits: int) -> MemoryStation:
    """Two listeners on /two."""
    station = MemoryStation(settings=StationSettings(**limits))
    station.say(station.source("/two"), b"some audio")
    for _ in range(2):
        station.player("/two")
    station.recorded.clear()
    return station


def overloaded() -> MemoryStation:
    station = MemoryStation()
    station.passwords.overloaded = True
    return station


def source(
    name: str, line: bytes, head: bytes = TYPE + RIGHT, body: bytes = AUDIO, **more: object
) -> Conversation:
    """A source that is let in."""
    expected = {"statuses": [200], "role": "source", "exactly": ACCEPTED, "told": ON_AIR}
    request = line + b"\r\n" + head + b"\r\n" + body
    return Conversation(name, request, **{"audio": AUDIO, **expected, **more})


def refused(
    name: str, status: int, line: bytes, head: bytes = TYPE + RIGHT, **more: object
) -> Conversation:
    """A source that is not let in, and talks on."""
    request = line + b"\r\n" + head + b"\r\n" + AUDIO
    return Conversation(name, request, **{"statuses": [status], "role": "closed", **more})


SOURCES = [
    source("SOURCE HTTP/1.0", b"SOURCE /live HTTP/1.0"),
    source("SOURCE HTTP/1.1", b"SOURCE /live HTTP/1.1"),
    source("SOURCE ICE/1.0", b"SOURCE /live ICE/1.0"),
    source("source in lower case", b"source /live HTTP/1.0"),
    source("bare line feeds", b"SOURCE /live HTTP/1.0", (TYPE + RIGHT).replace(b"\r", b"")),
    source("PUT without Expect", b"PUT /live HTTP/1.1"),
    source(
        "PUT with Expect",
        b"PUT /live HTTP/1.1",
        TYPE + RIGHT + b"Expect: 100-continue\r\n",
        statuses=[100, 200],
        exactly=CONTINUE + ACCEPTED,
    ),
    source(
        "SOURCE with Expect", b"SOURCE /live HTTP/1.1", TYPE + RIGHT + b"Expect: 100-continue\r\n"
    ),
    source("SOURCE of libshout", b"SOURCE /live HTTP/1.0", RIGHT + b"Content-Length: 0\r\n"),
    source("no content type", b"SOURCE /live HTTP/1.0", RIGHT),
    source("escaped path", b"SOURCE /l%69ve HTTP/1.0"),
    source("absolute target", b"PUT http://radio.example:8000/live HTTP/1.1"),
    source(
        "chunked",
        b"PUT /live HTTP/1.1",
        TYPE + RIGHT + CHUNKED,
        b"6\r\ntwenty\r\nf;x=y\r\n bytes of audio\r\n",
    ),
    source(
        "chunked to its end",
        b"PUT /live HTTP/1.1",
        TYPE + RIGHT + CHUNKED,
        b"15\r\n" + AUDIO + b"\r\n0\r\n\r\nmore",
        role="closed",
        told=("mount.source.connected", "mount.source.disconnected"),
    ),
    source(
        "with a length",
        b"PUT /live HTTP/1.1",
        TYPE + RIGHT + b"Content-Length: 21\r\n",
        AUDIO + b"more",
        role="closed",
        told=("mount.source.connected", "mount.source.disconnected"),
    ),
    source(
        "metadata inside the stream",
        b"SOURCE /live HTTP/1.0",
        TYPE + RIGHT + b"icy-metaint: 7\r\n",
        b"twenty \1StreamTitle='A';bytes o\0f audio",
        told=("mount.source.connected", "mount.tags.changed"),
    ),
    refused(
        "no credentials",
        401,
        b"SOURCE /live HTTP/1.0",
        TYPE,
        answer=(
            b"HTTP/1.0 401 Authentication Required\r\n",
            b"Connection: Close\r\nDate: " + DATE + b"\r\n",
            b'WWW-Authenticate: Basic realm="Icecast2 Server"\r\n',
            b"\r\n\r\nYou need to authenticate\r\n",
        ),
    ),
    refused("no credentials: PUT", 401, b"PUT /live HTTP/1.1", TYPE + b"Expect: 100-continue\r\n"),
    refused(
        "malformed credentials",
        401,
        b"SOURCE /live HTTP/1.0",
        TYPE + b"Authorization: Basic !!!\r\n",
    ),
    refused(
        "another scheme",
        401,
        b"SOURCE /live HTTP/1.0",
        TYPE + b"Authorization: Digest username=source\r\n",
    ),
    refused("wrong password", 401, b"SOURCE /live HTTP/1.0", TYPE + WRONG, told=("auth.failed",)),
    refused(
        "wrong password on a busy mount",
        401,
        b"SOURCE /live HTTP/1.0",
        TYPE + WRONG,
        told=("auth.failed",),
        given=on_air,
    ),
    refused("no credentials on a busy mount", 401, b"SOURCE /live HTTP/1.0", TYPE, given=on_air),
    refused(
        "busy mount",
        403,
        b"SOURCE /live HTTP/1.0",
        answer=(b"HTTP/1.0 403 Forbidden\r\n", b"Content-Length: 17\r\n\r\nMountpoint in use"),
        told=("mount.source.refused",),
        given=on_air,
    ),
    refused(
        "too many sources",
        403,
        b"SOURCE /live HTTP/1.0",
        answer=(b"too many sources connected",),
        told=("mount.source.refused",),
        given=lambda: crowded(sources_max=1),
    ),
    refused(
        "disabled mount",
        403,
        b"SOURCE /off HTTP/1.0",
        answer=(b"mountpoint unavailable",),
        told=("mount.source.refused",),
    ),
    refused("reserved path", 403, b"SOURCE /admin/x HTTP/1.0", told=("mount.source.refused",)),
    refused("no path", 403, b"SOURCE * HTTP/1.0", told=("mount.source.refused",)),
    refused(
        "PUT without content type",
        403,
        b"PUT /live HTTP/1.1",
        RIGHT,
        answer=(b"No Content-type given",),
        told=("request.refused",),
    ),
    refused(
        "unknown coding",
        501,
        b"PUT /live HTTP/1.1",
        TYPE + RIGHT + b"Transfer-Encoding: gzip\r\n",
        told=("request.refused",),
    ),
    refused(
        "malformed length",
        400,
        b"PUT /live HTTP/1.1",
        TYPE + RIGHT + b"Content-Length: -1\r\n",
        told=("request.refused",),
    ),
    refused(
        "too many passwords wait",
        503,
        b"SOURCE /live HTTP/1.0",
        answer=(b"HTTP/1.0 503 Service Unavailable\r\n", b"Retry-After: 3\r\n"),
        given=overloaded,
    ),
]

STREAM_HEAD = b"HTTP/1.0 200 OK\r\nServer: Icecast 2.4.4 (tinyice)\r\nConnection: Close\r\n"


def listener(name: str, request: bytes, **more: object) -> Conversation:
    """A player that is let in."""
    return Conversation(
        name,
        request,
        **{
            "statuses": [200],
            "role": "listener",
            "answer": (STREAM_HEAD, b"icy-name:\r\n\r\n" + bytes(range(250))),
            "without": (b"\r\nicy-metaint", b"Content-Range", b"Content-Length", b"Accept-Ranges"),
            "told": ("listener.joined",),
            "given": on_air,
            **more,
        },
    )


LISTENERS = [
    listener("HTTP/1.0", b"GET /live HTTP/1.0\r\n\r\n"),
    listener("HTTP/1.1", b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n"),
    listener("with a query", b"GET /live?x=y&&%zz HTTP/1.0\r\n\r\n"),
    listener("range", b"GET /live HTTP/1.1\r\nRange: bytes=0-\r\n\r\n"),
    listener("range of one byte", b"GET /live HTTP/1.1\r\nRange: bytes=0-1\r\n\r\n"),
    listener("talks on", b"GET /live HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n"),
    listener("Icy-MetaData: 0", b"GET /live HTTP/1.0\r\nIcy-MetaData: 0\r\n\r\n"),
    listener("Icy-MetaData: no", b"GET /live HTTP/1.0\r\nIcy-MetaData: no\r\n\r\n"),
    listener(
        "Icy-MetaData: 1",
        b"GET /live HTTP/1.0\r\nicy-metadata: 1\r\n\r\n",
        answer=(STREAM_HEAD, b"\r\nicy-metaint:16000\r\n\r\n"),
        without=(),
    ),
    Conversation(
        "HEAD",
        b"HEAD /live HTTP/1.1\r\nHost: x\r\n\r\n",
        [200],
        "closed",
        (STREAM_HEAD, b"icy-name:\r\n"),
        given=on_air,
    ),
    Conversation(
        "idle mount",
        b"GET /idle HTTP/1.1\r\n\r\n",
        [404],
        "closed",
        (b"HTTP/1.0 404 File Not Found\r\n", b"Mount unavailable"),
    ),
    Conversation(
        "HEAD on an idle mount",
        b"HEAD /idle HTTP/1.1\r\n\r\n",
        [404],
        "closed",
        without=(b"Mount unavailable",),
    ),
    Conversation("disabled", b"GET /off HTTP/1.0\r\n\r\n", [403], "closed"),
    Conversation("unknown", b"GET /none HTTP/1.0\r\n\r\n", [404], "closed"),
    Conversation(
        "full mount",
        b"GET /two HTTP/1.0\r\n\r\n",
        [403],
        "closed",
        (b"\r\n\r\nmax listeners reached",),
        given=crowded,
    ),
    Conversation(
        "full server",
        b"GET /two HTTP/1.0\r\n\r\n",
        [403],
        "closed",
        (b"\r\n\r\nIcecast connection limit reached",),
        given=lambda: crowded(listeners_max=1),
    ),
]

OPTIONS = b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"

WEB = [
    Conversation("page", GET, [200], "door", (PAGE,)),
    Conversation("page for HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n", [200], "closed", (PAGE,)),
    Conversation(
        "HTTP/1.0 with keep-alive",
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        [200],
        "closed",
        (PAGE,),
    ),
    Conversation(
        "page and close", GET[:-2] + b"Connection: close\r\n\r\n", [200], "closed", (PAGE,)
    ),
    Conversation("HEAD of a page", b"HEAD / HTTP/1.1\r\n\r\n", [200], "door", without=(b"a page",)),
    Conversation("absolute target", GET.replace(b"/", b"http://x/", 1), [200], "door", (PAGE,)),
    Conversation("absolute, no path", GET.replace(b"/", b"http://x", 1), [200], "door", (PAGE,)),
    Conversation("no such page", b"GET /none HTTP/1.1\r\n\r\n", [404], "door"),
    Conversation("probe of libshout", b"GET /admin/!POKE HTTP/1.1\r\n\r\n", [400], "door"),
    Conversation("blank lines before", b"\r\n\n" + GET, [200], "door", (PAGE,)),
    Conversation("two pages", GET + GET, [200, 200], "door", (PAGE, PAGE)),
    Conversation("blank line between", GET + b"\r\n" + GET, [200, 200], "door", (PAGE, PAGE)),
    Conversation(
        "page, then audio",
        GET + b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n",
        [200, 200],
        "listener",
        (PAGE, STREAM_HEAD, bytes(range(250))),
        told=("listener.joined",),
        given=on_air,
    ),
    Conversation(
        "page, then a source",
        GET + source_request() + AUDIO,
        [200, 200],
        "source",
        (PAGE, ACCEPTED),
        told=ON_AIR,
        audio=AUDIO,
    ),
    Conversation(
        "page, then HEAD refused",
        b"HEAD / HTTP/1.1\r\n\r\n" + b"rubbish\r\n\r\n",
        [200, 400],
        "closed",
        (b"400 - The request line is malformed.",),
        told=("request.refused",),
    ),
    Conversation(
        "form", POST + b"Content-Length: 6\r\n\r\na=b&c=", [200], "door", (b"got a=b&c=",)
    ),
    Conversation(
        "chunked form",
        POST + CHUNKED + b"\r\n2\r\na=\r\n1\r\nb\r\n0\r\n\r\n" + GET,
        [200, 200],
        "door",
        (b"got a=b", PAGE),
    ),
    Conversation("form without length", POST + b"\r\n" + GET, [200, 200], "door", (b"got ", PAGE)),
    Conversation(
        "form of length 0", POST + b"Content-Length: 0\r\n\r\n", [200], "door", (b"got ",)
    ),
    Conversation(
        "GET with a body",
        GET[:-2] + b"Content-Length: 18\r\n\r\nGET /x HTTP/1.1\r\n\r",
        [200],
        "door",
        (PAGE,),
    ),
    Conversation(
        "form too large",
        POST + b"Content-Length: 1001\r\n\r\n" + bytes(1001),
        [413],
        "closed",
        told=("request.refused",),
    ),
    Conversation(
        "chunked form too large",
        POST + CHUNKED + b"\r\n3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n",
        [413],
        "closed",
        told=("request.refused",),
    ),
    Conversation(
        "form with Expect",
        POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\na=b",
        [100, 200],
        "door",
        (CONTINUE, b"got a=b"),
    ),
    Conversation(
        "Expect of HTTP/1.0",
        b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na=b",
        [200],
        "closed",
        (b"got a=b",),
    ),
    Conversation(
        "two lengths",
        POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b",
        [400],
        "closed",
        told=("request.refused",),
    ),
    Conversation(
        "length and chunks",
        POST + b"Content-Length: 3\r\n" + CHUNKED + b"\r\n3\r\na=b\r\n0\r\n\r\n",
        [400],
        "closed",
        told=("request.refused",),
    ),
    Conversation("other methods", b"DELETE /none HTTP/1.1\r\n\r\n", [404], "door"),
    Conversation(
        "OPTIONS",
        OPTIONS,
        [204],
        "door",
        (
            b"HTTP/1.1 204 No Content\r\n",
            b"Connection: keep-alive\r\n",
            b"Allow: GET, HEAD, OPTIONS, POST, SOURCE\r\n",
            b"Access-Control-Allow-Origin: *\r\n",
            b"Content-Length: 0\r\n",
        ),
        without=(b"PUT",),
    ),
    Conversation("OPTIONS of a mount", b"OPTIONS /live HTTP/1.1\r\n\r\n", [204], "door"),
    Conversation("OPTIONS of HTTP/1.0", b"OPTIONS * HTTP/1.0\r\n\r\n", [204], "closed"),
    Conversation("OPTIONS and close", OPTIONS[:-2] + b"Connection: close\r\n\r\n", [204], "closed"),
    Conversation(
        "OPTIONS with a body",
        OPTIONS[:-2] + b"Content-Length: 18\r\n\r\nGET /x HTTP/1.1\r\n\r" + GET,
        [204, 200],
        "door",
        (PAGE,),
    ),
    Conversation(
        "libshout: OPTIONS, SOURCE without login, SOURCE",
        OPTIONS + source_request() + AUDIO,
        [204, 200],
        "source",
        (b"204 No Content", ACCEPTED),
        told=ON_AIR,
        audio=AUDIO,
    ),
]


def malformed(name: str, request: bytes, status: int) -> Conversation:
    """What is no request."""
    return Conversation(name, request, [status], "closed", told=("request.refused",))


MALFORMED = [
    malformed("no protocol", b"GET /\r\n\r\n", 400),
    malformed("unknown protocol", b"GET / HTTP/2.0\r\n\r\n", 400),
    malformed("a word", b"hackme\r\n", 400),
    malformed("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    malformed("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400),
    malformed("unknown method", b"BREW / HTTP/1.1\r\n\r\n", 501),
    malformed("proxy request", b"CONNECT x:443 HTTP/1.1\r\n\r\n", 400),
    malformed("trace", b"TRACE / HTTP/1.1\r\n\r\n", 501),
    malformed("bad escape", b"GET /%zz HTTP/1.1\r\n\r\n", 400),
    malformed("NUL escape", b"GET /%00 HTTP/1.1\r\n\r\n", 400),
    malformed("NUL", b"GET /\0 HTTP/1.1\r\n\r\n", 400),
    malformed("upwards", b"GET /a/../b HTTP/1.1\r\n\r\n", 400),
    malformed("upwards, escaped", b"GET /a/%2e%2e/b HTTP/1.1\r\n\r\n", 400),
    malformed("no slash", b"GET live HTTP/1.1\r\n\r\n", 400),
    malformed("SOURCE without slash", b"SOURCE live HTTP/1.0\r\n" + RIGHT + b"\r\n", 400),
    malformed("header without colon", b"GET / HTTP/1.1\r\nrubbish\r\n\r\n", 400),
    malformed("folded header", b"GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n", 400),
    malformed("NUL in a header", b"GET / HTTP/1.1\r\na: b\0c\r\n\r\n", 400),
    malformed("return in a header", b"GET / HTTP/1.1\r\na: b\rx: y\r\n\r\n", 400),
    malformed("long line", b"GET /" + b"a" * 1100 + b" HTTP/1.1\r\n\r\n", 414),
    malformed("long head", b"GET / HTTP/1.1\r\na: " + b"b" * 1100 + b"\r\n\r\n", 431),
    malformed("many headers", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 21 + b"\r\n", 431),
    malformed("blank lines", b"\r\n" * 40, 400),
    malformed("unknown coding", POST + b"Transfer-Encoding: br\r\n\r\n", 501),
    malformed("malformed length", POST + b"Content-Length: 1x\r\n\r\n", 400),
    malformed("malformed chunk", POST + CHUNKED + b"\r\nxyz\r\n", 400),
]

TABLE = [*SOURCES, *LISTENERS, *WEB, *MALFORMED]


@pytest.mark.parametrize("talk", TABLE, ids=lambda talk: talk.name)
def test_conversation(talk: Conversation) -> None:
    """The request has the answer and the outcome of the table, however it is cut."""
    failures: list[object] = []

    def note(event: dict[str, object]) -> None:
        if "log_failure" in event:
            failures.append(event["log_failure"])

    globalLogPublisher.addObserver(note)
    try:
        whole, *others = cuts(talk.request)
        expected = play(talk.given(), whole)
        check(talk, expected)
        for pieces in others:
            assert play(talk.given(), pieces) == expected, pieces
    finally:
        globalLogPublisher.removeObserver(note)
    assert failures == []


def check(talk: Conversation, found: Outcome) -> None:
    """``found`` is what the table says."""
    assert found.statuses == talk.statuses, found.answer
    assert found.role == talk.role
    assert tuple(found.told) == talk.told
    assert found.recorded.get("/live", b"") == talk.audio
    at = 0
    for piece in talk.answer:
        at = found.answer.find(piece, at)
        assert at >= 0, (piece, found.answer)
        at += len(piece)
    for piece in talk.without:
        assert piece not in found.answer
    if talk.exactly is not None:
        assert found.answer == talk.exactly
