"""Titles: who may set them, how they are written, and what players get of them."""

import urllib.parse

import pytest

from features.conftest import Serve
from features.sounding import BYTES_A_SECOND, WAIT_S, Encoder, hears
from features.talk import ADMIN_LOGIN, SOURCE_LOGIN, ask, connect, json_of, login, request, status
from programs.raw import Recorder, split_icy
from programs.station import PASSWORD, Station
from programs.waiting import until

OLD = "Ещё раз — привет"
QUOTED = """It's "so"; isn't it?"""
LONG = "Ж" * 2500
BLOCK_TEXT_MAX = 4080
FORM = "Content-Type: application/x-www-form-urlencoded"

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(advanced_mounts={"/old": {"charset": "windows-1251"}}, lockout_failures=0)


def target(mount: str, **given: "str | bytes") -> str:
    """A metadata update as encoders ask for it."""
    query = urllib.parse.urlencode({"mount": mount, "mode": "updinfo", **given})
    return f"/admin/metadata?{query}"


def title_now(station: Station, mount: str) -> str:
    """What the administrator reads, which is never a moment old."""
    return station.statistics()[mount].get("title", "")


@pytest.mark.parametrize("given", [ADMIN_LOGIN, SOURCE_LOGIN, login("", PASSWORD)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_may_say_what_plays(station: Station, given: str, method: str) -> None:
    """The administrator, and who may feed the mount; by GET and by a form."""
    with Encoder(station.port, "/live"):
        song = f"{method} {given[-6:]}"
        if method == "GET":
            words = request(target("/live", song=song), given)
        else:
            form = target("/live", song=song).partition("?")[2].encode()
            words = request("/admin/metadata", given, FORM, method="POST", body=form)
        answer = ask(station.port, words)
        assert b"<return>1</return>" in answer.body, answer
        assert title_now(station, "/live") == song


@pytest.mark.parametrize(
    "asked",
    [target("/live", song="hasty"), f"/admin.cgi?mode=updinfo&pass={PASSWORD}&song=hasty"],
)
def test_the_title_of_an_encoder_that_does_not_wait(serve: Serve, asked: str) -> None:
    """The first request that the site ever gets: it is loaded, and the title is not lost."""
    station = serve()
    with Encoder(station.port, "/live") as encoder:
        encoder.play(1)
        station.wait_for_mount("/live", WAIT_S)
        with connect(station.port) as hasty:
            hasty.sendall(request(asked, SOURCE_LOGIN))
        until(lambda: title_now(station, "/live") == "hasty", within=WAIT_S, what="the title")


def test_who_may_not(station: Station) -> None:
    """A wrong password and none are both 401, and the title stays."""
    with Encoder(station.port, "/live"):
        station.set_title("/live", "mine")
        for lines in ([], [login("source", "wrong")], [login("admin", "wrong")]):
            assert status(station.port, request(target("/live", song="theirs"), *lines)) == 401
        assert title_now(station, "/live") == "mine"
    assert status(station.port, request(target("/live", song="x"), ADMIN_LOGIN)) == 400


@pytest.mark.parametrize(
    ("mount", "given", "expected"),
    [
        ("/new", {"song": OLD}, OLD),
        ("/new", {"song": OLD.encode("cp1251"), "charset": "windows-1251"}, OLD),
        ("/new", {"song": "Ünder".encode("latin-1"), "charset": "ISO-8859-1"}, "Ünder"),
        ("/new", {"song": "Ünder".encode("latin-1")}, "Ünder"),
        ("/new", {"artist": "Кино", "title": QUOTED}, f"Кино - {QUOTED}"),
        ("/old", {"song": OLD.encode("cp1251")}, OLD),
        ("/old", {"song": OLD}, OLD),
    ],
)
def test_charsets(
    station: Station, mount: str, given: "dict[str, str | bytes]", expected: str
) -> None:
    """Named by the encoder, assumed by the mount, or UTF-8: the title is the same."""
    with Encoder(station.port, mount) as encoder:
        assert status(station.port, request(target(mount, **given), SOURCE_LOGIN)) == 200
        assert title_now(station, mount).endswith(expected.rpartition(" - ")[2])
        until(lambda: shown(station, mount) == expected, within=WAIT_S, what=expected)
        encoder.play(2)
        block = first_block(station, encoder)
        charset = "cp1251" if mount == "/old" else "utf-8"
        assert f"StreamTitle='{expected}';".encode(charset) in block


def shown(station: Station, mount: str) -> str:
    """What everybody may read."""
    mounts = json_of(station, "/api/status")["mounts"]
    return next((row["now_playing"]["text"] for row in mounts if row["mount"] == mount), "")


def first_block(station: Station, encoder: Encoder) -> bytes:
    """The first metadata block that a new listener gets."""
    listener = Recorder(station.port, encoder.mount)
    hears(listener, encoder.play(1 + 16_000 / BYTES_A_SECOND))
    answer = listener.stop()
    return split_icy(answer.body, answer.metaint)[1][0]


def test_a_title_of_5000_bytes(station: Station) -> None:
    """The block is cut at a character, and the audio behind it is whole."""
    with Encoder(station.port, "/live") as encoder:
        words = request(target("/live", song=LONG), ADMIN_LOGIN)
        # longer than a request's head may be; a form has room
        assert status(station.port, words) == 414
        form = target("/live", song=LONG).partition("?")[2].encode()
        update = request("/admin/metadata", ADMIN_LOGIN, FORM, method="POST", body=form)
        assert status(station.port, update) == 200
        encoder.play(2)
        block = first_block(station, encoder).rstrip(b"\0")
        assert len(block) <= BLOCK_TEXT_MAX
        text = block.decode()
        assert text.startswith("StreamTitle='ЖЖЖ")
        assert text.endswith("Ж';")
        assert len(block) > BLOCK_TEXT_MAX - 64


def test_a_title_reaches_who_listens(station: Station) -> None:
    """A change comes once, in its place; the audio around it is unbroken."""
    with Encoder(station.port, "/live") as encoder:
        encoder.play(2)
        station.wait_for_mount("/live", WAIT_S)
        listener = Recorder(station.port, "/live")
        hears(listener, encoder.play(2))
        for title in (QUOTED, OLD, "third"):
            station.set_title("/live", title)
            hears(listener, encoder.play(2))
        answer = listener.stop()
        assert [title for title in answer.titles if title] == [QUOTED, OLD, "third"]
        assert answer.audio[-BYTES_A_SECOND:] in encoder.sent


def test_a_shoutcast_encoders_title(station: Station) -> None:
    """/admin.cgi with the password in the query sets the title of the Shoutcast mount."""
    with Encoder(station.port, "/live"):
        query = urllib.parse.urlencode({"pass": PASSWORD, "mode": "updinfo", "song": QUOTED})
        for port in (station.port, station.shoutcast_port):
            station.set_title("/live", "before")
            words = request(f"/admin.cgi?{query}", "User-Agent: Mozilla", protocol="HTTP/1.0")
            assert status(port, words) == 200
            assert title_now(station, "/live") == QUOTED
