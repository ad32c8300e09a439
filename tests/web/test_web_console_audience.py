"""The audience page: who is shown, who is found, and what is done to those who are picked."""

from dataclasses import replace

import pytest
from api_support import FakeCountries, listener
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from web_support import BOSS, DJ, Reply, Web, mount

from tinyice.core.clients import Client
from tinyice.core.errors import FormatsDiffer
from tinyice.core.snapshots import ListenerSnapshot
from tinyice.web.console.audience_search import LOOKED_AT_MAX, PAGE, SLICE, Found, find_listeners

HEAD = b"Cookie: sid=cookie1\r\n"
XSS = "<script>alert('x')</script>\"'&"


def signed_in(who: object = BOSS) -> Web:
    """A site with two mounts, seven listeners on the first, and a session."""
    web = Web(mount(), mount("/other", listeners=0))
    web.open_session(who)
    return web


def do(web: Web, what: str, form: bytes) -> Reply:
    """A form of the page, sent back."""
    return web.post(f"/admin/audience/{what}", form + b"&csrf=csrf1", HEAD)


class TestPage:
    """GET /admin/audience, and what a page that is open fetches of it."""

    @pytest.mark.parametrize("url", ["/admin/audience", "/admin/audience/list"])
    def test_it_shows_who_listens(self, url: str) -> None:
        """With address, client in plain words, time and lag."""
        reply = signed_in().ask(url, HEAD)
        assert reply.status == 200
        for told in ("192.0.2.1", "VLC 3.0", "0:12", "0.1 s", 'name="pick.7" value="/live"'):
            assert told in reply.text
        assert ("<nav" in reply.text and "Radio Meridian" in reply.text) == url.endswith("audience")

    def test_a_dj_sees_their_own_mounts(self) -> None:
        """And no button for bans, which are not theirs to make."""
        web = signed_in(DJ)
        web.bench.station.present.append(listener(8, "/other"))
        text = web.ask("/admin/audience", HEAD).text
        assert "192.0.2.1<" in text
        assert "192.0.2.8<" not in text
        assert "/other" not in text
        assert "Ban" not in text
        assert web.ask("/admin/audience?mount=/other", HEAD).status == 403

    def test_names_of_strangers_are_escaped(self) -> None:
        """Agents, users, mounts and what was looked for."""
        web = signed_in()
        web.show(mount(f"/{XSS}"))
        hostile = replace(
            listener(9, f"/{XSS}"), client=Client("192.0.2.9", XSS, secure=True), user=XSS, jumps=2
        )
        web.bench.station.present = [hostile]
        for tail in ("", f"?text={XSS}"):
            text = web.ask(f"/admin/audience{tail}", HEAD).text
            assert "<script>alert" not in text
            assert "&lt;script&gt;alert" in text
        assert "2 jumps" in text
        assert "TLS" in text

    def test_the_line_of_the_last_half_hour(self) -> None:
        """As a drawing, and as figures for who can't see it."""
        web = signed_in()
        web.bench.trends.line = (0, 7, 3)
        text = web.ask("/admin/audience", HEAD).text
        assert "3 now, at most 7, now" in text
        assert "The same in figures" in text
        web = signed_in()
        web.bench.trends.line = ()
        assert "Nothing to draw yet" in web.ask("/admin/audience", HEAD).text

    def test_nobody_listens(self) -> None:
        """It says so, and what fits when something was looked for."""
        web = signed_in()
        assert "Nobody fits" in web.ask("/admin/audience?text=nothing", HEAD).text
        assert "Nobody is left" in web.ask("/admin/audience?after=99", HEAD).text
        web.bench.station.present = []
        assert "Nobody is listening" in web.ask("/admin/audience", HEAD).text

    @pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 40, "1.5"])
    def test_a_number_that_is_none(self, after: str) -> None:
        """Begins at the beginning."""
        assert "192.0.2.1" in signed_in().ask(f"/admin/audience?after={after}", HEAD).text

    def test_what_was_done_is_told(self) -> None:
        """Only what can have been done, whatever the address says."""
        web = signed_in()
        assert "2 listeners were kicked." in self._told(web, "done=kick&count=2")
        assert "1 address is banned." in self._told(web, "done=ban&count=1")
        assert "left already" in self._told(web, "done=move&count=0")
        for tail in ("done=kick&count=x", "done=other&count=1", "done=kick&count=12345678"):
            assert "data-done" not in self._told(web, tail)

    @staticmethod
    def _told(web: Web, tail: str) -> str:
        return web.ask(f"/admin/audience?{tail}", HEAD).text


class TestQuestions:
    """GET /admin/audience/ask."""

    def test_it_names_whom_it_is_about(self) -> None:
        """Those who were ticked, or the one whose button was pressed."""
        web = signed_in()
        text = web.ask("/admin/audience/ask?what=kick&pick.2=/live&pick.3=/live", HEAD).text
        assert "Kick 2 listeners?" in text
        assert 'name="pick.2" value="/live"' in text
        text = web.ask("/admin/audience/ask?ban.4=/live&pick.3=/live", HEAD).text
        assert "Ban 192.0.2.4?" in text
        assert "pick.3" not in text

    def test_who_has_left_is_not_asked_about(self) -> None:
        """Nobody may be left at all."""
        text = signed_in().ask("/admin/audience/ask?what=kick&pick.99=/live", HEAD).text
        assert "Nobody is chosen" in text
        assert "Nobody is chosen" in signed_in().ask("/admin/audience/ask?what=move", HEAD).text

    def test_what_one_may_not(self) -> None:
        """Is not asked."""
        web = signed_in(DJ)
        assert web.ask("/admin/audience/ask?what=kick&pick.2=/other", HEAD).status == 403
        assert web.ask("/admin/audience/ask?what=ban&pick.2=/live", HEAD).status == 403
        assert web.ask("/admin/audience/ask?what=dance", HEAD).status == 400

    def test_many(self) -> None:
        """No more than a page of them."""
        picks = "&".join(f"pick.{number}=/live" for number in range(PAGE + 1))
        assert signed_in().ask(f"/admin/audience/ask?what=kick&{picks}", HEAD).status == 400


class TestDeeds:
    """POST /admin/audience/kick, /move and /ban."""

    def test_kick(self) -> None:
        """Who has left already is no fault; the list is shown again as it was."""
        web = signed_in()
        reply = do(web, "kick", b"pick.2=/live&pick.99=/live&mount=/live&text=vlc")
        assert reply.head["location"] == "/admin/audience?mount=%2Flive&text=vlc&done=kick&count=1"
        assert web.bench.station.done == [("kick", "/live", 2)]
        assert [event.subject for event in web.bench.events] == ["2"]

    def test_move(self) -> None:
        """Those of one mount at once."""
        web = signed_in()
        reply = do(web, "move", b"pick.2=/live&pick.3=/live&to=/other")
        assert reply.head["location"].endswith("done=move&count=2")
        assert web.bench.station.done == [("move", "/live", "/other", (2, 3))]

    def test_a_move_that_can_not_be(self) -> None:
        """Is told where the mount is chosen."""
        web = signed_in()

        def refuse(*_: object) -> int:
            raise FormatsDiffer("/live", "/other", "MP3", "Ogg")

        web.bench.station.move_listeners = refuse
        reply = do(web, "move", b"pick.2=/live&to=/other")
        assert reply.status == 409
        assert '<p class="error" id="to-error">' in reply.text
        assert "plays MP3" in reply.text
        assert 'name="pick.2" value="/live"' in reply.text
        assert do(web, "move", b"pick.2=/live").status == 400

    def test_ban(self) -> None:
        """Each address once, in one change, for as long as was chosen."""
        web = signed_in()
        web.bench.station.present.append(replace(listener(8), client=Client("192.0.2.2")))
        form = b"pick.2=/live&pick.3=/live&pick.8=/live&seconds=3600&reason=<b>noise</b>"
        assert do(web, "ban", form).head["location"].endswith("done=ban&count=2")
        config = web.bench.changes.config
        assert config.banned_ips == ("192.0.2.2", "192.0.2.3")
        assert config.ban_notes["192.0.2.3"].reason == "<b>noise</b>"
        assert config.ban_notes["192.0.2.3"].until == "2026-11-20T13:00:00+00:00"
        assert len(web.bench.changes.made) == 1

    def test_nobody_bans_themselves(self) -> None:
        """It would be the last thing that they did here."""
        web = signed_in()
        web.bench.station.present.append(replace(listener(8), client=Client("203.0.113.9")))
        reply = do(web, "ban", b"pick.8=/live&seconds=")
        assert reply.status == 409
        assert "the address that you come from" in reply.text
        assert web.bench.changes.made == []

    def test_a_dj(self) -> None:
        """Kicks and moves on their own mounts, and bans nobody."""
        web = signed_in(DJ)
        assert do(web, "kick", b"pick.2=/live").status == 303
        assert do(web, "kick", b"pick.2=/live&pick.3=/other").status == 403
        assert do(web, "move", b"pick.2=/live&to=/other").status == 403
        assert do(web, "ban", b"pick.2=/live").status == 403
        assert web.bench.station.done == [("kick", "/live", 2)]

    def test_without_its_token_a_form_does_nothing(self) -> None:
        """It might be somebody else's."""
        web = signed_in()
        for what in ("kick", "move", "ban"):
            assert web.post(f"/admin/audience/{what}", b"pick.2=/live", HEAD).status == 403
        assert web.bench.station.done == []


class Crowd:
    """A hundred thousand listeners; counts the looks at them."""

    def __init__(self) -> None:
        self.looks: list[int] = []

    def listeners(self, mounts: object, after: int, limit: int) -> list[ListenerSnapshot]:
        self.looks.append(limit)
        return [listener(number) for number in range(after + 1, min(after + limit, 100_000) + 1)]


class Breaks(Clock):
    """Counts how often something was put off."""

    breaks = 0

    def callLater(self, delay: float, what: object, *args: object, **named: object) -> object:
        self.breaks += 1
        return super().callLater(delay, what, *args, **named)


class TestCrowd:
    """Whatever is asked, it costs what a page costs, or a bounded number of slices."""

    def test_a_page(self) -> None:
        """One look, a hundred people, and where the next page begins."""
        crowd = Crowd()
        found = self._found(crowd, Clock(), "")
        assert (len(found.listeners), found.following, crowd.looks) == (PAGE, PAGE, [PAGE + 1])

    def test_a_search(self) -> None:
        """Looks at some thousands, with breaks, and says how far it came."""
        crowd, clock = Crowd(), Breaks()
        found = self._found(crowd, clock, "nobody")
        assert clock.breaks == LOOKED_AT_MAX // SLICE - 1
        assert sum(crowd.looks) == LOOKED_AT_MAX
        assert (found.listeners, found.following, found.is_partial) == ([], LOOKED_AT_MAX, True)

    def test_a_search_that_finds_enough(self) -> None:
        """Ends at once, and goes on behind the last one that it shows."""
        crowd = Crowd()
        found = self._found(crowd, Clock(), "VLC")
        assert (len(found.listeners), found.following, found.is_partial) == (PAGE, PAGE, False)
        assert crowd.looks == [SLICE]

    def test_the_end(self) -> None:
        """There is no next page."""
        found = self._found(Crowd(), Clock(), "192.0.2", after=99_950)
        assert (len(found.listeners), found.following, found.is_partial) == (50, 0, False)

    @staticmethod
    def _found(crowd: Crowd, clock: Clock, text: str, after: int = 0) -> Found:
        results: list[Found] = []
        asked = find_listeners(
            crowd,  # type: ignore[arg-type]
            {"/live"},
            after,
            text,
            countries=FakeCountries(),
            clock=clock,
        )
        Deferred.fromCoroutine(asked).addCallback(results.append)
        clock.advance(0)
        (found,) = results
        return found
