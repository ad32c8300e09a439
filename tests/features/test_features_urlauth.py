"""Listener accounts and the station's web site, with real servers and players.

What the site is asked is held against a real Icecast 2.4.4 with the same site.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from features.authsite import AuthSite, Call, auth_site
from features.conftest import Serve
from features.sounding import Encoder
from features.talk import HEAD_END, ask, connect, login, read, request, status
from programs.children import give_away, start, unprivileged
from programs.station import (
    HOST,
    ICECAST_XML,
    PASSWORD,
    PASSWORD_HASH,
    Station,
    accepts,
    free_port_pair,
)
from programs.waiting import until

SITE_MOUNT = """<mount><mount-name>/live</mount-name><authentication type="url">
  <option name="mount_add" value="{url}"/><option name="mount_remove" value="{url}"/>
  <option name="listener_add" value="{url}"/><option name="listener_remove" value="{url}"/>
  <option name="stream_auth" value="{url}"/>
  <option name="headers" value="x-country,cookie"/>
  <option name="header_prefix" value="ClientHeader."/>
</authentication></mount><mount type="default">"""

CALLS = ("listener_add", "listener_remove", "mount_add", "mount_remove", "stream_auth")
OF_EACH_SERVER = {"client", "server", "port", "duration"}
WITHIN_S = 15.0


def decided_by(site: AuthSite, *calls: str, **more: object) -> dict[str, object]:
    """The settings of ``/live``, about which the site is asked and told."""
    asked = dict.fromkeys(calls or CALLS, site.url)
    return {"advanced_mounts": {"/live": {"url_auth": {**asked, **more}}}}


@contextmanager
def real_icecast(site: AuthSite) -> Iterator[Station]:
    """Debian's Icecast, whose mount ``/live`` asks the site."""
    with tempfile.TemporaryDirectory(prefix="icecast-", ignore_cleanup_errors=True) as folder:
        yield from _real_icecast(Path(folder), site)


def _real_icecast(home: Path, site: AuthSite) -> Iterator[Station]:
    port = free_port_pair()
    xml = ICECAST_XML.format(port=port, home=home, secret=PASSWORD, more="")
    mount = SITE_MOUNT.format(url=site.url)
    (home / "icecast.xml").write_text(xml.replace('<mount type="default">', mount))
    give_away(home)
    command = unprivileged(["icecast2", "-c", str(home / "icecast.xml")])
    with start(command, home=home, name="server", lasting=60) as child:
        until(lambda: accepts(port), within=WITHIN_S, what="icecast2 accepts connections")
        yield Station("icecast2", port, home, child)


def an_evening(station: Station, site: AuthSite) -> dict[str, list[Call]]:
    """A source comes, two listeners come and go, the source goes: what the site heard of it."""
    listeners = (
        (
            "/live?token=a%20b&x=1",
            login("ann", "se cr&t"),
            "User-Agent: My Player/1.0",
            "X-Country: NZ",
        ),
        ("/live?user=bob&pass=pw",),
    )
    with Encoder(station.port, "/live", user="dj", password="p wé") as encoder:
        site.wait_for("mount_add")
        encoder.play(2)
        for number, (target, *lines) in enumerate(listeners, 1):
            with closing(connect(station.port)) as player:
                player.sendall(request(target, *lines))
                answer = read(player, HEAD_END)
                assert b" 200 " in answer.split(b"\r\n")[0], answer
            # Icecast finds out when it sends
            until(
                lambda n=number: encoder.play(0.1) and len(site.of("listener_remove")) >= n,
                within=WITHIN_S,
                what="the site hears that the listener has left",
            )
    site.wait_for("mount_remove")
    return {action: site.of(action) for action in CALLS}


@pytest.mark.needs_program("icecast2")
def test_the_site_hears_what_it_hears_from_icecast(serve: Serve) -> None:
    """Every field that Icecast 2.4.4 posts is posted, with the same value, and the same login."""
    with auth_site() as site, real_icecast(site) as icecast:
        theirs = an_evening(icecast, site)
    with auth_site() as site:
        own = {"headers": ["x-country", "cookie"], "header_prefix": "ClientHeader."}
        ours = an_evening(serve(**decided_by(site, **own)), site)
    for action in CALLS:
        assert len(ours[action]) == len(theirs[action]) > 0, action
        for mine, reference in zip(ours[action], theirs[action], strict=True):
            same = {k: v for k, v in reference.fields.items() if k not in OF_EACH_SERVER}
            assert reference.fields.keys() <= mine.fields.keys()
            assert {name: mine.fields[name] for name in same} == same
            assert mine.authorization == reference.authorization
            assert mine.content_type == reference.content_type
    came, went = ours["listener_add"][0], ours["listener_remove"][0]
    assert came.fields["client"] == went.fields["client"]


def test_the_site_refuses(serve: Serve) -> None:
    """Without its header nobody gets in; its message is what a listener reads."""
    with auth_site() as site:
        station = serve(**decided_by(site))
        with Encoder(station.port, "/live") as encoder:
            encoder.play(1)
            site.answers["listener_add"] = {"icecast-auth-message": "the house is full"}
            answer = ask(station.port, request("/live", login("ann", "pw")))
            assert answer.status.split()[1] == "401"
            assert b"the house is full" in answer.body
            site.answers["listener_add"] = {}
            assert status(station.port, request("/live")) == 401
            site.answers["stream_auth"] = {}
            assert not Encoder(station.port, "/live").is_on_air


def test_the_site_limits_the_time(serve: Serve) -> None:
    """A listener is let go when its time is over, and the site hears how long it was."""
    with auth_site() as site:
        station = serve(**decided_by(site, "listener_add", "listener_remove"))
        site.answers["listener_add"] = {"icecast-auth-user": "1", "icecast-auth-timelimit": "1"}
        with Encoder(station.port, "/live") as encoder:
            encoder.play(4)
            with closing(connect(station.port)) as player:
                player.sendall(request("/live"))
                assert read(player).startswith(b"HTTP/1.0 200 OK")
            told = site.wait_for("listener_remove")
            assert told.fields["duration"] in ("1", "2")


@pytest.mark.parametrize(("when_down", "expected"), [("refuse", 503), ("allow", 200)])
def test_nobody_answers(serve: Serve, when_down: str, expected: int) -> None:
    """When the site is down, listeners are refused for now, or let in, as the operator says."""
    with auth_site() as site:
        station = serve(**decided_by(site, "listener_add", when_down=when_down))
    with Encoder(station.port, "/live") as encoder:
        encoder.play(1)
        assert [status(station.port, request("/live")) for _ in range(8)] == [expected] * 8


@pytest.fixture(scope="module")
def club(serve: Serve) -> Station:
    """A station whose mount ``/club`` has members, and whose mount ``/live`` is for everyone."""
    members = {"listener_accounts": {"ann": PASSWORD_HASH}}
    return serve(advanced_mounts={"/club": members}, lockout_failures=3)


@pytest.mark.needs_program("curl", "ffmpeg")
def test_members_only(club: Station, tmp_path: Path) -> None:
    """Members get in with curl and ffmpeg, by login or by address; a lockout hits logins only."""
    with Encoder(club.port, "/club") as encoder, Encoder(club.port, "/live") as other:
        encoder.play(5)
        other.play(1)
        assert status(club.port, request("/club")) == 401
        url = f"http://{HOST}:{club.port}/club"
        curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "1"]
        for how in (["-u", f"ann:{PASSWORD}", url], [f"{url}?user=ann&pass={PASSWORD}"]):
            done = subprocess.run([*curl, *how], capture_output=True, timeout=20, check=False)
            assert done.stdout == b"200"
        heard = tmp_path / "heard.mp3"
        member = f"http://ann:{PASSWORD}@{HOST}:{club.port}/club"
        ffmpeg = ["ffmpeg", "-v", "fatal", "-i", member, "-c", "copy", "-fs", "20000", str(heard)]
        subprocess.run(ffmpeg, timeout=20, check=True)
        assert heard.stat().st_size > 10_000
        wrong = request("/club", login("ann", "wrong"))
        assert [status(club.port, wrong) for _ in range(4)] == [401, 401, 401, 429]
        assert status(club.port, request("/club", login("ann", PASSWORD))) == 429
        assert status(club.port, request("/live")) == 200
