"""A station is made, fed, changed, approved and removed, all by forms of the browser."""

import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder, arrived
from features.talk import ask, listening_status, request
from programs.raw import Answer, Recorder
from programs.station import PASSWORD, Station
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)

HOST_LINE = "Host: radio.example:8000"
FORM = "Content-Type: application/x-www-form-urlencoded"
STATIONS = "/admin/stations"
LISTS = ("/", "/explore", "/status-json.xsl", "/api/status", "/api/nowplaying", "/7.html")


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(mounts={"/live": ""}, approve_mounts=True, takeover_after=0.1)


class Operator:
    """Somebody at a browser without scripts, logged in."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._login = ""
        opened = self._post("/login", name="admin", password=PASSWORD)
        self._login = "Cookie: " + opened.headers["set-cookie"].partition(";")[0]

    def page(self, address: str) -> str:
        """A page."""
        return self._get(address).body.decode()

    def send(self, address: str, **typed: str) -> str:
        """Open the page, type, send its form; the page that follows."""
        text = self.page(address if address.startswith(f"{STATIONS}?") else STATIONS)
        csrf = re.findall(r'name="csrf" value="([^"]+)"', text)[0]
        found = re.search(r'name="was" value="([^"]*)"', text)
        was = unescape(found[1]) if found else "{}"
        form = {**json.loads(was), "was": was} if f"{STATIONS}?" in address else {}
        answer = self._post(address, csrf=csrf, **{**form, **typed})
        if " 303 " in f"{answer.status} ":
            return self.page(answer.headers["location"])
        return answer.body.decode()

    def _get(self, address: str) -> Answer:
        return ask(self._station.port, request(address, HOST_LINE, self._login))

    def _post(self, address: str, **form: str) -> Answer:
        lines = [line for line in (HOST_LINE, FORM, self._login) if line]
        body = urlencode(form).encode()
        words = request(address, *lines, method="POST", body=body)
        return ask(self._station.port, words)


@pytest.fixture(scope="module")
def operator(station: Station) -> Operator:
    return Operator(station)


def test_a_station_from_its_making_to_its_end(station: Station, operator: Operator) -> None:
    """Its password opens it at once, its limit holds at once, and nobody is interrupted."""
    filled = operator.send(f"{STATIONS}/new", mount="/jazz", visible="1", generate="1")
    password = re.findall(r'id="password"[^>]* value="([^"]+)"', filled)[0]
    form = {"mount": "/jazz", "visible": "1", "name_override": "Blue Note", "password": password}
    assert f"source:{password}@" in operator.send(f"{STATIONS}/new", **form)
    assert not is_let_in(station, "/jazz", "guessed")
    with Encoder(station.port, "/jazz", password=password) as encoder:
        assert encoder.is_on_air
        encoder.play(2)
        arrived(station, encoder)
        listener = Recorder(station.port, "/jazz", icy=False)
        until(lambda: listener.size, within=WAIT_S, what="somebody listens")
        said = operator.send(f"{STATIONS}?mount=/jazz", max_listeners="1", genre="Jazz")
        assert "Saved: Genre, Most listeners." in said
        assert listening_status(station.port, "/jazz") == 403
        operator.send(f"{STATIONS}?mount=/jazz", max_listeners="")
        assert listening_status(station.port, "/jazz") == 200
        until(
            lambda: station.sources()["/jazz"].get("genre") == "Jazz",
            within=WAIT_S,
            what="lists have the new genre",
        )
        assert station.sources()["/jazz"]["server_name"] == "Blue Note"
        assert "is removed" in operator.send(f"{STATIONS}/remove", mount="/jazz")
        before = listener.size
        encoder.play(2)
        until(lambda: listener.size > before, within=WAIT_S, what="it is heard as before")
        listener.stop()
    until(
        lambda: "/jazz" not in operator.page(STATIONS), within=WAIT_S, what="the mount is forgotten"
    )
    kept = json.loads((station.home / "tinyice.json").read_text())
    assert "/jazz" not in json.dumps(kept)
    assert password not in json.dumps(kept)


def test_a_source_waits_until_it_is_approved(station: Station, operator: Operator) -> None:
    """It is on no list before, and on all of them after; who listens already goes on."""
    with Encoder(station.port, "/pop-up", "ice-name: Pop Up") as encoder:
        encoder.play(2)
        station.wait_for_mount("/pop-up", WAIT_S)
        for page in LISTS:
            assert b"Pop Up" not in station.get(page), page
        assert "hidden until approved" in operator.page(STATIONS)
        listener = Recorder(station.port, "/pop-up", icy=False)
        until(lambda: listener.size, within=WAIT_S, what="somebody listens")
        assert "is approved" in operator.send(f"{STATIONS}/approve", mount="/pop-up")
        until(lambda: "/pop-up" in station.sources(), within=WAIT_S, what="lists have the mount")
        assert b"Pop Up" in station.get("/api/status")
        assert "hidden until approved" not in operator.page(STATIONS)
        before = listener.size
        encoder.play(2)
        until(lambda: listener.size > before, within=WAIT_S, what="it is heard as before")
        listener.stop()
    kept = json.loads((station.home / "tinyice.json").read_text())
    assert kept["mounts"]["/pop-up"] == ""


@pytest.mark.parametrize("for_good", [False, True])
def test_a_refused_source_is_sent_away(
    station: Station, operator: Operator, for_good: bool
) -> None:
    """For now it may come back and waits again; for good it may not."""
    path = "/guest-for-good" if for_good else "/guest"
    with Encoder(station.port, path) as encoder:
        encoder.play(1)
        station.wait_for_mount(path, WAIT_S)
        more = {"disable": "1"} if for_good else {}
        assert "was sent away" in operator.send(f"{STATIONS}/refuse", mount=path, **more)
        until(lambda: path not in station.statistics(), within=WAIT_S, what="the source is gone")
    assert is_let_in(station, path) != for_good


def is_let_in(station: Station, path: str, password: str = PASSWORD) -> bool:
    """Whether a source that knows that password, or the default one, may feed the mount."""
    encoder = Encoder(station.port, path, password=password)
    encoder.connection.close()
    return encoder.is_on_air
