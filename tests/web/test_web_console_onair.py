"""The On air page: what is seen by whom, and what its forms do."""

import re
from dataclasses import replace
from functools import cache

import pytest
from web_support import ADMIN, BOSS, IDLE, STARTED, Reply, Web, mount

from tinyice.config.faults import NotSaved
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.clients import Client
from tinyice.core.events import (
    ServerStarted,
    SourceConnected,
    SourceDisconnected,
    TagsChanged,
)
from tinyice.core.pushing import PushSnapshot, PushState
from tinyice.core.relaying import MasterSnapshot, RelaySnapshot, RelayState
from tinyice.core.snapshots import MountSnapshot, StationHeaders
from tinyice.core.tags import Tags
from tinyice.core.transcoding import TranscoderSnapshot, TranscoderState
from tinyice.web.console.onair_site import SELECT_MAX, STRIPS_MAX
from web.api_support import NOW
from web.studio_support import FakeDj

HEAD = b"Cookie: sid=cookie1\r\n"
TOKEN = b"Authorization: Bearer ti_good\r\n"
DJ = Principal("mira", Role.DJ, Via.SESSION, frozenset({"/live"}))
HEAD_DJ = Principal("anna", Role.ADMIN, Via.SESSION, frozenset({"/live"}))
CLIENT = Client("192.0.2.7", "BUTT/0.1")
HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}'
RTL = "\u202bרדיו שלום עולם\u202c"


def opened(*mounts: MountSnapshot, who: Principal = BOSS) -> Web:
    """A site that somebody is logged in to."""
    web = Web(*(mounts or (mount(), mount("/two"))))
    web.open_session(who)
    return web


def page(web: Web, query: str = "") -> str:
    """The page, as it is now."""
    reply = web.ask(f"/admin/{query}", HEAD)
    assert reply.status == 200
    return reply.text


def do(web: Web, what: str, form: str, csrf: str = "csrf1") -> Reply:
    """A form of the page, sent back."""
    return web.post(f"/admin/onair/{what}", f"{form}&csrf={csrf}".encode(), HEAD)


def strip(text: str, path: str) -> str:
    """The strip of a mount, as markup."""
    found = re.search(rf'<li data-mount="{re.escape(path)}">.*?</article></li>', text, re.DOTALL)
    assert found is not None, path
    return found[0]


def shown(text: str) -> list[str]:
    """The mounts that have a strip, in order."""
    return re.findall(r'<li data-mount="(/[^"]*)">', text)


def needs(text: str) -> str:
    """What needs a hand, as words."""
    found = re.search(r'<section class="rail-sec needs".*?</section>', text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]*>", "", found[0]).split())


class TestHome:
    """/admin and /admin/ are the page for people, and Icecast's for tools."""

    @pytest.mark.parametrize("path", ["/admin", "/admin/"])
    def test_a_session_sees_the_page(self, path: str) -> None:
        """Also when the browser remembers a password and sends it along."""
        web = opened()
        for head in (HEAD, HEAD + ADMIN):
            assert 'class="strips"' in web.ask(path, head).text

    @pytest.mark.parametrize("path", ["/admin", "/admin/"])
    @pytest.mark.parametrize("login", [ADMIN, TOKEN])
    def test_tools_see_what_icecast_has(self, path: str, login: bytes) -> None:
        """They log in with each request."""
        reply = Web(mount()).ask(path, login)
        assert reply.status == 200
        assert "Mount Point /live" in reply.text

    def test_a_wrong_password_is_refused_as_ever(self) -> None:
        """Tools are told so, and not led to a form."""
        assert Web().ask("/admin/", b"Authorization: Basic YWRtaW46d3Jvbmc=\r\n").status == 401

    def test_who_has_nothing_may_log_in(self) -> None:
        """And comes back."""
        assert Web().ask("/admin/").head["location"] == "/login?next=/admin/"
        assert Web().ask("/admin/", b"Cookie: sid=over\r\n").head["location"].startswith("/login")


class TestPage:
    """What is seen."""

    def test_no_mount_at_all(self) -> None:
        """The next step is named."""
        web = Web()
        web.open_session(BOSS)
        assert "Nothing on air yet" in page(web)

    def test_a_mount_on_air(self) -> None:
        """All that is known of it."""
        text = strip(page(opened(mount())), "/live")
        for told in (
            *("Live", "/live", "Night &amp; Day", "MP3, 128 kbit/s, 44.1 kHz", "Low Tide"),
            *("Kestrel", "BUTT/0.1", "192.0.2.7", "Good", "peak", "Listen in", "Kick source"),
        ):
            assert told in text

    def test_what_is_idle_is_one_line(self) -> None:
        """Behind what is on air, and with nothing to listen to."""
        text = page(opened(IDLE, mount("/z")))
        assert shown(text) == ["/z", "/idle"]
        assert "strip-off" in strip(text, "/idle")
        assert "Listen in" not in strip(text, "/idle")

    def test_the_name_of_what_is_idle(self) -> None:
        """It is the one that was set."""
        web = opened(IDLE)
        own = {"name_override": "Archive <Hour>"}
        web.bench.changes.document["advanced_mounts"] = {"/idle": own}
        assert "Archive &lt;Hour&gt;" in strip(page(web), "/idle")

    def test_many_mounts(self) -> None:
        """Fifty are shown, and of hundreds those on air before the others."""
        fifty = [mount(f"/m{number:02}") for number in range(50)]
        assert len(shown(page(opened(*fifty)))) == 50
        idle = [replace(IDLE, path=f"/i{number:03}") for number in range(STRIPS_MAX)]
        text = page(opened(*idle, mount("/zz")))
        assert len(shown(text)) == STRIPS_MAX
        assert shown(text)[0] == "/zz"
        assert "1 more" in text

    def test_destinations_do_not_multiply(self) -> None:
        """Of a few one is chosen; of many one is typed, with one list of proposals."""
        few = page(opened(*[mount(f"/m{number}") for number in range(3)]))
        assert strip(few, "/m0").count("<option>") == 2
        assert "<datalist" not in few
        many = page(opened(*[mount(f"/m{number}") for number in range(SELECT_MAX + 2)]))
        assert "<option>" not in many
        assert many.count("<datalist") == 1

    def test_listeners_move_to_what_they_understand(self) -> None:
        """Another format is no destination, nor is a mount without a source."""
        ogg = mount("/o.ogg", content_type="application/ogg")
        text = page(opened(mount(), mount("/two"), ogg, IDLE))
        assert re.findall(r"<option>([^<]*)", strip(text, "/live")) == ["/two"]
        assert "Move listeners" not in strip(text, "/o.ogg")

    @pytest.mark.parametrize("words", [HOSTILE, RTL, "x" * 4000])
    def test_text_from_outside(self, words: str) -> None:
        """It is text, whatever it looks like, and as long as it is."""
        station = StationHeaders(name=words)
        source = Client("192.0.2.7", words)
        tags = Tags(artist=words, title=words)
        web = opened(mount(station=station, source=source, tags=tags))
        web.chronicle.recent(TagsChanged("/live", tags, "stream"))
        web.chronicle.recent(SourceConnected("/live", "client", source, words, words))
        text = page(web)
        assert "<script>alert" not in text
        assert "49" not in strip(text, "/live")
        assert text.count('dir="auto"') >= 4

    def test_what_is_special_is_marked(self) -> None:
        """Hidden, disabled, waiting."""
        text = page(
            opened(
                mount("/h", visible=False),
                mount("/w", visible=False, configured=False, waiting=True),
                replace(IDLE, disabled=True),
            )
        )
        assert "Hidden" in strip(text, "/h")
        assert "Show in lists" in strip(text, "/h")
        assert "Waits" in strip(text, "/w")
        assert "Disabled" in strip(text, "/idle")
        assert "Enable mount" in strip(text, "/idle")

    def test_happenings(self) -> None:
        """The newest first."""
        web = opened(mount())
        web.chronicle.recent(ServerStarted("0.1", ()))
        web.chronicle.recent(TagsChanged("/live", Tags("A", "First"), "stream"))
        text = page(web)
        assert text.index("A - First") < text.index("server started")

    def test_the_rail_alone(self) -> None:
        """For a page that is open already."""
        text = opened().ask("/admin/onair/rail", HEAD).text
        assert text.count("<section") == 2
        assert "<html" not in text

    def test_every_form_carries_the_token(self) -> None:
        """Else it could not be sent back."""
        text = page(opened(mount(), mount("/w", waiting=True, configured=False), IDLE))
        assert text.count("<form") == text.count('name="csrf" value="csrf1"')


class TestWhose:
    """Everybody sees what is theirs, and may do there what their role says."""

    def test_a_dj_sees_their_mounts(self) -> None:
        """Sums and happenings are of those alone."""
        web = opened(mount(listeners=3), mount("/two", listeners=40), who=DJ)
        web.chronicle.recent(TagsChanged("/two", Tags(title="Secret"), "stream"))
        web.chronicle.recent(ServerStarted("0.1", ()))
        text = page(web)
        assert shown(text) == ["/live"]
        assert '<span data-total="listeners">3</span>' in text
        assert '<span data-total="mounts">1</span>' in text
        for others in ("Secret", "/two", "server started"):
            assert others not in text

    def test_only_who_may_change_a_mount_is_offered_that(self) -> None:
        """A DJ sets titles, and ends sources."""
        asked = ("Hide from lists", "Disable mount")
        by_dj = strip(page(opened(mount(), who=DJ)), "/live")
        by_head = strip(page(opened(mount(), who=HEAD_DJ)), "/live")
        assert "Edit title" in by_dj
        assert not any(words in by_dj for words in asked)
        assert all(words in by_head for words in asked)


class TestNeeds:
    """What needs a hand."""

    def test_all_is_well(self) -> None:
        """Then that is said."""
        web = opened()
        web.bench.lockouts.found.clear()
        assert needs(page(web)) == "Needs you Nothing. All is well."

    def test_a_source_that_went(self) -> None:
        """It is missed for a while, with those who still listen."""
        web = opened(replace(IDLE, listeners=96), mount())
        web.clock.advance((NOW - STARTED).total_seconds() - 42)
        web.chronicle.latest(SourceDisconnected("/idle", "client", CLIENT, "connection lost", 9, 9))
        text = page(web)
        assert "/idle lost its source at" in needs(text)
        assert "96 listeners are still connected" in needs(text)
        assert "No signal" in strip(text, "/idle")

    def test_a_source_that_was_ended_by_hand(self) -> None:
        """Nobody misses it."""
        web = opened(IDLE)
        reason = "ended by an operator"
        web.chronicle.latest(SourceDisconnected("/idle", "client", CLIENT, reason, 9, 9))
        assert "/idle" not in needs(page(web))

    def test_a_source_that_is_silent(self) -> None:
        """Somebody hears it, or hears the fallback meanwhile."""
        silent = mount(silent=True)
        text = page(opened(silent))
        assert "/live has a source that is silent: dead air." in needs(text)
        assert "Silent" in strip(text, "/live")
        text = page(opened(replace(silent, on_fallback=True)))
        assert "/live has a source that is silent. The fallback is heard." in needs(text)

    def test_other_servers_that_are_not_reached(self) -> None:
        """Whoever looks after the network is told, with the way there; nobody else is."""
        why = "no connection to 192.0.2.1"
        web, other = opened(), opened(who=DJ)
        relays = other.bench.relays = web.bench.relays
        pushes = web.bench.pushes
        relays.running = [
            RelaySnapshot("/r", RelayState.WAITING, ("http://a.test/",), error=why),
            RelaySnapshot("/again", RelayState.CONNECTING, ("http://a.test/",), error=why),
            RelaySnapshot("/fine", RelayState.ON_AIR, ("http://a.test/",), error=why),
            RelaySnapshot("/off", RelayState.OFF, ("http://a.test/",), error=why),
        ]
        relays.mirrored = [MasterSnapshot("http://m.test/", 0, error=why)]
        pushes.running = [
            PushSnapshot("p", "/live", "http://p.test/x", "icecast", PushState.WAITING, error=why),
            PushSnapshot("q", "/live", "http://q.test/x", "icecast", PushState.IDLE, error=why),
        ]
        told = needs(page(web))
        assert f"/r can&#39;t be had from another server: {why}. Network" in told
        assert f"/again can&#39;t be had from another server: {why}." in told
        assert f"What http://m.test/ has can&#39;t be mirrored: {why}." in told
        assert f"/live is not taken by http://p.test/x: {why}." in told
        assert not any(word in told for word in ("/fine", "/off", "q.test"))
        assert why not in needs(page(other))

    def test_a_transcoder_that_cant_work(self) -> None:
        """With the reason."""
        web = opened()
        refused = TranscoderSnapshot("t", "/live", "/low", 64, TranscoderState.REFUSED, error="no")
        web.bench.transcoders.running = [refused, replace(refused, state=TranscoderState.IDLE)]
        assert needs(page(web)).count("/low can&#39;t be made of /live: no.") == 1

    def test_an_autodj_without_music(self) -> None:
        """It plays silence, or will: with the reason, and the way to its Studio."""
        web, dj = opened(), FakeDj("/live")
        web.bench.autodjs.running["/live"] = dj
        assert "/live" not in needs(page(web))
        gone = "No such file or directory"
        dj.told["library_fault"] = gone
        assert (
            f"/live has an AutoDJ: the folder of its music can&#39;t be read: {gone}. Studio"
            in needs(page(web))
        )
        dj.told.update(is_silent=True, words="the playlist is empty")
        assert (
            "/live has an AutoDJ that plays silence: the playlist is empty."
            f" The folder of its music can&#39;t be read: {gone}. Studio"
        ) in needs(page(web))
        assert 'href="/admin/studio/live"' in page(web)

    def test_listeners_without_a_source(self) -> None:
        """They hear nothing, whyever that is."""
        assert "/idle has no source. 1 listener is" in needs(
            page(opened(replace(IDLE, listeners=1)))
        )

    def test_a_source_that_waits(self) -> None:
        """Who may decide can, at once; who feeds the mount only knows."""
        waiting = mount("/live", waiting=True, configured=False)
        assert "Approve Refuse" in needs(page(opened(waiting)))
        told = needs(page(opened(waiting, who=DJ)))
        assert "nobody set up" in told
        assert "Approve" not in told

    def test_lockouts_and_restarts(self) -> None:
        """They concern who looks after the server."""
        web = opened()
        web.bench.changes.document["data_dir"] = "/x"
        text = needs(page(web))
        assert "1 address is locked out" in text
        assert "after a restart: data_dir" in text
        assert "locked out" not in needs(page(opened(who=DJ)))


class TestForms:
    """What is done, by whom, and what is said then."""

    def test_a_title(self) -> None:
        """It plays at once."""
        web = opened()
        reply = do(web, "title", "mount=/live&artist=A+%26+B&title=%D7%A9%3Cb%3E")
        assert (reply.status, reply.head["location"]) == (303, "/admin/?done=title&mount=/live")
        assert web.station.updates == [("/live", Tags("A & B", "ש<b>"), "api")]

    def test_the_source(self) -> None:
        """It is disconnected, and that is written down."""
        web = opened()
        assert do(web, "kick-source", "mount=/live").status == 303
        assert web.bench.station.done == [("kick source", "/live")]
        assert [event.action for event in web.bench.events] == ["source.kick"]

    def test_listeners(self) -> None:
        """They go on elsewhere, and it is told how many."""
        web = opened()
        reply = do(web, "move", "mount=/live&to=/two")
        assert reply.head["location"] == "/admin/?done=moved&mount=/live&count=7"
        assert web.bench.station.done == [("move", "/live", "/two", None)]
        assert "7 moved" in page(web, "?done=moved&mount=/live&count=7")

    @pytest.mark.parametrize(
        ("what", "form", "key"),
        [
            ("visible", "visible=0", "hidden_mounts"),
            ("enabled", "enabled=0", "disabled_mounts"),
        ],
    )
    def test_switches(self, what: str, form: str, key: str) -> None:
        """They are kept in the configuration."""
        web = opened()
        assert do(web, what, f"mount=/live&{form}").status == 303
        assert web.bench.changes.document[key] == {"/live": True}
        assert do(web, what, f"mount=/live&{form[:-1]}1").status == 303
        assert web.bench.changes.document[key] == {}

    def test_approval(self) -> None:
        """A waiting mount is named, or its source ends."""
        web = opened(mount("/pop", waiting=True, configured=False))
        assert do(web, "approve", "mount=/pop").status == 303
        assert "/pop" in web.bench.changes.document["mounts"]
        assert do(web, "refuse", "mount=/pop").status == 303
        assert web.bench.station.done == [("kick source", "/pop")]

    @pytest.mark.parametrize(
        "what", ["title", "kick-source", "move", "visible", "enabled", "approve", "refuse"]
    )
    @pytest.mark.parametrize("csrf", ["", "csrf2"])
    def test_a_form_without_the_token_does_nothing(self, what: str, csrf: str) -> None:
        """It is none of ours."""
        web = opened()
        before = web.state()
        form = "mount=/live&title=x&to=/two&visible=0&enabled=0"
        assert do(web, what, form, csrf).status == 403
        assert web.state() == before

    @pytest.mark.parametrize(
        ("who", "form", "status"),
        [
            (DJ, "title mount=/live&title=x", 303),
            (DJ, "kick-source mount=/live", 303),
            (DJ, "title mount=/two&title=x", 403),
            (DJ, "kick-source mount=/two", 403),
            (DJ, "move mount=/two&to=/live", 403),
            (DJ, "move mount=/live&to=/two", 403),
            (DJ, "visible mount=/live&visible=0", 403),
            (DJ, "enabled mount=/live&enabled=0", 403),
            (HEAD_DJ, "visible mount=/live&visible=0", 303),
            (HEAD_DJ, "enabled mount=/two&enabled=0", 403),
            (HEAD_DJ, "approve mount=/live", 403),
        ],
    )
    def test_roles(self, who: Principal, form: str, status: int) -> None:
        """The one table decides."""
        web = opened(who=who)
        before = web.state()
        reply = do(web, *form.split())
        assert reply.status == status
        assert (web.state() == before) == (status == 403)

    def test_what_fails_is_told_beside_the_mount(self) -> None:
        """With the status that it has."""
        web = opened(IDLE, mount())
        reply = do(web, "kick-source", "mount=/idle")
        assert reply.status == 409
        assert "Nothing feeds /idle." in strip(reply.text, "/idle")
        assert 'role="alert"' in strip(reply.text, "/idle")
        assert 'role="alert"' not in strip(reply.text, "/live")

    def test_a_mount_that_is_gone_is_told_above_all(self) -> None:
        """It has no strip any more."""
        reply = do(opened(), "kick-source", "mount=/gone")
        assert reply.status == 404
        assert 'role="alert"' in reply.text

    def test_what_can_not_be_saved(self) -> None:
        """Nothing is claimed."""
        web = opened()
        web.bench.changes.fault = NotSaved("the disk is full")
        reply = do(web, "visible", "mount=/live&visible=0")
        assert reply.status == 507
        assert "The disk is full." in strip(reply.text, "/live")

    def test_a_title_that_is_too_long(self) -> None:
        """Is refused as the API does."""
        assert do(opened(), "title", f"mount=/live&title={'x' * 401}").status == 400


class TestSaid:
    """What was done is told once; the address alone makes nobody believe things."""

    @pytest.mark.parametrize(
        ("query", "state", "undo"),
        [
            ("hidden", {"visible": False}, "/admin/onair/visible"),
            ("shown", {"visible": True}, "/admin/onair/visible"),
            ("disabled", {"disabled": True}, "/admin/onair/enabled"),
        ],
    )
    def test_with_a_way_back(self, query: str, state: dict[str, bool], undo: str) -> None:
        """As long as it is true."""
        text = page(opened(mount(**state)), f"?done={query}&mount=/live")
        said = text.partition("data-said>")[2].partition("</form>")[0]
        assert f'action="{undo}"' in said
        other = {name: not value for name, value in state.items()}
        assert "data-said" not in page(opened(mount(**other)), f"?done={query}&mount=/live")

    @pytest.mark.parametrize(
        "query",
        [
            "?done=nonsense&mount=/live",
            "?done=kicked&mount=",
            "?done=kicked&mount=not+a+path",
            "?done=title&mount=/nowhere",
            "?done=hidden",
        ],
    )
    def test_what_can_not_be_true(self, query: str) -> None:
        """Is not said."""
        assert "data-said" not in page(opened(), query)

    def test_about_mounts_of_others(self) -> None:
        """Nothing is said to who has no business there."""
        assert "data-said" not in page(opened(who=DJ), "?done=kicked&mount=/two")
        assert "data-said" in page(opened(who=DJ), "?done=kicked&mount=/live")

    @pytest.mark.parametrize("count", ["", "x", "-1", "1" * 30, "<b>"])
    def test_a_count_is_a_number(self, count: str) -> None:
        """Else it is left out."""
        text = page(opened(), f"?done=moved&mount=/live&count={count}")
        assert "gave its listeners away." in text


@cache
def big() -> Web:
    """A site with as many mounts as are shown."""
    return opened(*[mount(f"/m{number:03}") for number in range(STRIPS_MAX)])


def test_the_page_is_bounded() -> None:
    """However many mounts there are."""
    assert len(page(big())) < 500_000
