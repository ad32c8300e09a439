"""The settings page: what it shows, what it saves, and how it says no."""

import re
from urllib.parse import urlencode

import msgspec
import pytest
from web_support import DJ, Reply, Web

from tinyice.config.faults import NotSaved
from tinyice.config.model import Config
from tinyice.core.access.permissions import Action
from tinyice.core.errors import Overloaded
from tinyice.web.api.settings import KEYS
from tinyice.web.console.moved import moved_to
from tinyice.web.console.settings_fields import LABELS, UNITS, groups
from tinyice.web.console.settings_form import form_of, values_in
from tinyice.web.params import Params

COOKIE = b"Cookie: sid=cookie1\r\n"
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def web() -> Web:
    """A site with the administrator logged in."""
    site = Web()
    site.open_session()
    return site


def page(web: Web) -> str:
    """The settings as they are."""
    reply = web.ask("/admin/settings", COOKIE)
    assert reply.status == 200
    return reply.text


def part(text: str, name: str) -> str:
    """The form of one group."""
    return re.findall(rf'<form class="panel form" id="{name}".*?</form>', text, re.DOTALL)[0]


def seen(web: Web, group: str) -> str:
    """What a form remembers of what it showed."""
    found: str = re.findall(r'name="seen" value="(\w+)"', part(page(web), group))[0]
    return found


def save(web: Web, group: str, *, was: str = "", **typed: str) -> Reply:
    """Send a group back with some fields typed anew."""
    form = {"csrf": "csrf1", "seen": was or seen(web, group), **typed}
    return web.post(f"/admin/settings/{group}", urlencode(form).encode(), COOKIE)


def shown(text: str, key: str) -> str:
    """What stands in a field of text."""
    found: str = re.findall(rf'id="set-{key}" name="{key}"[^>]* value="([^"]*)"', text)[0]
    return found


def test_every_safe_setting_is_there_once(web: Web) -> None:
    """With its meaning, as the configuration's model has it."""
    text = page(web)
    for key in (*KEYS, "landing_markdown"):
        assert len(re.findall(rf'data-set="{key}"', text)) == 1, key
    assert "Seconds for a request head. Default: 15 s." in text


def test_names_are_those_of_settings() -> None:
    """A setting that is gone leaves no words behind; every group has a title."""
    keys = {key for group in groups() for key in group.keys}
    assert set(LABELS) | set(UNITS) <= keys
    assert keys == {*KEYS, "landing_markdown"}


@pytest.mark.parametrize(
    ("group", "key", "typed", "kept"),
    [
        ("limits", "max_listeners", "500", 500),
        ("limits", "max_listeners", " 500 ", 500),
        ("limits", "header_timeout", "7.5", 7.5),
        ("limits", "header_timeout", "7", 7),
        ("station", "location", "Pier 4, Ünder", "Pier 4, Ünder"),
        ("streaming", "low_latency_mode", "on", True),
        ("streaming", "takeover", "", False),
        ("logs", "log_level", "warn", "warn"),
        (
            "access",
            "trusted_proxies",
            "192.0.2.1, 10.0.0.0/8\n::1",
            ["192.0.2.1", "10.0.0.0/8", "::1"],
        ),
        ("ports", "shoutcast_port", "9001", 9001),
        ("branding", "landing_markdown", "# A\r\n\r\nb ", "# A\n\nb "),
        ("branding", "accent_color", "#3355ff", "#3355ff"),
    ],
)
def test_what_is_typed_is_saved(web: Web, group: str, key: str, typed: str, kept: object) -> None:
    """As the value that it looks like, under the user's name, and it is shown afterwards."""
    reply = save(web, group, **{key: typed})
    assert reply.status == 303
    assert reply.head["location"] == f"/admin/settings?saved={group}#{group}"
    assert web.bench.changes.document[key] == kept
    assert web.bench.changes.made == [(Action.CHANGE_SETTINGS, key, "")]
    assert ": saved." in web.ask(f"/admin/settings?saved={group}", COOKIE).text


def test_only_what_is_different_is_saved(web: Web) -> None:
    """A form sends all its fields; the file gets those that were changed."""
    before = dict(web.bench.changes.document)
    same = {"max_listeners": "0", "header_timeout": "15", "max_sources": "3"}
    assert save(web, "limits", **same).status == 303
    assert web.bench.changes.document == {**before, "max_sources": 3}


def test_nothing_is_saved_when_nothing_was_changed(web: Web) -> None:
    """Neither the file nor the audit is touched."""
    assert save(web, "limits", max_listeners="0").status == 303
    assert web.bench.changes.made == []


def test_an_empty_field_goes_back_to_the_default(web: Web) -> None:
    """The key leaves the file."""
    save(web, "limits", max_listeners="500")
    assert save(web, "limits", max_listeners="").status == 303
    assert "max_listeners" not in web.bench.changes.document


def test_faults_stand_at_their_fields(web: Web) -> None:
    """All at once, in the configuration's own words; what was typed stays, and nothing is saved."""
    typed = {"max_listeners": "many", "header_timeout": "-1", "max_sources": "7"}
    reply = save(web, "limits", **typed)
    assert reply.status == 422
    form = part(reply.text, "limits")
    assert "must be a whole number from 0 to 1000000000, not &#34;many&#34;" in form
    assert "must be a number from 0.1 to 86400" in form
    assert form.count('aria-invalid="true"') == 2
    assert {key: shown(form, key) for key in typed} == typed
    assert web.bench.changes.made == []


def test_a_fault_in_a_list_stands_at_the_list(web: Web) -> None:
    """Whichever entry it is."""
    reply = save(web, "access", trusted_proxies="192.0.2.1\nnonsense")
    assert reply.status == 422
    assert "not &#34;nonsense&#34;" in part(reply.text, "access")


def test_a_fault_between_keys_is_told(web: Web) -> None:
    """Also where it stands at a key of another group, or at none."""
    reply = save(web, "ports", use_https="on")
    assert reply.status == 422
    assert "cert_file: must name a file" in part(reply.text, "ports")


def test_what_somebody_else_has_saved_is_not_undone(web: Web) -> None:
    """A form that is out of date is shown again, with what was typed."""
    was = seen(web, "limits")
    save(web, "limits", max_listeners="500")
    reply = save(web, "limits", was=was, max_sources="3")
    assert reply.status == 409
    assert "Somebody else has changed these settings meanwhile" in reply.text
    assert shown(part(reply.text, "limits"), "max_sources") == "3"
    assert web.bench.changes.config.max_sources == 0
    assert save(web, "station", location="Pier").status == 303


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (NotSaved("the disk is full"), 507, "Not saved: the disk is full"),
        (Overloaded(3), 503, "The server is busy"),
    ],
)
def test_what_could_not_be_saved_is_said(
    web: Web, fault: Exception, status: int, words: str
) -> None:
    """Next to the form, which keeps what was typed."""
    web.bench.changes.fault = fault
    reply = save(web, "limits", max_sources="3")
    assert reply.status == status
    form = part(reply.text, "limits")
    assert words in form
    assert shown(form, "max_sources") == "3"


def test_what_is_typed_is_only_text(web: Web) -> None:
    """In fields, faults and messages."""
    for group, key in (("limits", "max_listeners"), ("branding", "accent_color")):
        text = save(web, group, **{key: HOSTILE}).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
    assert save(web, "branding", landing_markdown=f"</textarea>{HOSTILE}").status == 303
    assert "</textarea>&#34;" not in page(web)
    assert "<script>alert" not in page(web)
    assert "<script>alert" not in web.ask(f"/admin/settings?saved={HOSTILE}", COOKIE).text


def test_what_waits_for_a_restart_says_so(web: Web) -> None:
    """As long as it waits."""
    web.machine.waits = ("queue_size",)
    text = page(web)
    (queue,) = re.findall(r'data-set="queue_size".*?</label>', text, re.DOTALL)
    assert "Waits for a restart" in queue
    assert "<b>Restart needed</b> for queue_size." in text
    assert "Waits for a restart" not in part(text, "station")


def test_what_the_environment_decides_can_not_be_typed(web: Web) -> None:
    """It says who decides, and a form can't change it."""
    web.machine.given = {"max_listeners": "TINYICE_MAX_LISTENERS"}
    form = part(page(web), "limits")
    assert "TINYICE_MAX_LISTENERS decides about it, not the file." in form
    assert re.search(r'id="set-max_listeners"[^>]* disabled', form)
    assert save(web, "limits", max_listeners="5").status == 303
    assert web.bench.changes.made == []


def test_notes_stay_until_their_cause_is_gone(web: Web) -> None:
    """A burst that is cut is told on the page."""
    save(web, "streaming", burst_size="500000")
    assert "burst_size: 500000 is more than half of the queue" in page(web)
    save(web, "streaming", burst_size="")
    assert "more than half of the queue" not in page(web)


def test_unknown_groups(web: Web) -> None:
    """There are those of the page, and no others."""
    assert web.post("/admin/settings/nonsense", b"csrf=csrf1", COOKIE).status == 404


def test_a_form_without_the_sessions_token_saves_nothing(web: Web) -> None:
    """Whatever else it has."""
    was = seen(web, "limits")
    for csrf in (b"", b"&csrf=wrong"):
        form = f"seen={was}&max_sources=3".encode() + csrf
        assert web.post("/admin/settings/limits", form, COOKIE).status == 403
    assert web.bench.changes.made == []


def test_who_may_not_sees_nothing() -> None:
    """Settings are for superadmins."""
    web = Web()
    web.open_session(DJ)
    assert web.ask("/admin/settings", COOKIE).status == 403
    assert Web().ask("/admin/settings").status == 303


def test_each_theme_shows_the_colour(web: Web) -> None:
    """The server works out the inks; only a colour becomes one."""
    told = web.ask("/admin/settings/accent?color=%23ff6600", COOKIE).json()
    assert [theme["name"] for theme in told["themes"]] == ["Studio", "Light", "High contrast"]
    assert all(theme["ratio"] >= 4.5 for theme in told["themes"])
    for wrong in ("red", "", "%23fff", "%23ff6600;}"):
        assert web.ask(f"/admin/settings/accent?color={wrong}", COOKIE).status == 400


@pytest.mark.parametrize("name", [group.name for group in groups()])
def test_a_form_sent_back_as_it_is_changes_nothing(name: str) -> None:
    """Every value is read as it was shown."""
    group = next(group for group in groups() if group.name == name)
    config = msgspec.structs.replace(
        Config(), trusted_proxies=("10.0.0.0/8", "::1"), queue_seconds=2.5, landing_markdown="a\nb"
    )
    form = form_of(group, config, waiting=(), given={})
    sent = {field.key: field.value.replace("\n", "\r\n").encode() for field in form.fields}
    assert values_in(form, Params(sent)) == {}


def test_a_port_that_moves_tells_where_the_pages_are(web: Web) -> None:
    """In the answer itself: nothing answers on the port that the browser knows any more."""
    reply = save(web, "ports", port="9000", shoutcast_port="9001")
    assert reply.status == 200
    address = "http://radio.example:9000/admin/settings"
    assert f'<b>The server has moved:</b> go on at <a href="{address}">{address}</a>.' in reply.text
    assert save(web, "ports", port="8000", shoutcast_port="9002").status == 303


@pytest.mark.parametrize(
    ("host", "secure", "after", "moved"),
    [
        ("a:8000", False, {}, ""),
        ("a:8000", False, {"port": 9000}, "http://a:9000"),
        ("a", False, {"port": 9000}, ""),
        ("a:8000", False, {"port": 0}, ""),
        ("[::1]:8443", True, {"https_port": 9443}, "https://[::1]:9443"),
        ("a:8443", True, {"use_https": False}, "http://a:8000"),
        ("a:8443", True, {"port": 9000}, ""),
    ],
)
def test_who_came_by_a_port_that_moved(
    host: str, secure: bool, after: dict[str, object], moved: str
) -> None:
    """Whoever came another way, or through a proxy, finds the pages as before."""
    before = Config(use_https=True, https_port=8443, cert_file="c", key_file="k")
    assert moved_to(host, before, msgspec.structs.replace(before, **after), secure=secure) == moved
