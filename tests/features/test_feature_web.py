"""Playlists, methods, connections that ask twice, and the status in its forms."""

import re
from contextlib import closing
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from features.conftest import Serve
from features.sounding import BYTES_A_SECOND, WAIT_S, Encoder, arrived
from features.talk import (
    ADMIN_LOGIN,
    HEAD_END,
    SOURCE_LOGIN,
    ask,
    connect,
    json_of,
    listening_status,
    login,
    read,
    request,
)
from programs.raw import parse_answer
from programs.station import Station
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)

HOST_LINE = "Host: radio.example:8123"
TYPES = {
    "m3u": "audio/x-mpegurl",
    "m3u8": "audio/x-mpegurl",
    "pls": "audio/x-scpls",
    "xspf": "application/xspf+xml; charset=UTF-8",
}


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(idle_timeout=60, lockout_failures=0)


@pytest.fixture(scope="module")
def proxied(serve: Serve) -> Station:
    return serve(base_url="https://listen.example/radio", status_always_array=True)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_playlist_leads_to_the_mount(station: Station, proxied: Station, kind: str) -> None:
    """By the Host that was asked, unless base_url says how players get here."""
    for server, base in (
        (station, "http://radio.example:8123"),
        (proxied, "https://listen.example/radio"),
    ):
        with Encoder(server.port, "/live", "ice-name: Low Tide"):
            answer = ask(server.port, request(f"/live.{kind}", HOST_LINE))
            assert answer.headers["content-type"] == TYPES[kind]
            assert re.findall(rb"http[^\s<]*/live\b", answer.body) == [f"{base}/live".encode()]
            assert kind == "m3u" or b"Low Tide" in answer.body
            if kind == "xspf":
                ET.fromstring(answer.body)
    assert ask(station.port, request(f"/nothing.{kind}")).status.endswith("404 File Not Found")


def test_head_on_a_mount(station: Station) -> None:
    """The head of the stream and nothing else: 200, counted as no listener."""
    with Encoder(station.port, "/live", "ice-name: Low Tide") as encoder:
        encoder.play(2)
        station.wait_for_mount("/live", WAIT_S)
        for protocol in ("HTTP/1.0", "HTTP/1.1"):
            words = request("/live", "Icy-MetaData: 1", method="HEAD", protocol=protocol)
            answer = ask(station.port, words)
            assert answer.status == "HTTP/1.0 200 OK"
            assert answer.headers["icy-name"] == "Low Tide"
            assert answer.headers["icy-metaint"] == "16000"
            assert answer.body == b""
    assert ask(station.port, request("/nothing", method="HEAD")).body == b""


@pytest.mark.parametrize("target", ["*", "/live", "/status-json.xsl", "/nothing"])
def test_options(station: Station, target: str) -> None:
    """A browser's preflight is answered with what any site may do."""
    words = request(target, HOST_LINE, "Origin: http://player.example", method="OPTIONS")
    answer = ask(station.port, words)
    assert answer.status.split()[1] == "204"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Icy-MetaData" in answer.headers["access-control-allow-headers"]


def test_range_is_ignored(station: Station) -> None:
    """A stream has no range: a plain 200, as from Icecast."""
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        station.wait_for_mount("/live", WAIT_S)
        for asked in ("bytes=0-", "bytes=100-200"):
            answer = ask(station.port, request("/live", f"Range: {asked}"), HEAD_END)
            assert answer.status == "HTTP/1.0 200 OK"
            assert "content-range" not in answer.headers
            assert "content-length" not in answer.headers


def test_a_page_then_the_stream_on_one_connection(station: Station) -> None:
    """The second request of a kept connection is heard too, pipelined or not."""
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        arrived(station, encoder)
        page = request("/", HOST_LINE, protocol="HTTP/1.1")
        stream = request("/live", HOST_LINE, protocol="HTTP/1.1")
        with closing(connect(station.port)) as patient:
            patient.sendall(page)
            assert b"200 OK" in read(patient, b"</html>")
            patient.sendall(stream)
            has_sound(read(patient, size=BYTES_A_SECOND), encoder)
        with closing(connect(station.port)) as hasty:
            hasty.sendall(page + page + stream)
            got = read(hasty, b"audio/mpeg")
            assert got.count(b"</html>") == 2
            rest = got[got.rindex(b"</html>") + 7 :].lstrip()
            has_sound(rest + read(hasty, size=BYTES_A_SECOND), encoder)


def has_sound(data: bytes, encoder: Encoder) -> None:
    """Fail unless ``data`` is an answer with sound of the encoder."""
    answer = parse_answer(data)
    assert answer.status == "HTTP/1.0 200 OK"
    assert len(answer.body) > BYTES_A_SECOND // 2
    assert answer.body in encoder.sent


def test_options_then_a_source_on_one_connection(station: Station) -> None:
    """Libshout asks first what there is, and becomes a source on the same connection."""
    with closing(connect(station.port)) as libshout:
        libshout.sendall(
            request("*", "Connection: keep-alive", method="OPTIONS", protocol="HTTP/1.1")
        )
        assert read(libshout, HEAD_END).startswith(b"HTTP/1.1 204 ")
        head = ("Content-Type: audio/mpeg", "Expect: 100-continue")
        libshout.sendall(request("/libshout", SOURCE_LOGIN, *head, method="SOURCE"))
        assert read(libshout, HEAD_END) == b"HTTP/1.0 200 OK\r\n\r\n"
        assert "/libshout" in station.statistics()


def test_the_shape_of_the_status(station: Station, proxied: Station) -> None:
    """Icecast's: no source key, an object, an array; always an array where the switch is on."""
    assert "source" not in whole_status(station, 0)
    assert whole_status(proxied, 0)["source"] == []
    for server, base in ((station, "http://localhost"), (proxied, "https://listen.example/radio")):
        with Encoder(server.port, "/one", 'ice-name: 1 "quoted"', "ice-audio-info: bitrate=128"):
            one = whole_status(server, 1)["source"]
            assert isinstance(one, dict) == (server is station)
            row = one if isinstance(one, dict) else one[0]
            assert row["server_name"] == '1 "quoted"'
            assert row["listenurl"].startswith(base)
            assert row["listenurl"].endswith("/one")
            assert row["bitrate"] == 128
            with Encoder(server.port, "/two"):
                two = whole_status(server, 2)["source"]
                assert [each["listenurl"][-4:] for each in two] == ["/one", "/two"]


def whole_status(server: Station, mounts: int) -> dict[str, Any]:
    """Icecast's status, once so many mounts are in it."""
    until(lambda: len(server.sources()) == mounts, within=WAIT_S, what=f"{mounts} mounts")
    found: dict[str, Any] = json_of(server, "/status-json.xsl")["icestats"]
    return found


def test_who_may_read_what(station: Station) -> None:
    """Everyone the status, the administrator the rest; without a login it is a challenge."""
    with Encoder(station.port, "/live") as encoder:
        encoder.play(1)
        for page in ("/status-json.xsl", "/status.xsl", "/api/status", "/api/stats", "/"):
            assert ask(station.port, request(page)).status.endswith("200 OK"), page
        for page in ("/admin/stats", "/admin/listmounts", "/admin/streamlist"):
            refused = ask(station.port, request(page))
            assert refused.status.split()[1] == "401"
            assert refused.headers["www-authenticate"] == 'Basic realm="Icecast2 Server"'
            wrong = ask(station.port, request(page, login("admin", "wrong")))
            assert wrong.status.split()[1] == "401"
            assert ask(station.port, request(page, ADMIN_LOGIN)).status.endswith("200 OK"), page
        assert listening_status(station.port, "/live") == 200
