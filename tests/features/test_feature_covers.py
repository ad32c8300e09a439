"""Covers that pages show are small, however large they are in the library."""

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from codec.painted import noise, painted, seen
from features.conftest import Serve
from features.mpd_clients import autodj, connected
from features.music import put, tone
from programs.station import Station, free_port_pair
from programs.waiting import until
from web.picture_bytes import png

pytestmark = pytest.mark.timeout(120)

SMALL_BYTES = 200_000
LARGE = painted(noise(850, 850), "png", "rgb24")


def answer(station: Station, path: str, tag: str = "") -> tuple[int, dict[str, str], bytes]:
    """Status, fields and body."""
    asked = Request(station.url(path), headers={"If-None-Match": tag} if tag else {})
    try:
        with build_opener(ProxyHandler({})).open(asked, timeout=60) as found:
            return found.status, dict(found.headers), found.read()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read()


def folder(root: Path, name: str, cover: bytes) -> Path:
    """Music with a picture beside it."""
    put(root / name / "1.flac", tone(60.0, 440.0), artist="A", title=name)
    (root / name / "cover.png").write_bytes(cover)
    return root / name


def test_large_covers_are_small_on_pages(serve: Serve, tmp_path: Path) -> None:
    """And the original for MPD clients; a picture that is a trap harms nobody."""
    assert len(LARGE) > 2_000_000
    port = free_port_pair()
    large, trap = folder(tmp_path, "large", LARGE), folder(tmp_path, "trap", png(60_000, 60_000))
    entries = [
        {**autodj(large, port), "mount": "/large"},
        {"mount": "/trap", "music_dir": str(trap)},
    ]
    station = serve(autodjs=entries)
    for mount in ("/large", "/trap"):
        until(lambda path=mount: station.plays(path), within=60, what=f"{mount} plays")
    assert answer(station, "/cover/trap")[0] == 404
    status, fields, picture = answer(station, "/cover/large")
    assert (status, fields["Content-Type"]) == (200, "image/jpeg")
    assert len(picture) < SMALL_BYTES
    assert max(seen(picture).shape) <= 640
    assert answer(station, "/cover/large", fields["ETag"])[0] == 304
    listed = json.loads(station.get("/api/autodjs/library/tracks?mount=/large", user="admin"))
    (track,) = listed["items"]
    studio = f"/admin/studio-cover?mount=/large&track={track['id']}"
    assert station.get(studio, user="admin") == picture
    client = connected(port)
    assert client.albumart("1.flac")["binary"] == LARGE
    client.disconnect()
    assert answer(station, "/cover/trap")[0] == 404
    assert station.plays("/trap")
