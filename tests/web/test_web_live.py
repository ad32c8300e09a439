"""The live data, in whole exchanges: what a browser is told, when, and for how long."""

from dataclasses import replace

import pytest
from live_support import Follower, believed, of
from web_support import ADMIN, BOSS, DJ, IDLE, STARTED, Web, mount

from tinyice.core.access.principal import Role
from tinyice.core.clients import Client
from tinyice.core.events import SourceConnected, SourceDisconnected, TagsChanged
from tinyice.core.tags import Tags
from tinyice.web.live.live import HEARTBEAT_S, PICTURE_S, Bounds
from tinyice.web.live.picture import Pictures
from tinyice.web.live.steady import STATION_S
from tinyice.web.live.subscriber import STALLED_S

ADMIN_LINE = ADMIN.decode().strip()
HIDDEN = mount("/hidden", visible=False)
ENCODER = Client("192.0.2.7", "BUTT/0.1")


def go_on(web: Web, seconds: float = PICTURE_S) -> None:
    """Let time pass, in the steps in which pictures are made."""
    web.clock.pump([PICTURE_S / 2] * round(2 * seconds / PICTURE_S))


def become(web: Web, *mounts: object) -> None:
    """The station is otherwise now, and who follows has been told."""
    web.station.mounts = mounts
    go_on(web)


class TestBeginning:
    """What comes first."""

    def test_the_head_says_what_it_is(self) -> None:
        """A proxy must pass each event on, and nobody may keep it."""
        follower = Follower(Web(mount()))
        assert follower.status == 200
        assert follower.head["content-type"] == "text/event-stream"
        assert follower.head["cache-control"] == "no-store"
        assert follower.head["x-accel-buffering"] == "no"
        assert follower.head["access-control-allow-origin"] == "*"
        assert follower.raw().startswith(b"retry: 2000\n\n")

    def test_everybody_gets_the_whole_picture(self) -> None:
        """First which mounts there are, then the sums, then each mount: visible ones on air."""
        told = Follower(Web(mount(), HIDDEN, IDLE)).take()
        assert [event for event, _ in told] == ["mounts", "station", "mount"]
        assert of(told, "mounts") == [{"mounts": ["/live"]}]
        assert of(told, "mount")[0] == {
            "mount": "/live",
            "name": "Night & Day",
            "description": "",
            "genre": "",
            "listeners": 3,
            "bitrate_kbps": 128,
            "content_type": "audio/mpeg",
            "now_playing": {
                "text": "Kestrel - Low Tide",
                "artist": "Kestrel",
                "title": "Low Tide",
                "art": "",
                "since": None,
            },
            "kind": "client",
            "on_air_since": "2026-11-20T06:34:00+00:00",
        }
        station = of(told, "station")[0]
        assert (station["listeners"], station["sources"]) == (3, 1)
        assert station["time"] == STARTED.isoformat()

    def test_operators_get_all_of_it(self) -> None:
        """Mounts that are hidden or off air, and what nobody else may know."""
        told = Follower(Web(mount(), HIDDEN, IDLE), "/admin/events", ADMIN_LINE).take()
        mounts = believed(told)
        assert list(mounts) == ["/hidden", "/idle", "/live"]
        live = mounts["/live"]
        assert (live["source_ip"], live["source_agent"]) == ("192.0.2.7", "BUTT/0.1")
        assert live["health"]["state"] == "ok"
        assert live["chain"][0]["state"] == "air"
        assert mounts["/idle"]["health"]["state"] == "off"
        assert {data["mount"] for data in of(told, "trend")} == set(mounts)
        assert of(told, "station")[0]["listeners"] == 6

    def test_the_answer_to_head_ends(self) -> None:
        """Who asks for the head alone gets that."""
        reply = Web(mount()).ask("/events", method=b"HEAD")
        assert (reply.status, reply.head["content-type"]) == (200, "text/event-stream")
        assert reply.body == b""

    def test_http_1_0_gets_it_plain(self) -> None:
        """Old clients and proxies read until the end."""
        follower = Follower(Web(mount()), protocol="1.0")
        assert "transfer-encoding" not in follower.head
        assert of(follower.take(), "mount")

    def test_what_is_not_known_is_refused(self) -> None:
        """A misspelt wish is no wish for everything."""
        assert Web(mount()).ask("/events?only=tilte").status == 400


class TestChanges:
    """Only what changed is told, and soon."""

    def test_nothing_happens(self) -> None:
        """Nobody is told the same twice."""
        web = Web(mount())
        follower = Follower(web)
        follower.take()
        go_on(web, 5)
        assert follower.take() == []

    def test_one_mount_changes(self) -> None:
        """The others are not told again."""
        web = Web(mount(), mount("/two"))
        follower = Follower(web)
        follower.take()
        become(web, mount(listeners=4), mount("/two"))
        told = follower.take()
        assert [event for event, _ in told] == ["station", "mount"]
        assert of(told, "mount")[0]["listeners"] == 4

    def test_changes_come_together(self) -> None:
        """However often something changes, it is told twice a second."""
        web = Web(mount())
        follower = Follower(web)
        follower.take()
        for number in range(12):
            web.station.mounts = (mount(listeners=10 + number),)
            web.clock.advance(PICTURE_S / 10)
        assert len(of(follower.take(), "mount")) == 1

    def test_a_mount_ends(self) -> None:
        """That is told, not left to be noticed; and that it is back."""
        web = Web(mount())
        follower = Follower(web)
        follower.take()
        become(web, IDLE)
        assert of(follower.take(), "gone") == [{"mount": "/live"}]
        become(web, mount())
        assert of(follower.take(), "mount")[0]["mount"] == "/live"

    def test_a_mount_that_is_hidden_is_gone(self) -> None:
        """For everybody; not for its operators."""
        web = Web(mount())
        public, admin = Follower(web), Follower(web, "/admin/events", ADMIN_LINE)
        public.take(), admin.take()
        become(web, mount(visible=False))
        assert of(public.take(), "gone") == [{"mount": "/live"}]
        told = admin.take()
        assert of(told, "mount")[0]["visible"] is False
        assert of(told, "gone") == []

    def test_hostile_words_stay_words(self) -> None:
        """No title ends its line or its event, or breaks on its way."""
        bad = "x\n\nevent: gone\ndata: {}\n\n\u2028\r</script>\udc80"
        web = Web(mount(tags=Tags(title=bad)))
        told = Follower(web).take()
        assert of(told, "gone") == []
        title = of(told, "mount")[0]["now_playing"]["title"]
        assert title == bad.replace("\udc80", "?")

    def test_the_sums_go_on(self) -> None:
        """By that a browser sees that the stream lives: comments are not shown to pages."""
        web = Web(mount())
        looked = web.station.snapshot

        def later() -> object:
            return replace(looked(), uptime_seconds=100 + web.clock.seconds())

        pictures = Pictures(later, web.chronicle, lambda: STARTED)
        web.live._pictures = pictures
        follower = Follower(web)
        follower.take()
        go_on(web, STATION_S + PICTURE_S)
        assert [event for event, _ in follower.take()] == ["station"]

    def test_what_happened_is_told(self) -> None:
        """To those whose mount it is."""
        web = Web(mount(), mount("/two"))
        web.gatekeeper.tokens["dj"] = DJ
        boss = Follower(web, "/admin/events", ADMIN_LINE)
        mine = Follower(web, "/admin/events", "Authorization: Bearer dj")
        public = Follower(web)
        for one in (boss, mine, public):
            one.take()
        for path in ("/live", "/two"):
            web.chronicle.recent(SourceConnected(path, "client", ENCODER, "source", "audio/mpeg"))
        go_on(web)
        assert [one["mount"] for one in of(boss.take(), "happened")] == ["/live", "/two"]
        assert [one["mount"] for one in of(mine.take(), "happened")] == ["/live"]
        assert of(public.take(), "happened") == []

    def test_since_when_a_title_plays(self) -> None:
        """As the station remembers it."""
        web = Web(mount())
        web.chronicle.latest(TagsChanged("/live", Tags(title="Low Tide"), "icy"))
        playing = of(Follower(web).take(), "mount")[0]["now_playing"]
        assert playing["since"] == STARTED.isoformat()

    def test_a_lost_source_is_in_the_chain(self) -> None:
        """Whoever looks sees that it is missed."""
        web = Web(IDLE)
        web.chronicle.latest(SourceDisconnected("/idle", "client", ENCODER, "reset", 9.0, 1))
        told = Follower(web, "/admin/events", ADMIN_LINE).take()
        assert of(told, "mount")[0]["chain"][0]["state"] == "lost"


class TestRights:
    """Who sees what."""

    def test_nobody_is_let_in_unasked(self) -> None:
        """As everywhere."""
        assert Web(mount()).ask("/admin/events").status == 401

    def test_a_dj_sees_their_own(self) -> None:
        """And sums over those alone."""
        web = Web(mount(), mount("/two", listeners=90))
        web.gatekeeper.tokens["dj"] = DJ
        told = Follower(web, "/admin/events", "Authorization: Bearer dj").take()
        assert list(believed(told)) == ["/live"]
        assert of(told, "station")[0]["listeners"] == 3

    def test_who_logs_out_is_told_no_more(self) -> None:
        """Within a heartbeat."""
        web = Web(mount())
        opened = web.open_session()
        follower = Follower(web, "/admin/events", f"Cookie: sid={opened.cookie}")
        assert follower.status == 200
        go_on(web, 2 * HEARTBEAT_S)
        follower.take()
        assert not follower.is_over
        web.gatekeeper.log_out(opened.session)
        go_on(web, HEARTBEAT_S + PICTURE_S)
        follower.take()
        assert follower.is_over
        assert web.live.subscribers == 0

    def test_another_role_begins_anew(self) -> None:
        """What was seen with the old one is not told any more."""
        web = Web(mount())
        web.gatekeeper.tokens["t"] = BOSS
        follower = Follower(web, "/admin/events", "Authorization: Bearer t")
        web.gatekeeper.tokens["t"] = replace(BOSS, role=Role.ADMIN)
        go_on(web, HEARTBEAT_S + PICTURE_S)
        follower.take()
        assert follower.is_over


class TestTitles:
    """Titles alone, for scripts."""

    def test_titles_alone(self) -> None:
        """Nothing else is told, and listeners who come are no title."""
        web = Web(mount(), mount("/two"))
        follower = Follower(web, "/events?only=titles")
        told = follower.take()
        assert of(told, "title")[0] == {
            "mount": "/live",
            "text": "Kestrel - Low Tide",
            "artist": "Kestrel",
            "title": "Low Tide",
        }
        assert {event for event, _ in told} == {"title"}
        become(web, mount(listeners=9, tags=Tags(title="New")), mount("/two", listeners=9))
        assert [data["text"] for data in of(follower.take(), "title")] == ["New"]

    def test_of_one_mount(self) -> None:
        """And its end."""
        web = Web(mount(), mount("/two"))
        follower = Follower(web, "/events?only=titles&mount=/two")
        assert [data["mount"] for data in of(follower.take(), "title")] == ["/two"]
        become(web)
        assert follower.take() == [("gone", {"mount": "/two"})]


class TestComingAgain:
    """A browser names the last id that it had."""

    def test_only_what_changed_is_told(self) -> None:
        """Nobody else needs to follow meanwhile."""
        web = Web(mount(), mount("/two"))
        follower = Follower(web)
        before = believed(follower.take())
        follower.hang_up()
        assert web.live.subscribers == 0
        web.station.mounts = (mount(listeners=8),)
        again = Follower(web, "/events", f"Last-Event-ID: {follower.last_id}")
        told = again.take()
        assert [event for event, _ in told] == ["station", "mount", "gone"]
        assert believed(told, before).keys() == {"/live"}

    @pytest.mark.parametrize("given", ["", "x", "e-1", "e-99999", "0-0", "\u00b2-\u00b2"])
    def test_an_id_of_others_is_none(self, given: str) -> None:
        """Then everything is told."""
        told = Follower(Web(mount()), "/events", f"Last-Event-ID: {given}").take()
        assert told[0] == ("mounts", {"mounts": ["/live"]})

    def test_an_id_does_not_hide_what_one_may_see_since(self) -> None:
        """A mount that somebody was given meanwhile is new to them, though it did not change."""
        web = Web(mount(), mount("/two"))
        web.gatekeeper.tokens["t"] = DJ
        follower = Follower(web, "/admin/events", "Authorization: Bearer t")
        follower.take()
        web.gatekeeper.tokens["t"] = replace(DJ, mounts=frozenset({"/live", "/two"}))
        lines = ("Authorization: Bearer t", f"Last-Event-ID: {follower.last_id}")
        told = Follower(web, "/admin/events", *lines).take()
        assert believed(told).keys() == {"/live", "/two"}


class TestFlow:
    """Nobody's slowness costs anybody else, or memory."""

    def test_who_does_not_read_is_not_written_to(self) -> None:
        """And is told what is true then, once, when they read again."""
        web = Web(mount())
        follower = Follower(web)
        follower.take()
        follower.line.producer.pauseProducing()
        for count in range(20):
            become(web, mount(listeners=100 + count))
        assert follower.raw() == b""
        follower.line.producer.resumeProducing()
        told = follower.take()
        assert [data["listeners"] for data in of(told, "mount")] == [119]

    def test_who_reads_nothing_is_dropped(self) -> None:
        """After half a minute."""
        web = Web(mount())
        follower = Follower(web)
        follower.line.producer.pauseProducing()
        go_on(web, STALLED_S - PICTURE_S)
        assert not follower.line.is_cut
        go_on(web, 2 * PICTURE_S)
        assert follower.line.is_cut

    def test_who_is_gone_is_forgotten(self) -> None:
        """And when nobody follows, nobody looks at the station."""
        web = Web(mount())
        followers = [Follower(web) for _ in range(3)]
        assert web.live.subscribers == 3
        for follower in followers:
            follower.hang_up()
        assert web.live.subscribers == 0
        looks = web.station.looks
        go_on(web, 10)
        assert web.station.looks == looks
        assert web.clock.getDelayedCalls() == []

    def test_a_heartbeat(self) -> None:
        """So that proxies and browsers know that the connection lives."""
        web = Web(mount())
        follower = Follower(web)
        follower.take()
        go_on(web, HEARTBEAT_S + PICTURE_S)
        follower.take()
        assert follower.comments == 1

    def test_many_cost_one(self) -> None:
        """Five hundred who follow: one look and one event for all."""
        web = Web(mount())
        web.live._bounds = Bounds(from_address=500)
        followers = [Follower(web) for _ in range(500)]
        for follower in followers:
            follower.take()
        looks, rendered = web.station.looks, web.live.board.rendered
        become(web, mount(listeners=4))
        go_on(web, 0.25)
        assert web.station.looks == looks + 1
        assert web.live.board.rendered == rendered + 2
        assert all(of(follower.take(), "mount") for follower in followers)

    def test_the_server_stops(self) -> None:
        """Everybody is let go at once, in good order, and nobody comes any more."""
        web = Web(mount())
        follower = Follower(web)
        web.live.stop()
        follower.take()
        assert follower.is_over
        assert follower.line.disconnecting
        assert Follower(web).status == 503

    def test_an_error_in_one_picture_does_not_end_all(self) -> None:
        """The next one is made all the same."""
        web = Web(mount())
        follower = Follower(web)
        follower.take()
        web.station.mounts = (None,)
        with pytest.raises(AttributeError):
            web.clock.advance(PICTURE_S)
        become(web, mount(listeners=7))
        assert of(follower.take(), "mount")[0]["listeners"] == 7

    def test_an_error_at_the_beginning_is_an_answer(self) -> None:
        """And leaves nobody behind."""
        web = Web(mount())
        web.station.mounts = (None,)
        reply = web.ask("/events")
        assert (reply.status, reply.head["content-type"]) == (500, "text/html; charset=utf-8")
        assert web.live.subscribers == 0
        assert web.clock.getDelayedCalls() == []


class TestBounds:
    """So many, and no more."""

    def test_in_all(self) -> None:
        """The next one is told to come later."""
        web = Web(mount())
        web.live._bounds = Bounds(subscribers=2)
        assert [Follower(web).status for _ in range(3)] == [200, 200, 503]
        assert "retry-after" in Follower(web).head

    def test_from_one_address(self) -> None:
        """Others still come."""
        web = Web(mount())
        web.live._bounds = Bounds(from_address=2)
        assert [Follower(web).status for _ in range(3)] == [200, 200, 429]
        web.client = Client("203.0.113.10")
        assert Follower(web).status == 200

    def test_the_defaults(self) -> None:
        """Enough for eight tabs in every browser of a large station."""
        assert (Bounds().subscribers, Bounds().from_address) == (2000, 64)
