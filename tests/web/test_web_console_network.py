"""The Network page: what it says of other servers, and what its forms change."""

import json
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from api_support import NOW
from web_support import BOSS, DJ, Reply, Web, mount

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.pushing import PushSnapshot, PushState
from tinyice.core.relaying import MasterSnapshot, RelaySnapshot, RelayState

HEAD = b"Cookie: sid=cookie1\r\n"
XSS = "<script>alert('x')</script>\"'&"
HUB = "https://hub.example/live"
DOCUMENT: dict[str, list[dict[str, Any]]] = {
    "relays": [
        {"mount": "/r", "url": HUB, "urls": ["http://b.example/x?key=sesame"], "password": "told"},
        {"mount": "/off", "url": HUB, "enabled": False},
    ],
    "masters": [{"url": "https://hub.example", "password": "told", "prefix": "/hub"}],
    "pushes": [
        {"id": "one", "mount": "/live", "url": "http://c.example/there", "password": "told"}
    ],
}


def signed_in(who: Principal = BOSS, **document: object) -> Web:
    """A site that knows other servers, and a session."""
    web = Web(mount(), mount("/other"))
    web.open_session(who)
    web.bench.changes.document |= json.loads(json.dumps({**DOCUMENT, **document}))
    return web


def see(web: Web, path: str = "", **query: str) -> Reply:
    """The page, or a form of it."""
    tail = f"?{urlencode(query)}" if query else ""
    return web.ask(f"/admin/network{path}{tail}", HEAD)


def do(web: Web, path: str, **form: str) -> Reply:
    """A form, sent back."""
    return web.post(f"/admin/network/{path}", urlencode({**form, "csrf": "csrf1"}).encode(), HEAD)


def was(web: Web, kind: str, which: str = "") -> dict[str, str]:
    """The fields of a form as it is given out."""
    text = see(web, f"/{kind}", **({"which": which} if which else {})).text
    value = text.partition('name="was" value="')[2].partition('"')[0]
    found: dict[str, str] = json.loads(unescape(value))
    return found


def save(web: Web, kind: str, which: str = "", **typed: str) -> Reply:
    """The form with these fields typed in."""
    before = was(web, kind, which)
    return do(web, kind, which=which, **{"was": json.dumps(before), **before, **typed})


def set_now(web: Web, section: str, at: int = 0) -> dict[str, Any]:
    """What the file says of one of them."""
    entry: dict[str, Any] = web.bench.changes.document[section][at]
    return entry


class TestWhatIsSeen:
    """In words, and nothing of a password or of the query of an address."""

    def test_nothing_yet(self) -> None:
        """Each part names the next step."""
        web = Web(mount())
        web.open_session()
        text = see(web).text
        for words in ("No relays", "No server is mirrored", "No pushes", "0 relays, 0 on air"):
            assert words in text

    def test_relays(self) -> None:
        web = signed_in()
        web.bench.relays.running = [
            RelaySnapshot(
                "/r",
                RelayState.ON_AIR,
                (HUB, "http://b.example/x"),
                upstream="http://b.example/x",
                connected_at=NOW,
                bytes_in=12_345_678,
            ),
            RelaySnapshot("/hub/a", RelayState.ON_AIR, (HUB,), upstream=HUB, master="https://m"),
        ]
        text = see(web).text
        assert "3 relays, 2 on air" in text
        assert "in place of the first" in text
        assert "12.3 MB" in text
        assert "Mirrored from https://m" in text
        assert "sesame" not in text
        assert "told" not in text

    def test_what_is_wrong_and_when_it_is_tried_again(self) -> None:
        web = signed_in()
        web.bench.relays.running = [
            RelaySnapshot("/r", RelayState.WAITING, (HUB,), error="refuses us", next_try_s=11.2)
        ]
        web.bench.relays.mirrored = [MasterSnapshot("https://hub.example", 0, error=XSS)]
        web.bench.pushes.running = [
            PushSnapshot(
                "one",
                "/live",
                "http://c.example/there",
                "put",
                PushState.WAITING,
                error=f'refuses the stream: "{XSS}" (403)',
                next_try_s=0.2,
            )
        ]
        text = see(web).text
        for words in ("Refuses us", "Next try in 12 s", "No list", "Not taken", "Next try in 1 s"):
            assert words in text
        assert "<script>alert" not in text

    def test_pushes(self) -> None:
        web = signed_in()
        web.bench.pushes.running = [
            PushSnapshot(
                "one",
                "/live",
                "http://c.example/there",
                "put",
                PushState.SENDING,
                connected_at=NOW,
                titles_error="titles are not taken (404)",
                bytes_out=3_000_000_000,
                left_out=2_000_000,
            )
        ]
        text = see(web).text
        for words in ("Sending", "3.00 GB", "Left out", "2.0 MB", "1 push, 1 sending", "(404)"):
            assert words in text

    def test_a_master_that_was_read(self) -> None:
        web = signed_in()
        web.bench.relays.mirrored = [MasterSnapshot("https://hub.example", 7, NOW)]
        text = see(web).text
        for words in ("Mirrored", "0:00 ago", "/hub"):
            assert words in text

    def test_what_a_script_fetches_is_less(self) -> None:
        text = see(signed_in(), "/list").text
        assert "ways-push" in text
        assert "<html" not in text

    def test_many_come_in_pages(self) -> None:
        relays = [{"mount": f"/r{number:03}", "url": HUB} for number in range(150)]
        web = signed_in(relays=relays)
        text = see(web).text
        assert "/r099" in text
        assert "/r100" not in text
        assert "after=%2Fr099" in text
        assert "/r149" in see(web, after="/r099").text

    def test_others_do_not_see_it(self) -> None:
        web = signed_in(DJ)
        assert see(web).status == 403
        assert "/admin/network" not in web.ask("/admin/stations", HEAD).text
        assert do(web, "remove", kind="relay", which="/r").status == 403
        assert not web.bench.changes.made


class TestForms:
    """Each becomes what the operation of the API takes."""

    def test_a_relay_is_made(self) -> None:
        web = signed_in()
        typed = {"mount": "/new", "url": HUB, "urls": "http://b.example/\r\n\r\nhttp://c.example/"}
        reply = save(web, "relay", **typed, password="secret", on_demand="1")
        assert reply.head["location"] == "/admin/network?done=made"
        assert set_now(web, "relays", 2) == {
            "mount": "/new",
            "url": HUB,
            "urls": ["http://b.example/", "http://c.example/"],
            "password": "secret",
            "on_demand": True,
            "guarded": True,
        }
        assert web.bench.changes.made == [(Action.CHANGE_RELAYS, "relay on /new", "/new")]
        assert "It is set up" in see(web, done="made").text

    def test_only_what_differs_is_changed(self) -> None:
        """Neither the password, nor what somebody else has changed meanwhile."""
        web = signed_in()
        before = was(web, "relay", "/r")
        set_now(web, "relays")["linger"] = 99
        sent = {**before, "idle_timeout": "3,5"}
        reply = do(web, "relay", which="/r", was=json.dumps(before), **sent)
        assert reply.head["location"] == "/admin/network?done=saved"
        entry = set_now(web, "relays")
        assert (entry["idle_timeout"], entry["linger"], entry["password"]) == (3.5, 99, "told")
        assert "guarded" not in entry
        assert save(web, "relay", "/r").head["location"] == "/admin/network?done=same"

    def test_a_password_is_kept_changed_and_taken_away(self) -> None:
        web = signed_in()
        form = see(web, "/relay", which="/r").text
        assert "told" not in form
        assert "Stays as it is when left empty" in form
        save(web, "relay", "/r", password="other")
        assert set_now(web, "relays")["password"] == "other"
        save(web, "relay", "/r", forget_password="1")
        assert "password" not in set_now(web, "relays")

    def test_a_kept_password_goes_to_no_other_server(self) -> None:
        web = signed_in()
        reply = save(web, "push", "one", url="http://evil.example/there")
        assert reply.status == 422
        assert 'id="password-error"' in reply.text
        assert "Must be given again" in reply.text
        assert "http://evil.example/there" in reply.text, "what was typed is still there"
        assert set_now(web, "pushes")["url"] == "http://c.example/there"

    def test_a_master_is_made_and_changed(self) -> None:
        web = signed_in()
        save(web, "master", url="https://b.example", interval="30", user="x")
        assert set_now(web, "masters", 1) == {
            "url": "https://b.example",
            "interval": 30.0,
            "user": "x",
            "guarded": True,
        }
        save(web, "master", "https://hub.example", prefix="")
        assert "prefix" not in set_now(web, "masters")

    def test_a_push_is_made_and_changed(self) -> None:
        web = signed_in()
        save(web, "push", mount="/live", url=HUB, protocol="source", public="0", name="Ours")
        entry = set_now(web, "pushes", 1)
        called = entry.pop("id")
        assert entry == {
            "mount": "/live",
            "url": HUB,
            "protocol": "source",
            "public": False,
            "name": "Ours",
            "guarded": True,
        }
        save(web, "push", called, public="")
        assert "public" not in set_now(web, "pushes", 1)

    @pytest.mark.parametrize(
        ("kind", "typed", "field"),
        [
            ("relay", {"mount": "", "url": HUB}, "mount"),
            ("relay", {"mount": "/admin/x", "url": HUB}, "mount"),
            ("relay", {"mount": "/r", "url": HUB}, "mount"),
            ("relay", {"mount": "/n"}, "url"),
            ("relay", {"mount": "/n", "url": "rtmp://x/"}, "url"),
            ("relay", {"mount": "/n", "url": HUB, "linger": "soon"}, "linger"),
            ("relay", {"mount": "/n", "url": HUB, "pin": "12"}, "pin"),
            ("master", {"url": ""}, "url"),
            ("master", {"url": "https://hub.example/path"}, "url"),
            ("master", {"url": "https://c.example", "interval": "0"}, "interval"),
            ("push", {"mount": "", "url": HUB}, "mount"),
            ("push", {"mount": "/live", "url": "https://c.example"}, "url"),
            ("push", {"mount": "/live", "url": HUB, "protocol": "shoutcast"}, "url"),
        ],
    )
    def test_a_fault_is_told_at_its_field(
        self, kind: str, typed: dict[str, str], field: str
    ) -> None:
        """Whatever was typed is still there, and nothing was changed."""
        web = signed_in()
        reply = save(web, kind, **typed)
        assert reply.status in (400, 409, 422)
        assert f'id="{field}-error"' in reply.text
        assert all(unescape(value) in unescape(reply.text) for value in typed.values())
        assert not web.bench.changes.made

    def test_what_is_not_there(self) -> None:
        web = signed_in()
        for kind in ("relay", "master", "push"):
            assert see(web, f"/{kind}", which="/none").status == 404
            assert do(web, "remove", kind=kind, which="/none").status in (400, 404)
            assert do(web, "switch", kind=kind, which="/none", on="1").status in (400, 404)
        assert do(web, "remove", kind="x", which="/r").status == 400
        assert not web.bench.changes.made


class TestDeeds:
    """At once, without a form."""

    @pytest.mark.parametrize(
        ("kind", "which", "section"),
        [
            ("relay", "/r", "relays"),
            ("master", "https://hub.example", "masters"),
            ("push", "one", "pushes"),
        ],
    )
    def test_off_on_and_removed(self, kind: str, which: str, section: str) -> None:
        web = signed_in()
        reply = do(web, "switch", kind=kind, which=which, on="0")
        assert reply.head["location"] == "/admin/network?done=off"
        assert set_now(web, section)["enabled"] is False
        assert "Switch on" in see(web).text
        do(web, "switch", kind=kind, which=which, on="1")
        assert set_now(web, section)["enabled"] is True
        assert "guarded" not in set_now(web, section)
        before = len(web.bench.changes.document[section])
        reply = do(web, "remove", kind=kind, which=which)
        assert reply.head["location"] == "/admin/network?done=removed"
        assert len(web.bench.changes.document[section]) == before - 1
