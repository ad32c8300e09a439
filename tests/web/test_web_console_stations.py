"""The page of stations: what it shows to whom, and what its forms change."""

import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from web_support import BOSS, DJ, Reply, Web, mount

from tinyice.config.faults import NotSaved
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.clients import Client
from tinyice.core.errors import Overloaded
from tinyice.core.snapshots import StationHeaders

STATIONS = "/admin/stations"
HEAD = b"Cookie: sid=cookie1\r\n"
ADMIN = Principal("head", Role.ADMIN, Via.SESSION, frozenset({"/live"}))
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'`"


def signed_in(who: Principal = BOSS) -> Web:
    """Two mounts that are set up, one that waits, and a session of somebody."""
    waiting = mount("/pop-up", visible=False, configured=False, waiting=True)
    web = Web(mount(), mount("/other", listeners=0), waiting)
    web.open_session(who)
    return web


def page(web: Web, query: str = "") -> str:
    """The page."""
    reply = web.ask(STATIONS + query, HEAD)
    assert reply.status == 200, reply
    return reply.text


def was(text: str) -> str:
    """What the form says that it said when it was given out."""
    found = re.search(r'name="was" value="([^"]*)"', text)
    assert found
    return unescape(found[1])


def send(web: Web, address: str, **form: str) -> Reply:
    """A form, sent back."""
    return web.post(address, urlencode({"csrf": "csrf1", **form}).encode(), HEAD)


def save(web: Web, path: str = "/live", **form: str) -> Reply:
    """The form of a mount with other values in some fields, sent back."""
    address = f"{STATIONS}?mount={quote(path)}"
    given = was(web.ask(address, HEAD).text)
    return send(web, address, **{**json.loads(given), "was": given, **form})


def own(web: Web, path: str = "/live") -> dict[str, object]:
    """What the configuration says of a mount by now."""
    found: dict[str, object] = web.bench.changes.document.get("advanced_mounts", {}).get(path, {})
    return found


def value_of(text: str, name: str) -> str:
    """What stands in a field of the page."""
    found = re.search(rf'<input[^>]* id="{name}"[^>]* value="([^"]*)"', text)
    assert found, name
    return unescape(found[1])


class TestPage:
    """What is shown, and to whom."""

    def test_a_superadmin_sees_all_mounts(self) -> None:
        """Those that are set up in the list, those that wait above it."""
        text = page(signed_in())
        assert re.findall(r'<li data-mount="([^"]*)"', text) == ["/live", "/other"]
        assert "2 mounts, 1 waits" in text
        assert "hidden until approved" in text
        assert "/admin/stations/new" in text

    @pytest.mark.parametrize("address", [STATIONS, "/admin/access/audit", "/admin/audience"])
    def test_every_page_tells_how_many_wait(self, address: str) -> None:
        """Those who may approve them, beside the way to where they do."""
        mark = re.compile(r"data-approvals( hidden)?><span>(\d+)<")
        found = mark.findall(signed_in().ask(address, HEAD).text)
        assert set(found) == {("", "1")}
        assert mark.search(signed_in(ADMIN).ask(address, HEAD).text) is None

    def test_an_admin_sees_their_own(self) -> None:
        """No other mount is on the page, nor anything that only a superadmin may do."""
        text = page(signed_in(ADMIN))
        assert re.findall(r'<li data-mount="([^"]*)"', text) == ["/live"]
        for hidden in ("/other", "/pop-up", "/stations/new", "/stations/remove", "intro_file"):
            assert hidden not in text
        assert "data-station" in text

    def test_a_dj_sees_what_to_type_into_an_encoder(self) -> None:
        """And changes nothing."""
        text = page(signed_in(DJ))
        assert "Connect an encoder" in text
        assert "data-station" not in text
        assert 'method="post" action="/admin/stations' not in text

    @pytest.mark.parametrize("who", [ADMIN, DJ])
    def test_others_mounts_are_nobodys_business(self, who: Principal) -> None:
        """Whether there is such a mount or not."""
        web = signed_in(replace(who, via=Via.SESSION))
        for path in ("/other", "/none"):
            assert web.ask(f"{STATIONS}?mount={path}", HEAD).status == 403

    def test_a_mount_that_is_not_there(self) -> None:
        """The list is, and says so."""
        reply = signed_in().ask(f"{STATIONS}?mount=/none", HEAD)
        assert reply.status == 404
        assert "There is no mount /none." in reply.text
        assert 'data-mount="/live"' in reply.text

    def test_who_has_not_logged_in_is_sent_to_do_so(self) -> None:
        """And comes back."""
        reply = Web().ask(STATIONS)
        assert reply.head["location"].startswith("/login?")

    def test_a_station_without_mounts(self) -> None:
        """It names the next step."""
        web = Web()
        web.open_session()
        assert "Make one" in page(web)

    def test_every_form_that_changes_carries_the_token(self) -> None:
        """Else it could not be sent back."""
        for query in ("", "?mount=/live", "/new"):
            text = page(signed_in(), query)
            assert text.count('method="post"') == text.count('name="csrf" value="csrf1"')

    def test_the_list_is_bounded_and_can_be_searched(self) -> None:
        """Two hundred at once, however many there are."""
        web = Web(*(mount(f"/m{number:03}") for number in range(450)))
        web.open_session()
        text, seen = page(web), []
        while True:
            seen += re.findall(r'<li data-mount="([^"]*)"', text)
            more = re.search(r'href="/admin/stations(\?[^"]*after=[^"]*)"', text)
            if not more:
                break
            text = page(web, unescape(more[1]))
        assert seen == [f"/m{number:03}" for number in range(450)]
        assert re.findall(r'<li data-mount="([^"]*)"', page(web, "?find=M44")) == [
            f"/m44{digit}" for digit in range(10)
        ]

    def test_a_mount_off_the_air_has_its_name(self) -> None:
        """That of the configuration, since no encoder says another; it is found by it."""
        web = Web(mount("/jazz", source=None, connected_at=None, station=StationHeaders()))
        web.bench.changes.document["advanced_mounts"] = {"/jazz": {"name_override": "Blue Note"}}
        web.open_session()
        for query in ("", "?find=blue"):
            text = page(web, query)
            assert '<span class="cut" dir="auto">Blue Note</span>' in text
            assert "Off air" in text

    def test_what_others_say_is_never_markup(self) -> None:
        """Paths, agents, names of the encoder and of the configuration."""
        path = f"/{HOSTILE}"
        agent = Client("192.0.2.7", HOSTILE)
        station = replace(mount().station, name=HOSTILE)
        waiting = mount("/w" + path, source=agent, waiting=True, visible=False)
        web = Web(mount(path, source=agent, station=station), waiting)
        web.bench.changes.document["mounts"] = {path: ""}
        web.bench.changes.document["advanced_mounts"] = {path: {"genre": HOSTILE, "url": HOSTILE}}
        web.open_session()
        text = page(web, f"?mount={quote(path)}") + page(web, f"?find={quote(HOSTILE)}")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert value_of(text, "genre") == HOSTILE

    @pytest.mark.parametrize("done", ["made", "removed", "approved", "refused", "shut"])
    def test_what_was_done_is_told(self, done: str) -> None:
        """Only what the server knows, whatever the address says."""
        web = signed_in()
        assert 'role="status"' in page(web, f"?done={done}")
        assert 'role="status"' not in page(web, f"?done={done}x")
        assert "evil" not in page(web, "?done=saved&what=genre,evil")


class TestSaving:
    """POST /admin/stations?mount=."""

    @pytest.mark.parametrize(
        ("name", "typed", "kept"),
        [
            ("name_override", "  Harbour Main ", "Harbour Main"),
            ("description", "Ночь", "Ночь"),
            ("genre", "Jazz; Blues & more", "Jazz; Blues & more"),
            ("url", "https://radio.example/", "https://radio.example/"),
            ("charset", "cp1251", "cp1251"),
            ("source_timeout", "2,5", 2.5),
            ("max_listeners", "2,000", 2000),
            ("max_listeners", "0", 0),
            ("max_listener_duration", "3600", 3600),
            ("burst_size", "64", 65536),
            ("burst_size", "0.5", 512),
            ("queue_size", "1 024", 1048576),
            ("metaint", "8192", 8192),
            ("low_latency_mode", "on", True),
            ("low_latency_mode", "off", False),
            ("intro_file", "intros/ident.mp3", "intros/ident.mp3"),
            ("dump_file", "live-%Y.mp3", "live-%Y.mp3"),
        ],
    )
    def test_a_field_is_a_key(self, name: str, typed: str, kept: object) -> None:
        """One is changed, the others are not even named; emptied, it is as the server's again."""
        web = signed_in()
        reply = save(web, **{name: typed})
        assert reply.status == 303, reply.text
        assert reply.head["location"] == f"{STATIONS}?mount=/live&done=saved&what={name}"
        assert own(web) == {name: kept}
        assert web.bench.changes.made == [(Action.CHANGE_MOUNT, "/live", "/live")]
        if name != "max_listeners" or kept:
            assert save(web, **{name: ""}).status == 303
            assert own(web) == {}

    def test_what_is_saved_is_told(self) -> None:
        """By the names of the fields."""
        web = signed_in()
        reply = save(web, genre="Jazz", url="https://radio.example/")
        text = web.ask(reply.head["location"], HEAD).text
        assert "Saved: Genre, Web site. Nobody was interrupted." in text

    def test_what_stands_elsewhere_in_the_file(self) -> None:
        """Hidden mounts."""
        web = signed_in()
        assert save(web, visible="").status == 303
        document = web.bench.changes.document
        assert document["hidden_mounts"] == {"/live": True}
        assert save(web, visible="1").status == 303
        assert document is not web.bench.changes.document
        assert web.bench.changes.document["hidden_mounts"] == {}

    def test_the_order_of_fallbacks_and_their_times(self) -> None:
        """They take the place of the one that Icecast's tools have set."""
        web = signed_in()
        web.bench.changes.document["fallback_mounts"] = {"/live": "/x"}
        typed = {"fallbacks": "/other, silence,", "hold_time": "2.5", "fallback_when_full": "1"}
        assert save(web, **typed).status == 303
        document = web.bench.changes.document
        assert document["fallback_mounts"] == {}
        own = document["advanced_mounts"]["/live"]
        assert own["fallbacks"] == ["/other", "silence"]
        assert (own["hold_time"], own["fallback_when_full"]) == (2.5, True)
        assert save(web, fallbacks="", hold_time="").status == 303
        own = web.bench.changes.document["advanced_mounts"]["/live"]
        assert "fallbacks" not in own
        assert "hold_time" not in own

    def test_a_tick_that_does_not_come_was_taken_away(self) -> None:
        """Browsers send no empty boxes; a form that had none says nothing about it."""
        web = signed_in()
        given = was(page(web, "?mount=/live"))
        address = f"{STATIONS}?mount=/live"
        send(web, address, was=json.dumps({"genre": ""}), genre="Jazz")
        assert "hidden_mounts" not in web.bench.changes.document
        send(web, address, was=given)
        assert web.bench.changes.document["hidden_mounts"] == {"/live": True}

    def test_nothing_is_nothing(self) -> None:
        """A form sent back as it was changes nothing."""
        web = signed_in()
        assert save(web).status == 303
        assert web.bench.changes.made == []

    def test_two_people_do_not_undo_each_other(self) -> None:
        """A form says what it said when it was given out; what it did not change, it leaves."""
        web = signed_in()
        first = was(page(web, "?mount=/live"))
        assert save(web, genre="Jazz").status == 303
        address = f"{STATIONS}?mount=/live"
        later = {**json.loads(first), "was": first, "description": "d"}
        assert send(web, address, **later).status == 303
        assert own(web) == {"genre": "Jazz", "description": "d"}

    @pytest.mark.parametrize("given", ["", "{", "[]", '{"genre": 1}', "\xff"])
    def test_a_form_that_does_not_know_what_it_said(self, given: str) -> None:
        """It is held against what is in force."""
        web = signed_in()
        reply = send(web, f"{STATIONS}?mount=/live", was=given, genre="Jazz")
        assert reply.status == 303
        assert own(web) == {"genre": "Jazz"}

    def test_an_admin_saves_their_own_and_no_files(self) -> None:
        """A file of the server is named by who may change the server."""
        web = signed_in(ADMIN)
        assert save(web, genre="Jazz").status == 303
        reply = save(web, intro_file="ident.mp3")
        assert (reply.status, own(web)) == (403, {"genre": "Jazz"})
        assert send(web, f"{STATIONS}?mount=/other", genre="x").status == 403

    def test_a_dj_saves_nothing(self) -> None:
        """Though the mount is theirs."""
        web = signed_in(DJ)
        assert send(web, f"{STATIONS}?mount=/live", genre="x").status == 403
        assert web.bench.changes.made == []

    def test_without_the_token_nothing_is_saved(self) -> None:
        """A form of another site does not know it."""
        web = signed_in()
        reply = web.post(f"{STATIONS}?mount=/live", b"genre=x", HEAD)
        assert (reply.status, web.bench.changes.made) == (403, [])


class TestPassword:
    """The source password of a mount: set, shown once, taken away."""

    def test_it_is_shown_once(self) -> None:
        """In what to type into an encoder, and never again."""
        web = signed_in()
        reply = save(web, password="blue note")
        assert reply.status == 200
        assert "Saved: Source password." in reply.text
        assert reply.text.count("blue note") >= 2
        assert "source:blue%20note@radio.example:8000/live" in reply.text
        assert web.bench.changes.document["mounts"]["/live"].startswith("$2b$")
        later = page(web, "?mount=/live")
        assert "blue note" not in later
        assert "$2b$" not in later
        assert "the one that was set" in later

    def test_a_secret_is_in_no_form(self) -> None:
        """Neither in a field nor in what the form remembers."""
        web = signed_in()
        save(web, password="blue note")
        assert json.loads(was(page(web, "?mount=/live")))["password"] == ""

    def test_generated_without_a_script(self) -> None:
        """The form comes back with one, and with all that was typed; nothing is saved yet."""
        web = signed_in()
        reply = save(web, genre="Jazz", generate="1")
        assert reply.status == 200
        assert re.fullmatch("([a-z2-9]{4}-){3}[a-z2-9]{4}", value_of(reply.text, "password"))
        assert value_of(reply.text, "genre") == "Jazz"
        assert json.loads(was(reply.text))["genre"] == ""
        assert web.bench.changes.made == []

    def test_back_to_the_default_one(self) -> None:
        """A tick, because an empty field means that it stays."""
        web = signed_in()
        web.bench.changes.document["mounts"]["/live"] = "$2b$04$" + "b" * 53
        assert save(web, genre="x").status == 303
        assert web.bench.changes.document["mounts"]["/live"] != ""
        assert save(web, default_password="1").status == 303
        assert web.bench.changes.document["mounts"]["/live"] == ""

    @pytest.mark.parametrize("password", ["x" * 73, "ü" * 40])
    def test_too_long(self, password: str) -> None:
        """It is told at the field."""
        web = signed_in()
        reply = save(web, password=password)
        assert reply.status == 422
        assert 'id="password-error"' in reply.text
        assert value_of(reply.text, "password") == password
        assert web.bench.changes.made == []


class TestFaults:
    """What is wrong stands at its field, in one sentence, and what was typed stays."""

    @pytest.mark.parametrize(
        ("name", "typed", "sentence"),
        [
            ("url", "radio.example.org", "Starts with http:// or https://"),
            ("url", "javascript:alert(1)", "Starts with http:// or https://"),
            ("max_listeners", "many", "Must be a whole number from 0 to 1000000000"),
            ("max_listeners", "2.5", "Must be a whole number from 0 to 1000000000"),
            ("burst_size", "-1", "Must be a number from 0 to 262144"),
            ("queue_size", "8", "Must be a number from 16 to 262144"),
            ("metaint", "100", "Must be a whole number from 256 to 65536"),
            ("source_timeout", "0", "Must be a number from 0.1 to 86400"),
            ("source_timeout", "9" * 400, "Must be a number from 0.1 to 86400"),
            ("low_latency_mode", "perhaps", "Must be on or off"),
            ("charset", "klingon", "Is not a known charset"),
            ("genre", "a\tb", "Must not contain control characters"),
            ("genre", "x" * 401, "Must not be longer than 400 characters"),
            ("fallbacks", "/live", "Must not lead back to where it began"),
            ("fallbacks", "/admin/x", "are pages of the server"),
            ("intro_file", "/etc/passwd", "Must end as files of audio do"),
            ("intro_file", "/etc/x.mp3", "Must be a file in the data folder"),
            ("dump_file", "../x.mp3", "Must be a file in the data folder"),
            ("dump_file", "tinyice.json", "Must end as files of audio do"),
        ],
    )
    def test_one(self, name: str, typed: str, sentence: str) -> None:
        """Nothing is changed."""
        web = signed_in()
        reply = save(web, **{name: typed, "description": "kept"})
        assert reply.status == 422, reply.text
        told = re.findall(r'id="([a-z_]+)-error">.*?<span>([^<]*)', reply.text, re.DOTALL)
        assert [field for field, _ in told] == [name]
        assert sentence in unescape(told[0][1])
        assert "Nothing was saved" in reply.text
        assert value_of(reply.text, "description") == "kept"
        assert web.bench.changes.made == []

    def test_all_at_once(self) -> None:
        """Nobody learns of them one by one."""
        reply = save(signed_in(), url="x", metaint="1", burst_size="?")
        assert reply.text.count('aria-invalid="true"') == 3
        assert "3 fields have faults" in reply.text

    @pytest.mark.parametrize(
        ("fault", "status"), [(NotSaved("the disk is full"), 507), (Overloaded(3), 503)]
    )
    def test_what_could_not_be_saved(self, fault: Exception, status: int) -> None:
        """The server says why, and keeps what was typed."""
        web = signed_in()
        web.bench.changes.fault = fault
        reply = save(web, genre="Jazz")
        assert reply.status == status
        assert "Nothing was saved." in reply.text
        assert value_of(reply.text, "genre") == "Jazz"

    def test_a_mount_that_has_gone(self) -> None:
        """Somebody removed it meanwhile."""
        web = signed_in()
        reply = send(web, f"{STATIONS}?mount=/gone", genre="Jazz")
        assert reply.status == 404
        assert "/gone" in reply.text


class TestMaking:
    """POST /admin/stations/new."""

    def test_a_mount_with_its_password(self) -> None:
        """The answer shows the password, this once."""
        web = signed_in()
        form = {"mount": "/jazz", "genre": "Jazz", "password": "blue note", "visible": "1"}
        reply = send(web, f"{STATIONS}/new", **form)
        assert reply.status == 200
        document = web.bench.changes.document
        assert document["mounts"]["/jazz"].startswith("$2b$")
        assert own(web, "/jazz") == {"genre": "Jazz"}
        assert web.bench.changes.made == [(Action.MAKE_MOUNT, "/jazz", "/jazz")]

    def test_without_a_password(self) -> None:
        """The default one opens it; its page follows."""
        web = signed_in()
        reply = send(web, f"{STATIONS}/new", mount="jazz", visible="")
        assert reply.status == 303
        assert reply.head["location"].startswith(f"{STATIONS}?mount=/jazz&done=made")
        assert web.bench.changes.document["mounts"]["/jazz"] == ""
        assert web.bench.changes.document["hidden_mounts"] == {"/jazz": True}

    @pytest.mark.parametrize(
        ("path", "status", "sentence"),
        [
            ("/live", 422, "There is a mount /live already"),
            ("/admin/x", 422, "are pages of the server"),
            ("/a.m3u", 422, "must not end with .m3u"),
            ("", 422, "/ is a page of the server"),
        ],
    )
    def test_a_path_that_can_not_be(self, path: str, status: int, sentence: str) -> None:
        """It is told at the path, and what was typed is kept."""
        web = signed_in()
        reply = send(web, f"{STATIONS}/new", mount=path, genre="Jazz", visible="1")
        assert reply.status == status, reply.text
        assert 'id="mount-error"' in reply.text
        assert sentence.lower() in unescape(reply.text).lower()
        assert value_of(reply.text, "genre") == "Jazz"
        assert web.bench.changes.made == []

    def test_generated_for_a_new_one(self) -> None:
        """The path is kept."""
        reply = send(signed_in(), f"{STATIONS}/new", mount="/jazz", generate="1")
        assert value_of(reply.text, "mount") == "/jazz"
        assert value_of(reply.text, "password")

    @pytest.mark.parametrize("who", [ADMIN, DJ])
    def test_only_a_superadmin_makes_one(self, who: Principal) -> None:
        """Nor is the form shown to others."""
        web = signed_in(who)
        assert web.ask(f"{STATIONS}/new", HEAD).status == 403
        assert send(web, f"{STATIONS}/new", mount="/jazz").status == 403
        assert web.bench.changes.made == []


class TestDeciding:
    """Approve, refuse, disable, enable, remove."""

    def test_approved(self) -> None:
        """The mount is one of the configuration from then on."""
        web = signed_in()
        reply = send(web, f"{STATIONS}/approve", mount="/pop-up")
        assert reply.head["location"] == f"{STATIONS}?mount=/pop-up&done=approved"
        assert web.bench.changes.document["mounts"]["/pop-up"] == ""
        assert web.bench.changes.made == [(Action.MAKE_MOUNT, "/pop-up", "/pop-up")]

    def test_refused(self) -> None:
        """The source is sent away; the configuration stays as it is."""
        web = signed_in()
        assert send(web, f"{STATIONS}/refuse", mount="/pop-up").status == 303
        assert web.bench.station.done == [("kick source", "/pop-up")]
        assert [event.action for event in web.bench.events] == ["source.kick"]
        assert web.bench.changes.made == []

    def test_refused_for_good(self) -> None:
        """The mount is disabled, which sends its source away."""
        web = signed_in()
        assert send(web, f"{STATIONS}/refuse", mount="/pop-up", disable="1").status == 303
        assert web.bench.changes.document["disabled_mounts"] == {"/pop-up": True}
        assert "/pop-up" not in web.bench.changes.document["mounts"]

    @pytest.mark.parametrize("deed", ["approve", "refuse"])
    @pytest.mark.parametrize(("path", "status"), [("/live", 409), ("/none", 404)])
    def test_what_does_not_wait_is_not_decided(self, deed: str, path: str, status: int) -> None:
        """It is told why."""
        web = signed_in()
        reply = send(web, f"{STATIONS}/{deed}", mount=path)
        assert reply.status == status
        assert 'role="alert"' in reply.text
        assert web.bench.changes.made == []

    def test_off_and_on(self) -> None:
        """An admin does it too, on their own."""
        web = signed_in(ADMIN)
        address = f"{STATIONS}/switch?mount=/live"
        assert send(web, address, on="0").head["location"].endswith("done=disabled")
        assert web.bench.changes.document["disabled_mounts"] == {"/live": True}
        assert send(web, address, on="1").head["location"].endswith("done=enabled")
        assert web.bench.changes.document["disabled_mounts"] == {}
        assert send(web, f"{STATIONS}/switch?mount=/other", on="0").status == 403

    def test_removed(self) -> None:
        """The list follows."""
        web = signed_in()
        reply = send(web, f"{STATIONS}/remove", mount="/live")
        assert reply.head["location"] == f"{STATIONS}?done=removed"
        assert "/live" not in web.bench.changes.document["mounts"]
        assert web.bench.changes.made == [(Action.REMOVE_MOUNT, "/live", "/live")]

    @pytest.mark.parametrize("deed", ["approve", "refuse", "remove"])
    @pytest.mark.parametrize("who", [ADMIN, DJ])
    def test_those_are_a_superadmins(self, deed: str, who: Principal) -> None:
        """Whatever mounts somebody else has."""
        web = signed_in(who)
        assert send(web, f"{STATIONS}/{deed}", mount="/live").status == 403
        assert (web.bench.changes.made, web.bench.station.done) == ([], [])

    def test_a_waiting_mount_that_is_set_up_is_approved(self) -> None:
        """Who names its genre has named the mount."""
        web = signed_in()
        assert save(web, "/pop-up", genre="Jazz").status == 303
        assert web.bench.changes.document["mounts"]["/pop-up"] == ""
        assert own(web, "/pop-up") == {"genre": "Jazz"}
