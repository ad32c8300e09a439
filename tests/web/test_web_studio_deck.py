"""The deck of the Studio: what it shows, what its forms do, and how an AutoDJ is set up."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from studio_support import FakeDj, song
from web_support import BOSS, DJ, IDLE, Reply, Web, mount

from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.autodjs import DjModes
from tinyice.core.loudness import Loudness

HEAD = b"Cookie: sid=cookie1\r\n"
XSS = "<script>alert('x')</script>\"'&"
PLAYS = {
    "elapsed_s": 60.0,
    "gain_db": -2.3,
    "loudness": Loudness(-13.8, -0.1),
    "why": "Picked by chance.",
    "modes": DjModes(shuffle=True, loop=False),
}
HEAD_OF_LIVE = Principal("head", Role.ADMIN, Via.SESSION, frozenset({"/live"}))


class Studio:
    """A site with an AutoDJ on ``/live``, which plays the first of its tracks."""

    def __init__(self, who: Principal = BOSS, **told: object) -> None:
        files = [song(1, "Glasshouse", album="Winter", year=2023), song(2, XSS, artist=XSS)]
        self.dj = FakeDj("/live", files=files, playing=1, told={**PLAYS, **told})
        self.web = Web(mount(source_kind="autodj", source=None))
        self.web.open_session(who)
        self.web.bench.autodjs.running["/live"] = self.dj

    def page(self, path: str = "/live") -> Reply:
        return self.web.ask(f"/admin/studio{path}", HEAD)

    def do(self, what: str, **form: str) -> Reply:
        told = {"mount": "/live", "csrf": "csrf1", **form}
        return self.web.post(f"/admin/studio-deck/{what}", urlencode(told).encode(), HEAD)


class TestThePage:
    """What plays, as it stands when the page is made."""

    def test_what_plays(self) -> None:
        """Names, reason, figures with a true minus, and where it is."""
        text = Studio().page().text
        for words in (
            *(">Glasshouse<", ">Artist 1<", ">Winter, 2023<", ">Picked by chance.<"),
            *(">\u221213.8<", ">\u22122.3<", ">1:00<", ">\u22122:00<", 'max="180"'),
            *(">AutoDJ<", 'aria-valuetext="1:00 of 3:00"', 'aria-label="Pause"'),
        ):
            assert words in text, words
        assert 'title="Shuffle" aria-pressed="true"' in text
        assert 'title="Repeat for ever" aria-pressed="false"' in text

    def test_hostile_names_are_text(self) -> None:
        """Whoever wrote the tags of a file writes no part of the page."""
        studio = Studio()
        studio.dj.playing = 2
        text = studio.page().text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text

    def test_nothing_plays(self) -> None:
        """Each place says so, and nothing can be looked for in it."""
        studio = Studio(loudness=None)
        studio.dj.playing = 0
        text = studio.page().text
        for words in ("Nothing plays", "Nothing comes next", ">\u2013<"):
            assert words in text
        assert 'aria-valuetext="0:00 of " disabled' in text

    def test_who_may_only_look_presses_nothing(self) -> None:
        """A session of somebody whose mount it is may; there is nobody else who sees it."""
        assert Studio(DJ).page().status == 200
        other = replace(DJ, mounts=frozenset({"/two"}))
        assert Studio(other).page().status == 403

    def test_the_way_there(self) -> None:
        """One AutoDJ is shown at once; of several, one is chosen."""
        studio = Studio()
        assert studio.page("").head["location"] == "/admin/studio/live"
        studio.web.bench.autodjs.running["/two"] = FakeDj("/two")
        assert 'href="/admin/studio/two"' in studio.page("").text
        assert studio.page("?mount=/two").head["location"] == "/admin/studio/two"
        assert studio.page("?mount=").status == 200
        missing = studio.page("/gone")
        assert missing.status == 404
        assert "There is no AutoDJ on /gone." in missing.text

    def test_the_navigation_leads_there_for_who_has_one_or_may_make_one(self) -> None:
        """And for nobody else."""
        place = '<a href="/admin/studio"'
        assert place in Studio().web.ask("/admin/", HEAD).text
        assert place in Studio(DJ).web.ask("/admin/", HEAD).text
        for who, leads in ((DJ, False), (HEAD_OF_LIVE, True), (BOSS, True)):
            web = Web(IDLE)
            web.open_session(who)
            assert (place in web.ask("/admin/", HEAD).text) is leads

    def test_the_strip_of_its_mount_leads_there(self) -> None:
        """On air, where one sees that something is wrong with what plays."""
        assert 'href="/admin/studio/live"' in Studio(DJ).web.ask("/admin/", HEAD).text


class TestTheForms:
    """What they do, for browsers with a script and without one."""

    @pytest.mark.parametrize(
        ("what", "form", "told"),
        [
            ("play", {}, "play"),
            ("pause", {}, "pause True"),
            ("stop", {}, "stop"),
            ("next", {}, "next"),
            ("previous", {}, "previous"),
            ("seek", {"entry": "1", "seconds": "42"}, "seek 42.0 None"),
            ("volume", {"percent": "40"}, "volume 40"),
            ("shuffle", {"on": "0"}, "modes False"),
            ("loop", {"on": "1"}, "modes True"),
            ("mix", {"crossfade": "6,5", "curve": "linear", "gain": "album"}, "mix 6.5"),
        ],
    )
    def test_each(self, what: str, form: dict[str, str], told: str) -> None:
        """Without a script one is led back to where one was."""
        studio = Studio()
        reply = studio.do(what, view="folder=Jazz", **form)
        assert (reply.status, reply.head["location"]) == (
            303,
            "/admin/studio/live?folder=Jazz#deck",
        )
        assert studio.dj.deck.told == [told]
        reply = studio.do(what, part="1", **form)
        assert (reply.status, reply.head.get("x-refused")) == (200, None)

    @pytest.mark.parametrize(
        ("what", "form", "words"),
        [
            ("seek", {"entry": "2", "seconds": "42"}, "Another track plays by now."),
            ("seek", {"entry": "1", "seconds": "x"}, "Give a number from 0 to 86400."),
            ("volume", {"percent": "101"}, "Give a number from 0 to 100."),
            ("volume", {"percent": "nan"}, "Give a number from 0 to 100."),
            ("mix", {"crossfade": "16", "curve": "sine", "gain": "off"}, "from 0 to 15."),
            ("mix", {"crossfade": "1", "curve": "bent", "gain": "off"}, "no such curve"),
            ("mix", {"crossfade": "1", "curve": "sine", "gain": "x"}, "no such way"),
            ("dance", {}, "There is no command dance."),
        ],
    )
    def test_what_is_refused_is_said(self, what: str, form: dict[str, str], words: str) -> None:
        """On the page, or alone for a script."""
        studio = Studio()
        page, alone = studio.do(what, **form), studio.do(what, part="1", **form)
        assert page.status == alone.status >= 400
        assert words in page.text
        assert words in alone.text
        assert ">Glasshouse<" in page.text
        assert "Glasshouse" not in alone.text
        assert studio.dj.deck.told == []

    def test_an_autodj_that_is_gone(self) -> None:
        """Its page may still be open."""
        studio = Studio()
        studio.web.bench.autodjs.running.clear()
        reply = studio.do("play")
        assert reply.status == 400
        assert "There is no AutoDJ on /live" in reply.text


class TestSettingUp:
    """The form of a new one."""

    def make(self, web: Web, **form: str) -> Reply:
        told = {
            "mount": "/night",
            "music_dir": "/music",
            "format": "opus",
            "bitrate": "96",
            **form,
            "csrf": "csrf1",
        }
        return web.post("/admin/studio-make", urlencode(told).encode(), HEAD)

    def empty(self, who: Principal = BOSS) -> Web:
        web = Web(IDLE)
        web.open_session(who)
        return web

    def test_the_first_one(self) -> None:
        """It is written into the configuration, and shown."""
        web = self.empty()
        text = web.ask("/admin/studio", HEAD).text
        assert "No AutoDJ plays here" in text
        assert '<option value="/music">' in text
        assert self.make(web).head["location"] == "/admin/studio/night"
        (made,) = web.bench.changes.config.autodjs
        assert (made.mount, made.music_dir, made.format, made.bitrate) == (
            *("/night", "/music", "opus", 96),
        )

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"mount": "night"}, 'id="mount-error"'),
            ({"mount": "/admin"}, 'id="mount-error"'),
            ({"music_dir": ""}, "Name the folder of its music."),
            ({"music_dir": "/none"}, "It is no folder."),
            ({"bitrate": "many"}, "such as 128"),
            ({"bitrate": "1001"}, 'id="bitrate-error"'),
            ({"format": "wav"}, 'id="format-error"'),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field(self, form: dict[str, str], words: str) -> None:
        """And what was typed is still there."""
        web = self.empty()
        web.bench.autodjs.no_folder = "/none"
        reply = self.make(web, **form)
        assert reply.status >= 400
        assert words in reply.text
        assert 'value="/n' in reply.text or form.get("mount") in reply.text
        assert web.bench.changes.made == []

    def test_two_on_a_mount(self) -> None:
        """The second one is refused."""
        web = self.empty()
        self.make(web)
        assert "already" in self.make(web).text

    def test_one_that_rests_is_switched_on(self) -> None:
        """It stands in the list, as off."""
        web = self.empty()
        self.make(web)
        text = web.ask("/admin/studio", HEAD).text
        assert "Switch on /night" in text
        form = urlencode({"mount": "/night", "csrf": "csrf1"}).encode()
        reply = web.post("/admin/studio-make/switch-on", form, HEAD)
        assert reply.head["location"] == "/admin/studio/night"

    def test_who_may_not(self) -> None:
        """A DJ is told whom to ask, and has no form."""
        web = self.empty(DJ)
        text = web.ask("/admin/studio", HEAD).text
        assert "can set one up" in text
        assert "music_dir" not in text
        assert self.make(web).status == 403
