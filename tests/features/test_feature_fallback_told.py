"""What is told of fallbacks: in the log, over the API, live; and how they are set."""

import socket
from typing import Any

import pytest

from features.api_talk import OTHER, OWN, Api, accounts, secret_of
from features.conftest import Serve
from features.sounding import MP3, WAIT_S, Encoder
from features.talk import ADMIN_LOGIN
from features.test_feature_live import Follower
from programs.raw import Recorder
from programs.station import HOST, Station
from programs.waiting import until

AAC = "audio/aac"


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(**accounts(), return_after=0.5, stall_after=1)


def stream(api: Api, mount: str = OWN) -> dict[str, Any]:
    """What the API says of a mount."""
    found = [one for one in api.get("/api/streams")["items"] if one["mount"] == mount]
    assert len(found) == 1
    row: dict[str, Any] = found[0]
    return row


def test_a_chain_is_set_over_the_api_while_somebody_listens(station: Station) -> None:
    """Then the source is lost: everybody who asks is told the same, and the listener stays."""
    api = Api(station, secret_of("root"))
    with (
        Follower(station.port, "/admin/events", ADMIN_LOGIN) as admin,
        Encoder(station.port, OTHER) as night,
        Encoder(station.port, OWN, "ice-name: Day") as live,
    ):
        night.play(2)
        live.play(2)
        station.wait_for_mount(OWN, WAIT_S)
        ear = Recorder(station.port, OWN, icy=False)
        until(lambda: ear.size > 1000, within=WAIT_S, what="the listener hears")
        asked = api.ask("PATCH", "/api/streams", {"fallbacks": [OTHER, "silence"]}, mount=OWN)
        assert asked.status == 200, asked.body
        settings = api.get("/api/streams/settings", mount=OWN)
        assert (settings["fallbacks"], settings["return_after"]) == ([OTHER, "silence"], 0.5)
        night.play(1)
        states = {link["name"]: link["state"] for link in stream(api)["chain"]}
        assert states["live"] == "on-air"
        assert states[OTHER] == "ready"
        live.close()
        until(lambda: stream(api)["on_fallback"], within=WAIT_S, what="the fallback is heard")
        row = stream(api)
        assert (row["on_air_input"], row["source_kind"], row["listeners"]) == (OTHER, "mount", 1)
        told = admin.hears("happened", lambda data: data["kind"] == "mount.fallback.engaged")
        assert (told["mount"], told["words"]) == (OWN, "on its fallback")
        strip = admin.hears(
            "mount", lambda data: data["mount"] == OWN and data["health"]["words"] == "On fallback"
        )
        assert {"kind": "Fallback", "state": "warn", "words": OTHER} in strip["chain"]
        night.play(1)
        heard = bytes(night.sent[-20 * 417 :])
        until(lambda: heard[:4000] in ear.answer.body, within=WAIT_S, what="the other one is heard")
        assert OWN in station.sources()
        assert not ear.ended
        ear.stop()
    assert f"event=mount.fallback.engaged mount={OWN} input={OTHER}" in station.child.output()


def test_a_circle_is_refused_over_the_api(station: Station) -> None:
    """With the way round; nothing is changed."""
    api = Api(station, secret_of("root"))
    assert api.ask("PATCH", "/api/streams", {"fallbacks": [OTHER]}, mount=OWN).status == 200
    refused = api.ask("PATCH", "/api/streams", {"fallbacks": ["silence", OWN]}, mount=OTHER)
    assert refused.status in (409, 422)
    assert f"{OWN} -> {OTHER} -> {OWN}" in refused.body.decode()
    assert api.get("/api/streams/settings", mount=OTHER)["fallbacks"] == []


def test_another_codec_is_refused_with_a_word_of_the_transcoder(station: Station) -> None:
    """In the log and live; the listener of the mount is let go, as nothing else is there."""
    api = Api(station, secret_of("root"))
    assert api.ask("PATCH", "/api/streams", {"fallbacks": [OTHER]}, mount=OWN).status == 200
    frame = b"\xff\xf1\x50\x80\x04\x1f\xfc" + bytes(25)
    until(lambda: OTHER not in station.sources(), within=WAIT_S, what="the mount is free")
    with (
        Follower(station.port, "/admin/events", ADMIN_LOGIN) as admin,
        Encoder(station.port, OTHER, content_type=AAC) as night,
        Encoder(station.port, OWN, content_type=MP3) as live,
    ):
        live.play(2)
        night.send(frame * 200)
        told = admin.hears("happened", lambda data: data["kind"] == "mount.fallback.refused")
        assert "a transcoder would help" in told["words"]
        assert f"{OWN} plays mpeg and {OTHER} adts" in told["detail"]
        links = {link["name"]: link["state"] for link in stream(api)["chain"]}
        assert links[OTHER] == "refused"


def test_who_finds_no_room_is_sent_to_the_fallback(station: Station) -> None:
    """The answer is that of the other mount."""
    api = Api(station, secret_of("root"))
    body = {"fallbacks": [OTHER], "max_listeners": 1, "fallback_when_full": True}
    assert api.ask("PATCH", "/api/streams", body, mount=OWN).status == 200
    for path in (OWN, OTHER):
        until(lambda path=path: path not in station.sources(), within=WAIT_S, what="it is free")
    with (
        Encoder(station.port, OTHER, "ice-name: Night") as night,
        Encoder(station.port, OWN, "ice-name: Day") as live,
    ):
        for encoder in (night, live):
            encoder.play(2)
        until(lambda: len(station.sources()) == 2, within=WAIT_S, what="both are on air")
        ears = [Recorder(station.port, OWN) for _ in range(2)]
        until(lambda: all(ear.size > 1000 for ear in ears), within=WAIT_S, what="both hear")
        names = sorted(ear.answer.headers["icy-name"] for ear in ears)
        assert names == ["Day", "Night"]
        assert stream(api, OTHER)["listeners"] == 1
        with socket.create_connection((HOST, station.port), 5) as head:
            head.sendall(f"HEAD {OWN} HTTP/1.0\r\n\r\n".encode())
            assert b"icy-name:Night" in head.recv(4096)
        for ear in ears:
            ear.stop()
