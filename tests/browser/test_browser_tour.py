"""The pictures of docs/tour.md: each is made anew, and none is missing.

``make tour`` puts them into docs/images/tour; otherwise they go beside the other screenshots.
"""

import json
import os
import platform
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from browser import music
from browser.broadcasting import broadcast
from browser.conftest import Visit
from browser.pages import Shown
from browser.visiting import DESK, PHONE, SCREENSHOTS, Visitor
from features.conftest import Serve
from features.sounding import WAIT_S
from programs.children import start
from programs.station import PASSWORD, PASSWORD_HASH, PROJECT, Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium", "curl", "ffmpeg")]

TOUR = PROJECT / "docs/tour.md"
PICTURES = PROJECT / "docs/images/tour"
LARGEST_BYTES = 150_000
WIDEST = 1200
CURVE_S = 60.0
"""After so long the audience has a past."""
PROGRAMMES = {
    "/live": ("mp3", "Radio Meridian", "Kestrel", "The Long Way Round the Harbour"),
    "/jazz": ("mp3", "Meridian Jazz", "Odile Brandt Trio", "Low Tide"),
    "/night.ogg": ("opus", "Night Watch", "Paper Lanterns", "Second Wind"),
}
PLAYERS = (
    ("/live", "198.51.100.23", "VLC/3.0.20 LibVLC/3.0.20"),
    ("/live", "203.0.113.80", "foobar2000/2.1.5"),
    ("/live", "2001:db8::4f", "mpv 0.38.0"),
    ("/live", "198.51.100.7", "WinampMPEG/5.9"),
    ("/live", "203.0.113.61", "Lavf/60.16.100"),
    ("/jazz", "192.0.2.118", "MPlayer/1.5"),
    ("/jazz", "203.0.113.5", "VLC/3.0.20 LibVLC/3.0.20"),
    (
        "/jazz",
        "2001:db8::77",
        "AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5_1 like Mac OS X)",
    ),
    ("/night.ogg", "192.0.2.9", "mpv 0.38.0"),
)
AS_ELSEWHERE = """([here, there]) => {
  const say = text => here.reduce((said, word, at) => said.replaceAll(word, there[at]), text);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = say(texts.currentNode.data);
  for (const field of document.querySelectorAll("input")) field.value = say(field.value);
}"""
"""Pictures name no machine of ours."""

SETTINGS: dict[str, object] = {
    "page_title": "Radio Meridian",
    "page_subtitle": "Slow radio from the harbour.",
    "location": "Pier 4",
    "admin_email": "desk@meridian.example",
    "approve_mounts": True,
    "lockout_failures": 0,
    "mounts": dict.fromkeys(("/live", "/jazz", "/night.ogg", "/talk"), ""),
    "advanced_mounts": {
        "/live": {"description": "Harbour sounds and slow songs.", "genre": "Downtempo"},
        "/jazz": {"description": "Brushes, brass and rain.", "genre": "Jazz"},
        "/night.ogg": {"description": "For those who are still up.", "genre": "Ambient"},
    },
    "users": {
        "anna": {"password": PASSWORD_HASH, "role": "dj", "mounts": {"/jazz": PASSWORD_HASH}},
        "oskar": {"password": PASSWORD_HASH, "role": "admin", "mounts": {"/live": PASSWORD_HASH}},
    },
    "trusted_proxies": ["127.0.0.1"],
    "banned_ips": ["203.0.113.7", "198.18.4.0/24"],
    "outbound_allow": ["localhost"],
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: a page, in a window of that width, in a theme."""

    shown: Shown
    width: int = DESK
    theme: str = "studio"


SCENES = {
    "landing": Scene(Shown("/")),
    "player": Scene(Shown("/player/live")),
    "player-phone": Scene(Shown("/player/live"), PHONE),
    "explore": Scene(Shown("/explore")),
    "developers": Scene(Shown("/developers")),
    "onair": Scene(Shown("/admin/", "admin")),
    "onair-light": Scene(Shown("/admin/", "admin"), theme="light"),
    "onair-phone": Scene(Shown("/admin/", "admin"), PHONE),
    "station": Scene(Shown("/admin/stations?mount=/live", "admin")),
    "audience": Scene(Shown("/admin/audience", "admin")),
    "access": Scene(Shown("/admin/access/accounts", "admin")),
    "settings": Scene(Shown("/admin/settings", "admin")),
    "system": Scene(Shown("/admin/system", "admin")),
    "network": Scene(Shown("/admin/network", "admin")),
    "studio": Scene(Shown("/admin/studio/night-watch", "admin")),
    "studio-phone": Scene(Shown("/admin/studio/night-watch", "admin"), PHONE),
}
"""The network and the Studio come last: they are set up for their pictures."""

NETWORK: dict[str, list[dict[str, object]]] = {
    "relays": [
        {"mount": "/hub", "url": "/jazz", "urls": ["/jazz-spare"]},
        {"mount": "/late", "url": "/night.ogg", "on_demand": True},
    ],
    "pushes": [{"id": "public", "mount": "/live", "url": "/public", "password": PASSWORD}],
}
"""Servers elsewhere, played by the station itself."""


@pytest.fixture(scope="module")
def station(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A small station in the evening."""
    station = serve(**SETTINGS)
    encoders = [
        broadcast(station, mount, encoding=encoding, name=name, title=title)
        for mount, (encoding, name, _, title) in PROGRAMMES.items()
    ]
    encoders.append(broadcast(station, "/harbour-fm", name="Harbour FM"))
    for mount, (_, _, artist, title) in PROGRAMMES.items():
        station.wait_for_mount(mount, WAIT_S)
        station.set_title(mount, f"{artist} - {title}")
    listeners = [
        start(
            ["curl", "-s", "-A", agent, "-H", f"X-Forwarded-For: {address}", station.url(mount)],
            home=tmp_path_factory.mktemp("listener"),
            name="curl",
            lasting=180,
        )
        for mount, address, agent in PLAYERS
    ]
    until(lambda: heard(station) == len(PLAYERS), within=WAIT_S, what="all listen")
    music.breathe(station.home / "music")
    yield station
    for child in (*listeners, *encoders):
        child.stop()


def heard(station: Station) -> int:
    """How many listen to all mounts together."""
    return sum(int(row["listeners"]) for row in station.sources().values())


def page_of(station: Station) -> bytes:
    """The page of the audience."""
    return station.get("/admin/audience", user="admin")


def post(station: Station, path: str, entry: dict[str, object]) -> None:
    """Make something, as a superadmin does over the API."""
    manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
    manager.add_password(None, station.url("/"), "admin", PASSWORD, is_authenticated=True)
    login = urllib.request.HTTPBasicAuthHandler(manager)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), login)
    request = urllib.request.Request(station.url(path), method="POST")
    request.add_header("Content-Type", "application/json")
    request.data = json.dumps(entry).encode()
    opener.open(request, timeout=10).close()


def set_up_studio(station: Station) -> None:
    """Let an AutoDJ play, until it is known how that looks."""
    folder = str(station.home / "music")
    post(station, "/api/autodjs?mount=/night-watch", {"music_dir": folder, "crossfade": 4.2})
    page = "/admin/studio/night-watch"
    until(
        lambda: (
            b"aria-valuetext" in (text := station.get(page, user="admin"))
            and b"Picked" in text
            and b">\xe2\x80\x93</span> <small>LUFS" not in text
        ),
        within=CURVE_S,
        what="it plays, and was measured",
    )


def set_up_network(station: Station) -> None:
    """Let the station relay its own programmes, and wait until they are there."""
    there = f"http://localhost:{station.port}"
    for kind, entries in NETWORK.items():
        for entry in entries:
            entry["url"] = f"{there}{entry['url']}"
            if "urls" in entry:
                entry["urls"] = [f"{there}/jazz-spare"]
            post(station, f"/api/{kind}", entry)
    page = "/admin/network"
    until(
        lambda: b"Sending" in (text := station.get(page, user="admin")) and b"On air" in text,
        within=WAIT_S,
        what="the network is there",
    )


def take(visitor: Visitor, name: str, scene: Scene, folder: Path) -> Path:
    """Make one picture, small enough to be kept with the text."""
    visitor.resize(scene.width)
    visitor.go("/login")
    visitor.wear(scene.theme)
    visitor.open(scene.shown)
    station = visitor.station
    words = {
        str(station.home): "/var/lib/tinyice",
        f"localhost:{station.port}": "hub.meridian.example",
        f"127.0.0.1:{station.port}": "radio.example:8000",
        f"127.0.0.1:{station.port + 1}": "radio.example:8001",
        "127.0.0.1": "192.0.2.30",
        str(station.port): "8000",
        platform.release(): "6.1.0",
    }
    if name.startswith("studio"):
        for drawn in ("[data-lane=in][d*=V]", ".meter:not(.is-none)"):
            visitor.page.wait_for_selector(drawn, state="attached")
    visitor.evaluate(AS_ELSEWHERE, [list(words), list(words.values())])
    whole = SCREENSHOTS / f"tour-{name}.png"
    visitor.page.screenshot(path=whole, animations="disabled")
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / f"{name}.webp"
    scaled = ["-vf", f"scale='min(iw,{WIDEST})':-1:flags=lanczos"]
    kept = ["-c:v", "libwebp", "-quality", "85", "-compression_level", "6"]
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(whole), *scaled, *kept, str(picture)]
    subprocess.run(command, check=True, timeout=30)
    return picture


def test_the_pictures_of_the_tour(station: Station, visit: Visit) -> None:
    """Each can be made of the pages as they are, and stays small."""
    is_kept = bool(os.environ.get("WRITE_TOUR"))
    folder = PICTURES if is_kept else SCREENSHOTS / "tour"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    stranger, operator = visit(station), visit(station, "admin")
    if is_kept:
        until(lambda: b"nowdot" in page_of(station), within=CURVE_S, what="there is a curve")
    for name, scene in SCENES.items():
        if name == "network":
            set_up_network(station)
        if name == "studio":
            set_up_studio(station)
        picture = take(operator if scene.shown.user else stranger, name, scene, folder)
        assert picture.stat().st_size < LARGEST_BYTES, name


def test_the_tour_shows_them_all() -> None:
    """Text and pictures belong together."""
    shown = set(re.findall(r"\(images/tour/([\w-]+)\.webp\)", TOUR.read_text("utf-8")))
    kept = {path.stem for path in PICTURES.iterdir()}
    assert shown == kept == set(SCENES)
    assert all(path.stat().st_size < LARGEST_BYTES for path in PICTURES.iterdir())
