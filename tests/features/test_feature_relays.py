"""Relays of a real server, over real sockets: upstreams that are good, and that are not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from features import nasty
from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.nasty import Upstream
from features.sounding import FRAME_BYTES, audio_of
from features.talk import HEAD_END, ask, listening_status, request
from programs.frames import mpeg_length
from programs.raw import Recorder
from programs.station import HOST, Station
from programs.waiting import until

WAIT_S = 40.0
NUMBER = re.compile(rb"(\d{8}) ")

BAD = {
    "/hangs": (nasty.hangs, "did not answer in time"),
    "/silent": (nasty.says_nothing_more, "brought nothing for 1 s"),
    "/garbage": (nasty.sends_garbage, "no audio"),
    "/circle": (nasty.leads_in_a_circle, "leads in a circle"),
    "/byte": (nasty.closes_after_a_byte, "closed the connection"),
    "/head": (nasty.sends_a_large_head, "too long"),
    "/lan": (nasty.redirects("http://127.0.0.2:1/"), "not at an address that may be reached"),
}


def relay(mount: str, *urls: str, **more: object) -> dict[str, object]:
    """What the file says of a relay that has little patience."""
    return {"mount": mount, "urls": list(urls), "idle_timeout": 1, **more}


def begun(serve: Serve, *entries: dict[str, object], **more: object) -> Station:
    """A server with these relays, whose API may be asked as often as a test likes."""
    return serve(relays=list(entries), api_rate=0, **more, **accounts())


def relays(station: Station) -> dict[str, dict[str, Any]]:
    """How the relays are, as the API tells it."""
    answer = Api(station, secret_of("root")).ask("GET", "/api/relays", limit=1000)
    return {one["mount"]: one for one in answer.document["items"]}


def wait_for(station: Station, mount: str, state: str = "on air") -> dict[str, Any]:
    """The relay once it is in that state."""

    def there() -> dict[str, Any] | None:
        found = relays(station)[mount]
        return found if found["state"] == state else None

    return until(there, within=WAIT_S, what=f"{mount} is {state}")


def numbers(audio: bytes) -> list[int]:
    """The numbers of the frames in ``audio``, which must be whole frames."""
    assert len(audio) % FRAME_BYTES == 0
    pieces = [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]
    assert all(mpeg_length(piece, 0) == FRAME_BYTES for piece in pieces)
    found = (NUMBER.search(piece) for piece in pieces)
    return [int(match[1]) for match in found if match]


def whole(recorder: Recorder) -> bytes:
    """What was heard, in whole frames."""
    audio = audio_of(recorder)
    return audio[: len(audio) // FRAME_BYTES * FRAME_BYTES]


@pytest.fixture(scope="module")
def bad() -> Iterator[dict[str, Upstream]]:
    """The upstreams that are no good, by the mounts that relay them."""
    opened = {mount: Upstream(script) for mount, (script, _) in BAD.items()}
    yield opened
    for upstream in opened.values():
        upstream.close()


@pytest.fixture(scope="module")
def patient(serve: Serve, bad: dict[str, Upstream]) -> Station:
    """A server that relays all of them."""
    entries = [relay(mount, one.url()) for mount, one in bad.items()]
    return begun(serve, *entries)


class TestUpstreamsThatAreNoGood:
    """Each is told in words, costs nobody anything, and harms no other."""

    @pytest.mark.parametrize("mount", BAD)
    @pytest.mark.timeout(240)
    def test_it_is_told_why(self, patient: Station, mount: str) -> None:
        _, words = BAD[mount]
        found = until(
            lambda: (one := relays(patient)[mount])["error"] and one, within=30, what="an error"
        )
        assert words in found["error"]
        assert not found["active"]
        assert listening_status(patient.port, mount) == 404

    def test_they_are_asked_again_and_again_but_not_all_the_time(
        self, patient: Station, bad: dict[str, Upstream]
    ) -> None:
        until(lambda: len(bad["/byte"].requests) >= 3, within=WAIT_S, what="three tries")
        assert len(bad["/byte"].requests) < 10

    @pytest.mark.timeout(240)
    def test_no_traceback_and_a_line_for_each(self, patient: Station) -> None:
        def lines() -> int:
            return patient.child.output().count("event=relay.refused")

        until(lambda: lines() >= len(BAD) - 1, within=30, what="a line for each")
        assert "Traceback" not in patient.child.output()


class TestUpstreamsThatPlay:
    """What is heard is what they send, whole."""

    def test_chunks_shoutcast_and_plain(self, serve: Serve) -> None:
        chunked = (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: audio/mpeg\r\n\r\n"
        )
        icy = b"ICY 200 OK\r\nicy-name:Old\r\nicy-genre:Jazz\r\ncontent-type:audio/mpeg\r\n\r\n"
        with (
            Upstream(nasty.plays("/c", head=chunked, chunked=True)) as one,
            Upstream(nasty.plays("/i", head=icy)) as two,
        ):
            station = begun(
                serve, relay("/c", one.url()), relay("/i", two.url(), password="let me")
            )
            for mount in ("/c", "/i"):
                wait_for(station, mount)
                recorder = Recorder(station.port, mount, icy=False)
                until(lambda r=recorder: r.size > 60_000, within=WAIT_S, what="sound")
                recorder.stop()
                heard = numbers(whole(recorder))
                assert heard == list(range(heard[0], heard[0] + len(heard)))
            assert b"Authorization: Basic c291cmNlOmxldCBtZQ==\r\n" in two.requests[0]
            head = ask(station.port, request("/i"), HEAD_END).headers
            assert (head["icy-name"], head["icy-genre"]) == ("Old", "Jazz")

    def test_an_upstream_that_restarts(self, serve: Serve) -> None:
        """The listener stays, and hears nothing twice."""
        upstream = Upstream(nasty.plays("/r"))
        station = begun(serve, relay("/r", upstream.url()))
        wait_for(station, "/r")
        recorder = Recorder(station.port, "/r", icy=False)
        until(lambda: recorder.size > 60_000, within=WAIT_S, what="sound")
        upstream.close()
        wait_for(station, "/r", "waiting")
        size = recorder.size
        with Upstream(nasty.plays("/r", first=50_000), port=upstream.port):
            wait_for(station, "/r")
            until(lambda: recorder.size > size + 60_000, within=WAIT_S, what="sound again")
        assert not recorder.ended
        recorder.stop()
        heard = numbers(whole(recorder))
        assert heard == sorted(set(heard))

    def test_the_better_upstream_takes_over(self, serve: Serve) -> None:
        """Without a gap: the listener gets whole frames of one and then of the other."""
        with Upstream(nasty.plays("/r", first=10_000)) as second:
            best = Upstream(nasty.plays("/r"))
            station = begun(serve, relay("/r", best.url(), second.url()))
            assert wait_for(station, "/r")["upstream"] == best.url()
            recorder = Recorder(station.port, "/r", icy=False)
            until(lambda: recorder.size > 60_000, within=WAIT_S, what="sound")
            best.close()
            until(
                lambda: relays(station)["/r"]["upstream"] == second.url(),
                within=WAIT_S,
                what="the second one plays",
            )
            size = recorder.size
            until(lambda: recorder.size > size + 30_000, within=WAIT_S, what="sound")
            with Upstream(nasty.plays("/r", first=90_000), port=best.port):
                until(
                    lambda: relays(station)["/r"]["upstream"] == best.url(),
                    within=50,
                    what="the best one plays again",
                )
                size = recorder.size
                until(lambda: recorder.size > size + 30_000, within=WAIT_S, what="sound")
                # Before this one leaves, which would be the next change.
                log = station.child.output()
                recorder.stop()
            heard = numbers(whole(recorder))
            assert heard == sorted(set(heard)), "nothing twice, one after the other"
            assert {number // 10_000 for number in heard} == {0, 1, 9}
            assert log.count("event=relay.upstream.changed") == 2


class TestChanges:
    """While it runs: only what is different is touched."""

    def test_over_the_api(self, serve: Serve) -> None:
        with Upstream(nasty.plays("/a")) as one, Upstream(nasty.plays("/b")) as two:
            station = begun(serve, relay("/a", one.url()), outbound_allow=[HOST])
            api = Api(station, secret_of("root"))
            wait_for(station, "/a")
            recorder = Recorder(station.port, "/a", icy=False)
            made = api.ask("POST", "/api/relays", {"mount": "/b", "url": two.url("/b?k=hidden")})
            assert made.status == 201, made.body
            assert wait_for(station, "/b")["upstream"] == two.url("/b")
            assert api.ask("POST", "/api/relays", {"mount": "/b", "url": "http://x/"}).status == 409
            off = api.ask("PATCH", "/api/relays", {"enabled": False}, mount="/b")
            assert off.status == 200, off.body
            wait_for(station, "/b", "off")
            assert listening_status(station.port, "/b") == 404
            assert api.ask("PATCH", "/api/relays", {"enabled": True}, mount="/b").status == 200
            wait_for(station, "/b")
            assert api.ask("DELETE", "/api/relays", mount="/b").status == 200
            assert "/b" not in relays(station)
            assert len(one.requests) == 1, "the other one was not touched"
            assert not recorder.ended
            recorder.stop()
            audit = api.ask("GET", "/api/security/audit").document["items"]
            assert [row["action"] for row in audit] == ["relays.change"] * 4
            assert api.ask("DELETE", "/api/relays", mount="/b").status == 404

    def test_what_the_api_names_is_guarded(self, serve: Serve) -> None:
        """An address of this machine is for the file, or for the list of what is allowed."""
        with Upstream(nasty.plays("/a")) as one:
            station = begun(serve)
            api = Api(station, secret_of("root"))
            assert api.ask("POST", "/api/relays", {"mount": "/a", "url": one.url()}).status == 201
            found = until(lambda: relays(station)["/a"]["error"], within=WAIT_S, what="an error")
            assert "is not at an address that may be reached" in found
            assert not one.requests

    def test_only_superadmins(self, serve: Serve) -> None:
        station = begun(serve)
        for user in ("head", "anna"):
            api = Api(station, secret_of(user))
            assert api.ask("GET", "/api/relays").status == 403
            assert api.ask("POST", "/api/relays", {"mount": "/a", "url": "http://x/"}).status == 403
        assert Api(station).ask("GET", "/api/relays").status == 401
