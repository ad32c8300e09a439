"""Replies: the bytes that deployed encoders and players were tested against."""

import pytest

from tinyice.wire import replies
from tinyice.wire.head import parse_field
from tinyice.wire.station import StationFields

DATE = "Fri, 20 Nov 2026 06:33:15 GMT"

COMMON = (
    b"Cache-Control: no-cache, no-store\r\nExpires: Mon, 26 Jul 1997 05:00:00 GMT\r\n"
    b"Pragma: no-cache\r\nAccess-Control-Allow-Origin: *\r\n"
)


def start(status_line: bytes, content_type: bytes) -> bytes:
    """The first lines of every reply."""
    return (
        status_line
        + b"\r\nServer: Icecast 2.4.4 (tinyice)\r\nConnection: Close\r\nDate: "
        + DATE.encode()
        + b"\r\nContent-Type: "
        + content_type
        + b"\r\n"
    )


def fields(reply: bytes) -> dict[bytes, bytes]:
    """The header fields of a reply."""
    head = reply.partition(b"\r\n\r\n")[0]
    return dict(parse_field(line) for line in head.split(b"\r\n")[1:])


class TestErrors:
    """Error replies."""

    def test_not_found(self) -> None:
        """404 is a page, as Icecast 2.4.4 writes it, with its length."""
        text = "The file you requested could not be found"
        body = (
            b"<html><head><title>Error 404</title></head>"
            b"<body><b>404 - The file you requested could not be found</b></body></html>\r\n"
        )
        assert replies.error(404, text, date=DATE) == (
            start(b"HTTP/1.0 404 File Not Found", b"text/html; charset=utf-8")
            + COMMON
            + b"Content-Length: %d\r\n\r\n" % len(body)
            + body
        )

    def test_challenge(self) -> None:
        """401 is plain text, with the realm between type and cache lines."""
        assert replies.error(401, "You need to authenticate", date=DATE, challenge=True) == (
            start(b"HTTP/1.0 401 Authentication Required", b"text/plain; charset=utf-8")
            + b'WWW-Authenticate: Basic realm="Icecast2 Server"\r\n'
            + COMMON
            + b"Content-Length: 26\r\n\r\nYou need to authenticate\r\n"
        )

    def test_forbidden(self) -> None:
        """403 is the bare reason."""
        assert replies.error(403, "Mountpoint in use", date=DATE) == (
            start(b"HTTP/1.0 403 Forbidden", b"text/plain; charset=utf-8")
            + COMMON
            + b"Content-Length: 17\r\n\r\nMountpoint in use"
        )

    @pytest.mark.parametrize(
        "status", [400, 401, 403, 404, 405, 408, 411, 413, 414, 416, 417, 431, 500, 501, 503]
    )
    def test_every_status(self, status: int) -> None:
        """Each error says HTTP/1.0 and its length, so that a kept connection stays in step."""
        reply = replies.error(status, "é", date=DATE)
        head, _, body = reply.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 %d " % status)
        assert fields(reply)[b"Content-Length"] == b"%d" % len(body)
        assert replies.error(status, "é", date=DATE, head_only=True) == head + b"\r\n\r\n"

    def test_reason_phrases(self) -> None:
        """The phrases that scripts match are those of Icecast."""
        for status, phrase in (
            (401, b"Authentication Required"),
            (404, b"File Not Found"),
            (416, b"Request Range Not Satisfiable"),
        ):
            line = replies.error(status, "", date=DATE).partition(b"\r\n")[0]
            assert line == b"HTTP/1.0 %d %b" % (status, phrase)

    def test_extras(self) -> None:
        """Retry-After and Allow are there when they are given."""
        found = fields(replies.error(503, "busy", date=DATE, retry_after=3, allow="GET"))
        assert (found[b"Retry-After"], found[b"Allow"]) == (b"3", b"GET")
        assert b"Retry-After" not in fields(replies.error(503, "busy", date=DATE))

    def test_page_is_escaped(self) -> None:
        """Text in a page can't be markup."""
        assert b"<script>" not in replies.error(400, "<script>", date=DATE)


class TestStreamHead:
    """What a listener gets before the stream."""

    FULL = StationFields(
        "Радио", "D", "g g", "http://u", public=True, bitrate="128", audio_info="bitrate=128"
    )

    def head(
        self,
        station: StationFields,
        *,
        metaint: int | None = None,
        low_latency: bool = False,
        content_type: str = "audio/mpeg",
    ) -> bytes:
        """A stream head for ``station``."""
        return replies.stream_head(
            content_type, date=DATE, station=station, metaint=metaint, low_latency=low_latency
        )

    def test_full(self) -> None:
        """Lower-case names without blank, in alphabetical order, icy-metaint last."""
        reply = self.head(self.FULL, metaint=16000)
        assert reply.startswith(start(b"HTTP/1.0 200 OK", b"audio/mpeg") + COMMON)
        assert reply.endswith(
            b"\r\nice-audio-info: bitrate=128\r\nicy-br:128\r\nicy-description:D\r\nicy-genre:g g"
            b"\r\nicy-name:" + "Радио".encode() + b"\r\nicy-pub:1\r\nicy-url:http://u"
            b"\r\nicy-metaint:16000\r\n\r\n"
        )
        assert reply.count(b"icy-br:") == 1

    def test_bare(self) -> None:
        """icy-name is there even when nothing is known: VLC asks for titles only then."""
        reply = self.head(StationFields())
        assert reply.endswith(b"ice-audio-info\r\nicy-name:\r\n\r\n")
        assert b"\r\nicy-pub" not in reply

    def test_private(self) -> None:
        """A station that says it is not public says so to listeners."""
        assert b"\r\nicy-pub:0\r\n" in self.head(StationFields(public=False))

    def test_no_length_and_no_range(self) -> None:
        """A stream has no length, and a Range is answered by all of it, as 200."""
        assert not {b"Content-Length", b"Accept-Ranges"} & set(fields(self.head(self.FULL)))

    def test_cors(self) -> None:
        """A page of another origin may read titles."""
        found = fields(self.head(StationFields()))
        assert found[b"Access-Control-Allow-Origin"] == b"*"
        assert b"icy-metaint" in found[b"Access-Control-Expose-Headers"]

    def test_low_latency(self) -> None:
        """A proxy is told not to buffer in low-latency mode only."""
        assert b"X-Accel-Buffering: no\r\n" in self.head(self.FULL, low_latency=True)
        assert b"X-Accel" not in self.head(self.FULL)

    def test_version(self) -> None:
        """The version is that of Icecast unless another is asked for."""
        reply = replies.stream_head(
            "audio/mpeg",
            date=DATE,
            station=self.FULL,
            metaint=None,
            low_latency=False,
            protocol_version="1.1",
        )
        assert reply.startswith(b"HTTP/1.1 200 OK\r\n")

    @pytest.mark.parametrize("bad", ["a\r\nSet-Cookie: b", "a\nb", "a\0b", "a\r\n\r\nb"])
    def test_no_injection(self, bad: str) -> None:
        """An encoder can't write header lines of its own."""
        good = self.head(StationFields("x", "x", "x", "x", bitrate="x", audio_info="x"))
        station = StationFields(bad, bad, bad, bad, bitrate=bad, audio_info=bad)
        reply = self.head(station, content_type=bad)
        assert reply.count(b"\n") == reply.count(b"\r") == good.count(b"\n")
        assert b"\0" not in reply


def test_source_accepted() -> None:
    """The status line that darkice compares, and nothing else."""
    assert replies.source_accepted() == b"HTTP/1.0 200 OK\r\n\r\n"


def test_continue() -> None:
    """100 Continue as encoders know it."""
    assert replies.CONTINUE == b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"


def test_options() -> None:
    """OPTIONS is answered with 2xx, keeps the connection, and allows what browsers ask for."""
    reply = replies.options("GET, HEAD, SOURCE, OPTIONS")
    found = fields(reply)
    assert reply.startswith(b"HTTP/1.1 204 ")
    assert reply.endswith(b"\r\n\r\n")
    assert found[b"Allow"] == b"GET, HEAD, SOURCE, OPTIONS"
    assert (found[b"Connection"], found[b"Content-Length"]) == (b"keep-alive", b"0")
    assert found[b"Access-Control-Allow-Origin"] == b"*"
    assert b"Icy-MetaData" in found[b"Access-Control-Allow-Headers"]


def test_server_name() -> None:
    """The words that streamripper looks for."""
    assert "Icecast 2" in replies.SERVER
