"""The requests of real encoders and players, in every two-way split."""

from base64 import b64encode
from dataclasses import dataclass

import pytest

from tinyice.wire.basic import Credentials, parse_basic
from tinyice.wire.body import ChunkedBody, RawBody, SizedBody, body_of
from tinyice.wire.head import HeadParser, RequestHead
from tinyice.wire.target import parse_target

AUTH = b"Authorization: Basic " + b64encode(b"source:hackme") + b"\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    """One client's request and what must be understood of it."""

    name: str
    raw: bytes
    method: str
    protocol: str
    path: str
    headers: tuple[tuple[str, bytes | None], ...] = ()
    query: tuple[tuple[str, bytes], ...] = ()
    body: type[RawBody] | type[SizedBody] | type[ChunkedBody] | None = None
    login: Credentials | None = None


SOURCE = Credentials("source", b"hackme")

REQUESTS = [
    Request(
        "ffmpeg icecast://",
        b"PUT /live HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\nAccept: */*\r\n"
        b"Expect: 100-continue\r\nConnection: close\r\nHost: 127.0.0.1:8000\r\n"
        b"Content-Type: audio/mpeg\r\nIcy-MetaData: 1\r\nIce-Name: N\r\nIce-Public: 1\r\n"
        + AUTH
        + b"\r\n",
        "PUT",
        "HTTP/1.1",
        "/live",
        (("ice-name", b"N"), ("expect", b"100-continue"), ("content-type", b"audio/mpeg")),
        body=RawBody,
        login=SOURCE,
    ),
    Request(
        "ffmpeg -legacy_icecast",
        b"SOURCE /live HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\nAccept: */*\r\n"
        b"Connection: close\r\nHost: 127.0.0.1:8000\r\nContent-Type: audio/mpeg\r\n"
        b"Icy-MetaData: 1\r\n" + AUTH + b"\r\n",
        "SOURCE",
        "HTTP/1.1",
        "/live",
        (("expect", None),),
        body=RawBody,
        login=SOURCE,
    ),
    Request(
        "ffmpeg http:// PUT",
        b"PUT /h HTTP/1.1\r\nTransfer-Encoding: chunked\r\nUser-Agent: Lavf/59.27.100\r\n"
        b"Accept: */*\r\nConnection: close\r\nHost: 127.0.0.1:8000\r\nIcy-MetaData: 1\r\n"
        + AUTH
        + b"\r\n",
        "PUT",
        "HTTP/1.1",
        "/h",
        (("content-type", None),),
        body=ChunkedBody,
        login=SOURCE,
    ),
    Request(
        "ffmpeg as player",
        b"GET /live HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\nAccept: */*\r\nRange: bytes=0-\r\n"
        b"Connection: close\r\nHost: 127.0.0.1:8000\r\nIcy-MetaData: 1\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/live",
        (("range", b"bytes=0-"), ("icy-metadata", b"1")),
    ),
    Request(
        "libshout OPTIONS",
        b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: GStreamer 1.22.0\r\n"
        b"Connection: Upgrade\r\nUpgrade: TLS/1.0, HTTP/1.1\r\n\r\n",
        "OPTIONS",
        "HTTP/1.1",
        "*",
        (("upgrade", b"TLS/1.0, HTTP/1.1"),),
    ),
    Request(
        "libshout !POKE",
        b"GET /admin/!POKE HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nConnection: Keep-Alive\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/admin/!POKE",
    ),
    Request(
        "libshout SOURCE without login",
        b"SOURCE /g HTTP/1.0\r\nHost: 127.0.0.1:8000\r\nUser-Agent: GStreamer 1.22.0\r\n"
        b"Content-Type: audio/mpeg\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n"
        b"ice-public: 0\r\nice-name: \r\nice-description: \r\nice-genre: \r\n"
        b"Prefer: return=minimal\r\n\r\n",
        "SOURCE",
        "HTTP/1.0",
        "/g",
        (("ice-name", b""), ("connection", b"Keep-Alive"), ("authorization", None)),
        body=RawBody,
    ),
    Request(
        "libshout SOURCE",
        b"SOURCE /g HTTP/1.0\r\n" + AUTH + b"Host: 127.0.0.1:8000\r\n"
        b"User-Agent: GStreamer 1.22.0\r\nContent-Type: audio/mpeg\r\nice-public: 0\r\n"
        b"ice-name: \r\nice-description: \r\nice-genre: \r\nPrefer: return=minimal\r\n\r\n",
        "SOURCE",
        "HTTP/1.0",
        "/g",
        (("ice-public", b"0"),),
        body=RawBody,
        login=SOURCE,
    ),
    Request(
        "libshout metadata",
        b"GET /admin/metadata?mode=updinfo&mount=%2fez%2emp3&charset=UTF%2d8"
        b"&song=%d0%9f%d0%b5%d1%81%d0%bd%d1%8f HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
        + AUTH
        + b"\r\n",
        "GET",
        "HTTP/1.1",
        "/admin/metadata",
        query=(
            ("mode", b"updinfo"),
            ("mount", b"/ez.mp3"),
            ("charset", b"UTF-8"),
            ("song", "Песня".encode()),
        ),
        login=SOURCE,
    ),
    Request(
        "mpg123",
        b"GET /live HTTP/1.0\r\nUser-Agent: mpg123/1.31.2\r\nHost: 127.0.0.1:8000\r\n"
        b"Accept: audio/mpeg, audio/x-mpeg, audio/mp3, audio/x-mp3, audio/mpeg3, audio/x-mpegurl,"
        b" audio/x-scpls, application/pls, */*\r\nIcy-MetaData: 1\r\n\r\n",
        "GET",
        "HTTP/1.0",
        "/live",
        (("icy-metadata", b"1"),),
    ),
    Request(
        "curl -T file",
        b"PUT /c HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n" + AUTH + b"User-Agent: curl/7.88.1\r\n"
        b"Accept: */*\r\nContent-Length: 16000\r\nExpect: 100-continue\r\n\r\n",
        "PUT",
        "HTTP/1.1",
        "/c",
        body=SizedBody,
        login=SOURCE,
    ),
    Request(
        "curl -T -",
        b"PUT /c HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n" + AUTH + b"User-Agent: curl/7.88.1\r\n"
        b"Accept: */*\r\nTransfer-Encoding: chunked\r\nContent-Type: audio/mpeg\r\n"
        b"Expect: 100-continue\r\n\r\n",
        "PUT",
        "HTTP/1.1",
        "/c",
        body=ChunkedBody,
        login=SOURCE,
    ),
    Request(
        "darkice, bare LF and no Host",
        b"SOURCE /dark HTTP/1.0\nContent-type: audio/mpeg\n"
        + AUTH.replace(b"\r\n", b"\n")
        + b"User-Agent: DarkIce/1.3 (http://code.google.com/p/darkice/)\nice-bitrate: 128\n"
        b"ice-public: 0\nice-name: Dark\r\n\r\n",
        "SOURCE",
        "HTTP/1.0",
        "/dark",
        (("host", None), ("ice-bitrate", b"128"), ("ice-name", b"Dark")),
        body=RawBody,
        login=SOURCE,
    ),
    Request(
        "liquidsoap SOURCE",
        b"SOURCE /liq HTTP/1.0\r\n" + AUTH + b"User-Agent: Liquidsoap/2.1.3\r\n"
        b"Content-Type: audio/mpeg\r\nice-name: liq\r\nice-public: 1\r\n"
        b"ice-audio-info: channels=2;samplerate=44100;bitrate=128\r\n\r\n",
        "SOURCE",
        "HTTP/1.0",
        "/liq",
        (("ice-audio-info", b"channels=2;samplerate=44100;bitrate=128"),),
        body=RawBody,
        login=SOURCE,
    ),
    Request(
        "liquidsoap PUT, chunked and empty Host",
        b"PUT /liq HTTP/1.1\r\nHost:\r\n" + AUTH + b"User-Agent: Liquidsoap/2.1.3\r\n"
        b"Content-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
        "PUT",
        "HTTP/1.1",
        "/liq",
        (("host", b""), ("expect", b"100-continue")),
        body=ChunkedBody,
        login=SOURCE,
    ),
    Request(
        "ices2",
        b"SOURCE /ices.ogg HTTP/1.0\r\n" + AUTH + b"User-Agent: libshout/2.4.6\r\n"
        b"Content-Type: application/ogg\r\n"
        b"ice-audio-info: samplerate=0;channels=0;quality=3%2e00\r\n\r\n",
        "SOURCE",
        "HTTP/1.0",
        "/ices.ogg",
        (("content-type", b"application/ogg"),),
        body=RawBody,
        login=SOURCE,
    ),
    Request(
        "butt",
        b"PUT /butt HTTP/1.1\r\n" + AUTH + b"User-Agent: butt 0.1.37\r\nHost: 127.0.0.1:8000\r\n"
        b"Content-Type: audio/mpeg\r\nice-public: 0\r\n"
        b"ice-audio-info: ice-bitrate=128;ice-channels=2;ice-samplerate=44100\r\n"
        b"Expect: 100-continue\r\n\r\n",
        "PUT",
        "HTTP/1.1",
        "/butt",
        body=RawBody,
        login=SOURCE,
    ),
    Request(
        "butt metadata, raw UTF-8 in the target",
        b"GET /admin/metadata?mode=updinfo&mount=/butt&song="
        + "Tité%20Песня%20100%".encode()
        + b" HTTP/1.0\r\n"
        + AUTH
        + b"User-Agent: butt 0.1.37\r\n\r\n",
        "GET",
        "HTTP/1.0",
        "/admin/metadata",
        query=(("mount", b"/butt"), ("song", "Tité Песня 100%".encode())),
        login=SOURCE,
    ),
    Request(
        "butt statistics",
        b"GET /status-json.xsl HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: Mozilla\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/status-json.xsl",
    ),
    Request(
        "a title with raw blanks",
        b"GET /admin/metadata?mode=updinfo&song=A B  C HTTP/1.0\r\n\r\n",
        "GET",
        "HTTP/1.0",
        "/admin/metadata",
        query=(("song", b"A B  C"),),
    ),
    Request(
        "VLC, first connection",
        b"GET /live HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAccept: */*\r\nAccept-Language: en_US\r\n"
        b"User-Agent: VLC/3.0.24 LibVLC/3.0.24\r\nRange: bytes=0-\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/live",
        (("icy-metadata", None), ("range", b"bytes=0-")),
    ),
    Request(
        "VLC, second connection",
        b"GET /live HTTP/1.0\r\nHost: 127.0.0.1:8000\r\n"
        b"User-Agent: VLC/3.0.24 LibVLC/3.0.24\r\nIcy-MetaData: 1\r\n\r\n",
        "GET",
        "HTTP/1.0",
        "/live",
        (("icy-metadata", b"1"),),
    ),
    Request(
        "streamripper",
        b"GET /live HTTP/1.1\r\nAccept: */*\r\nCache-Control: no-cache\r\n"
        b"User-Agent: Streamripper/1.x\r\nIcy-Metadata: 1\r\nConnection: close\r\n"
        b"Host: 127.0.0.1:8000\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/live",
        (("icy-metadata", b"1"),),
    ),
    Request(
        "GStreamer souphttpsrc",
        b"GET /live HTTP/1.1\r\nUser-Agent: GStreamer souphttpsrc 1.22.0 libsoup/3.2.3\r\n"
        b"Accept-Encoding: identity\r\nConnection: Keep-Alive\r\nHost: 127.0.0.1:8000\r\n"
        b"icy-metadata: 1\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/live",
        (("Icy-MetaData", b"1"),),
    ),
    Request(
        "mpv",
        b"GET /live HTTP/1.1\r\nUser-Agent: libmpv\r\nAccept: */*\r\nRange: bytes=0-\r\n"
        b"Connection: close\r\nHost: 127.0.0.1:8000\r\nIcy-MetaData: 1\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/live",
    ),
    Request(
        "Chromium audio element",
        b"GET /live HTTP/1.1\r\nHost: localhost:8000\r\nConnection: keep-alive\r\n"
        b'sec-ch-ua: "Chromium";v="156", "Not A Brand";v="99"\r\n'
        b"Accept-Encoding: identity;q=1, *;q=0\r\n"
        b"Accept: */*\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\n"
        b"Sec-Fetch-Dest: audio\r\nReferer: http://localhost:8000/\r\n"
        b"Accept-Language: en-US,en;q=0.9\r\nRange: bytes=0-\r\n\r\n",
        "GET",
        "HTTP/1.1",
        "/live",
        (("sec-fetch-dest", b"audio"), ("range", b"bytes=0-")),
    ),
    Request(
        "Chromium preflight",
        b"OPTIONS /live HTTP/1.1\r\nHost: localhost:8000\r\nConnection: keep-alive\r\n"
        b"Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: icy-metadata\r\n"
        b"Origin: http://other.example\r\n\r\n",
        "OPTIONS",
        "HTTP/1.1",
        "/live",
        (("origin", b"http://other.example"),),
    ),
    Request(
        "ICE/1.0, lower case and CR CR LF",
        b"source /ice ICE/1.0\r\nice-name: x\r\r\n\r\r\n",
        "SOURCE",
        "ICE/1.0",
        "/ice",
        (("ice-name", b"x"),),
        body=RawBody,
    ),
]

AUDIO = b"\xff\xfb\x90\x00\r\n\r\nID3"


def read(pieces: list[bytes]) -> tuple[RequestHead, bytes]:
    """The head, and every byte that came after it."""
    parser = HeadParser(8192, 64)
    for index, piece in enumerate(pieces):
        head = parser.receive(piece)
        if head:
            return head, parser.leftover + b"".join(pieces[index + 1 :])
    pytest.fail("the head is not complete")


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.name)
class TestRealRequests:
    """Every client that was seen is understood, however its bytes are cut."""

    def test_head(self, request_: Request) -> None:
        """Request line, headers, target and login mean what the client meant."""
        head, leftover = read([request_.raw])
        target = parse_target(head.target)
        assert (head.method, head.protocol, target.path, leftover) == (
            request_.method,
            request_.protocol,
            request_.path,
            b"",
        )
        assert [(name, head.headers.get(name)) for name, _ in request_.headers] == list(
            request_.headers
        )
        assert [(key, target.query.get(key)) for key, _ in request_.query] == list(request_.query)
        assert parse_basic(head.headers.get("authorization") or b"") == request_.login
        assert head.raw == request_.raw

    def test_body(self, request_: Request) -> None:
        """A source's stream is framed as this client frames it."""
        if request_.body:
            assert type(body_of(read([request_.raw])[0])) is request_.body

    def test_every_split(self, request_: Request) -> None:
        """Audio that comes with the head is kept, wherever the segments are cut."""
        whole = request_.raw + AUDIO
        expected = read([whole])
        assert expected[1] == AUDIO
        for cut in range(1, len(whole)):
            assert read([whole[:cut], whole[cut:]]) == expected

    def test_byte_by_byte(self, request_: Request) -> None:
        """The slowest client is understood too."""
        whole = request_.raw + AUDIO
        assert read([bytes([byte]) for byte in whole]) == read([whole])
