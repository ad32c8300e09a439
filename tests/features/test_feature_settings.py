"""A running server: settings that are in force at once, a logo, and a look at itself."""

import json
import re
import sys
import time
from urllib.parse import urlencode

import pytest

from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from features.talk import ask, listening_status, request
from programs.raw import Answer
from programs.station import PASSWORD, Station
from programs.waiting import until
from web.picture_bytes import SCRIPT, png

pytestmark = pytest.mark.timeout(240)

OURS = "Origin: http://radio.example:8000"
HOST_LINE = "Host: radio.example:8000"
FORM = "Content-Type: application/x-www-form-urlencoded"
EDGE = "--edge42"


class Operator:
    """Somebody who is logged in with a browser."""

    def __init__(self, station: Station) -> None:
        self.station = station
        answer = self._send(
            "/login", urlencode({"name": "admin", "password": PASSWORD}).encode(), FORM
        )
        self.cookie = "Cookie: " + answer.headers["set-cookie"].partition(";")[0]

    def get(self, path: str) -> Answer:
        """A page."""
        return ask(self.station.port, request(path, HOST_LINE, self.cookie))

    def text(self, path: str) -> str:
        """A page as text."""
        return self.get(path).body.decode()

    def save(self, group: str, **typed: str) -> Answer:
        """Save settings of a group."""
        page = self.text("/admin/settings")
        form = re.findall(rf'<form class="panel form" id="{group}".*?</form>', page, re.DOTALL)[0]
        seen = re.findall(r'name="seen" value="(\w+)"', form)[0]
        words = urlencode({"csrf": self.csrf, "seen": seen, **typed}).encode()
        return self._send(f"/admin/settings/{group}", words, FORM, self.cookie)

    def upload(self, content: bytes, *, cookie: bool = True) -> Answer:
        """Send a logo."""
        begin = f'--{EDGE}\r\nContent-Disposition: form-data; name="'
        body = f'{begin}csrf"\r\n\r\n{self.csrf}\r\n{begin}logo"; filename="x.svg"\r\n\r\n'.encode()
        body += content + f"\r\n--{EDGE}--\r\n".encode()
        lines = [f"Content-Type: multipart/form-data; boundary={EDGE}"]
        lines += [self.cookie] if cookie else []
        return self._send("/admin/settings/logo", body, *lines)

    def reload(self) -> Answer:
        """Read the file anew."""
        words = urlencode({"csrf": self.csrf}).encode()
        return self._send("/admin/system/reload", words, FORM, self.cookie)

    @property
    def csrf(self) -> str:
        """What forms of this session carry."""
        found: str = re.findall(r'data-csrf="([^"]+)"', self.text("/admin/settings"))[0]
        return found

    def _send(self, path: str, body: bytes, *lines: str) -> Answer:
        words = request(path, HOST_LINE, OURS, *lines, method="POST", body=body)
        return ask(self.station.port, words)


def code(answer: Answer) -> int:
    """The status of an answer."""
    return int(answer.status.split()[1])


@pytest.fixture(scope="module")
def operator(serve: Serve) -> Operator:
    workers = 1 if sys.platform == "linux" else 0
    return Operator(serve(workers=workers, mounts={"/live": ""}))


def test_a_limit_holds_at_once(operator: Operator) -> None:
    """Saved, in the file, and true for the next listener, while the station stays on air."""
    station = operator.station
    with Encoder(station.port, "/live") as encoder:
        encoder.play(1)
        station.wait_for_mount("/live", WAIT_S)
        assert code(operator.save("streaming", burst_size="1000")) == 303
        assert code(operator.save("access", lockout_failures="7")) == 303
        assert listening_status(station.port, "/live") == 200
    saved = json.loads((station.home / "tinyice.json").read_text())
    assert (saved["burst_size"], saved["lockout_failures"]) == (1000, 7)


def test_faults_change_nothing(operator: Operator) -> None:
    """Neither the file nor what is in force."""
    before = (operator.station.home / "tinyice.json").read_text()
    answer = operator.save("limits", max_listeners="many", max_sources="3")
    assert code(answer) == 422
    assert b"must be a whole number" in answer.body
    assert (operator.station.home / "tinyice.json").read_text() == before


def test_what_needs_a_restart_waits(operator: Operator) -> None:
    """And the pages say so; everything else holds at once."""
    assert code(operator.save("limits", header_timeout="16")) == 303
    assert "Restart needed" not in operator.text("/admin/settings")
    assert code(operator.save("streaming", queue_size="65536", burst_size="8192")) == 303
    for path in ("/admin/settings", "/admin/system"):
        assert "<b>Restart needed</b> for queue_size." in operator.text(path)


def test_names_colour_and_words(operator: Operator) -> None:
    """Listeners see them with the next page."""
    words = "# Welcome\n\n<script>alert(1)</script> [us](https://radio.example)"
    typed = {"page_title": "Radio Meridian", "accent_color": "#3355ff", "landing_markdown": words}
    assert code(operator.save("branding", **typed)) == 303

    def rendered() -> bool:
        return "Welcome</h2>" in operator.text("/")

    until(rendered, within=WAIT_S, what="the words are on the front page")
    page = operator.text("/")
    assert "Radio Meridian" in page
    assert "<script>alert" not in page
    assert 'rel="noopener nofollow"' in page
    assert "--accent: #3355ff" in operator.text("/accent.css")


def test_a_logo_that_is_larger_than_any_form(operator: Operator) -> None:
    """It is taken from who is logged in, shown, and there after all that was around it."""
    large = png(600, 600, b"")
    noise = large + SCRIPT + b"x" * 200_000
    assert len(noise) > 200_000
    assert code(operator.upload(noise, cookie=False)) == 413
    assert code(operator.upload(noise)) == 303
    served = operator.get("/branding/logo")
    assert served.body == large
    assert served.headers["content-type"] == "image/png"
    assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "/branding/logo?v=" in operator.text("/admin/settings")
    assert code(operator.upload(b"<svg/>")) == 422
    assert code(operator.upload(large + b"x" * 600_000)) == 413
    assert operator.get("/branding/logo").body == large


def test_the_server_looks_at_itself(operator: Operator) -> None:
    """A worker that serves, the log as it grows, the file as it is."""

    def serving() -> bool:
        told = json.loads(operator.text("/admin/system/now"))
        return any(worker["words"] == "Serving" for worker in told["workers"])

    if sys.platform == "linux":
        until(serving, within=WAIT_S, what="a worker serves")
    last = json.loads(operator.text("/admin/system/now"))["last"]
    ask(
        operator.station.port,
        request("/login", HOST_LINE, FORM, method="POST", body=b"name=x&password=y"),
    )
    told = json.loads(operator.text(f"/admin/system/now?after={last}&level=warn"))
    assert any("auth.failed" in line["text"] for line in told["lines"]), told["lines"]
    assert "The file is good." in operator.text("/admin/system?check=1")


def test_a_file_changed_by_hand(operator: Operator) -> None:
    """It is checked first, and in force when somebody says so; with a fault it is not."""
    path = operator.station.home / "tinyice.json"
    good = path.read_text()
    path.write_text(json.dumps({**json.loads(good), "location": "Pier 4", "prot": 1}))
    assert '<dt class="mono">prot</dt>' in operator.text("/admin/system?check=1")
    assert code(operator.reload()) == 422
    path.write_text(json.dumps({**json.loads(good), "location": "Pier 4"}))
    assert "Changed since it was read: location." in operator.text("/admin/system?check=1")
    assert code(operator.reload()) == 303
    assert 'value="Pier 4"' in operator.text("/admin/settings")


def test_pages_cost_little(operator: Operator) -> None:
    """Rendering them does not stop the audio: well under a pulse."""
    for page in ("/admin/settings", "/admin/system"):
        operator.get(page)
        took = []
        for _ in range(5):
            began = time.monotonic()
            operator.get(page)
            took.append(time.monotonic() - began)
        assert min(took) < 0.1


def test_branding_by_the_api(serve: Serve) -> None:
    """PUT, which encoders use as well, reaches the API there."""
    station = serve(**accounts())
    api = Api(station, secret_of("root"))
    assert api.ask("PUT", "/api/branding", {"page_title": "Radio Meridian"}).status == 200
    assert api.get("/api/branding")["page_title"] == "Radio Meridian"
    assert Api(station, secret_of("anna")).ask("PUT", "/api/branding", {}).status == 403
    assert Api(station).ask("PUT", "/api/branding", {}).status == 401
