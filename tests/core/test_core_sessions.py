"""Sessions: a cookie for a login, of which only the digest is known."""

from dataclasses import replace

import pytest

from core.gate import CLIENT, START, Chance, SessionFile, Wall
from tinyice.core.access.sessions import OpenedSession, SessionRecord, SessionRules, Sessions
from tinyice.core.clients import Client

IDLE, ABSOLUTE = 24 * 3600.0, 7 * 24 * 3600.0


class Shelf:
    """Sessions, and all that they need."""

    def __init__(self, restored: tuple[SessionRecord, ...] = ()) -> None:
        self.wall = Wall()
        self.file = SessionFile({one.digest: one for one in restored})
        self.rules = SessionRules()
        self.sessions = Sessions(self.wall, Chance(), lambda: self.rules, self.file)
        self.sessions.restore(restored)

    def open(self, user: str = "dj", client: Client = CLIENT) -> OpenedSession:
        return self.sessions.open(user, client)

    def is_open(self, opened: OpenedSession) -> bool:
        return self.sessions.find(opened.cookie) is not None


def test_a_cookie_opens_its_session() -> None:
    """And no other cookie opens any."""
    shelf = Shelf()
    first, second = shelf.open(), shelf.open("admin")
    assert first.cookie != second.cookie
    assert shelf.sessions.find(first.cookie) == first.session
    assert first.session.user == "dj"
    for wrong in ("", "x", first.cookie[:-1], first.cookie + "=", first.session.id, "é\udcff"):
        assert shelf.sessions.find(wrong) is None


def test_a_cookie_is_32_random_bytes_that_need_no_quoting() -> None:
    """Nobody guesses one, and a Cookie header takes it as it is."""
    shelf = Shelf()
    assert (
        Shelf().sessions.open("dj", CLIENT).cookie == "AAAAAQAAAAEAAAABAAAAAQAAAAEAAAABAAAAAQAAAAE"
    )
    assert len(shelf.open().cookie) == 43


def test_nobody_keeps_the_cookie() -> None:
    """Neither what is kept nor what is shown leads back to it, nor to the token of forms."""
    shelf = Shelf()
    opened = shelf.open()
    (record,) = shelf.file.kept.values()
    everything = repr(record) + repr(vars(shelf.sessions)) + str(vars(shelf.file))
    for secret in (opened.cookie, opened.session.csrf):
        assert secret not in everything
        assert secret not in repr(opened)
    assert record.digest not in repr(record)


def test_a_session_ends_when_nobody_uses_it() -> None:
    """Each use begins the time anew."""
    shelf = Shelf()
    opened = shelf.open()
    for _ in range(3):
        shelf.wall.pass_time(IDLE - 1)
        assert shelf.is_open(opened)
    shelf.wall.pass_time(IDLE)
    assert not shelf.is_open(opened)
    assert shelf.file.kept == {}


def test_a_session_ends_when_it_is_old() -> None:
    """However often it is used."""
    shelf = Shelf()
    opened = shelf.open()
    for _ in range(7 * 24 - 1):
        shelf.wall.pass_time(3600)
        assert shelf.is_open(opened)
    shelf.wall.pass_time(3600)
    assert not shelf.is_open(opened)


def test_sessions_outlive_a_restart() -> None:
    """The browser stays logged in, and a form that was open can still be sent."""
    shelf = Shelf()
    opened = shelf.open()
    shelf.wall.pass_time(3600)
    shelf.is_open(opened)
    again = Shelf(tuple(shelf.file.kept.values()))
    again.wall.pass_time(3600)
    found = again.sessions.find(opened.cookie)
    assert found is not None
    assert found.csrf == opened.session.csrf
    assert found.opened_at == START


def test_what_has_ended_is_not_restored() -> None:
    """A session ends while the server is down, too."""
    shelf = Shelf()
    shelf.open()
    (record,) = shelf.file.kept.values()
    again = Shelf((replace(record, opened_at=START - ABSOLUTE),))
    assert again.sessions.of("dj") == ()
    assert again.file.kept == {}


def test_the_last_use_is_written_once_a_minute() -> None:
    """A page that asks every second does not write every second."""
    shelf = Shelf()
    opened = shelf.open()
    for _ in range(180):
        shelf.wall.pass_time(1)
        assert shelf.is_open(opened)
    assert shelf.file.writes == 4
    (record,) = shelf.file.kept.values()
    assert record.seen_at == START + 180


def test_the_token_of_forms_belongs_to_its_session() -> None:
    """It is the same each time, another for each session, and not the cookie."""
    shelf = Shelf()
    first, second = shelf.open(), shelf.open()
    found = shelf.sessions.find(first.cookie)
    assert found is not None
    assert found.csrf == first.session.csrf
    assert len({first.session.csrf, second.session.csrf, first.cookie, second.cookie}) == 4
    assert len(first.session.csrf) == 64


def test_a_user_sees_and_ends_sessions() -> None:
    """One's own, the last used first; what is shown opens nothing."""
    shelf = Shelf()
    phone = shelf.open(client=Client("192.0.2.1", agent="phone" * 100))
    shelf.wall.pass_time(1)
    desk = shelf.open(client=Client("192.0.2.2", agent="desk"))
    shelf.open("admin")
    listed = shelf.sessions.of("dj")
    assert [one.id for one in listed] == [desk.session.id, phone.session.id]
    assert [one.address for one in listed] == ["192.0.2.2", "192.0.2.1"]
    assert {one.csrf for one in listed} == {""}
    assert len(listed[1].agent) == 200
    assert shelf.sessions.end(phone.session.id)
    assert not shelf.sessions.end(phone.session.id)
    assert not shelf.is_open(phone)
    assert shelf.is_open(desk)


def test_all_sessions_of_a_user_end() -> None:
    """But for the one that is used to say so."""
    shelf = Shelf()
    kept, *others = (shelf.open() for _ in range(3))
    admin = shelf.open("admin")
    assert shelf.sessions.end_all("dj", except_id=kept.session.id) == 2
    assert [shelf.is_open(one) for one in others] == [False, False]
    assert shelf.is_open(kept)
    assert shelf.is_open(admin)
    assert shelf.sessions.end_all("dj") == 1
    assert not shelf.is_open(kept)


def test_a_user_has_a_bounded_number() -> None:
    """Beyond it, the one that was not used for longest ends; others' are not touched."""
    shelf = Shelf()
    shelf.rules = SessionRules(per_user=3)
    admin = shelf.open("admin")
    opened = []
    for _ in range(3):
        shelf.wall.pass_time(1)
        opened.append(shelf.open())
    shelf.wall.pass_time(1)
    assert shelf.is_open(opened[0])
    opened.append(shelf.open())
    assert [shelf.is_open(one) for one in opened] == [True, False, True, True]
    assert shelf.is_open(admin)
    assert len(shelf.file.kept) == 4


@pytest.mark.parametrize("seconds", [IDLE, ABSOLUTE])
def test_reaping_takes_what_is_over(seconds: float) -> None:
    """Also what nobody asks for any more."""
    shelf = Shelf()
    shelf.open()
    shelf.wall.pass_time(seconds)
    fresh = shelf.open("admin")
    shelf.sessions.reap(lambda _: True)
    assert [one.user for one in shelf.file.kept.values()] == ["admin"]
    assert shelf.is_open(fresh)


def test_reaping_takes_who_is_gone() -> None:
    """A user who is removed and made again is somebody else."""
    shelf = Shelf()
    gone, stays = shelf.open("dj"), shelf.open("admin")
    shelf.sessions.reap(lambda user: user == "admin")
    assert not shelf.is_open(gone)
    assert shelf.is_open(stays)


def test_without_a_shelf() -> None:
    """Sessions then last as long as the process."""
    sessions = Sessions(Wall(), Chance(), SessionRules, None)
    opened = sessions.open("dj", CLIENT)
    assert sessions.find(opened.cookie) == opened.session
    assert sessions.end(opened.session.id)


def test_all_are_listed() -> None:
    """Those of everybody, the one used last first, without what makes them sessions."""
    shelf = Shelf()
    first, second = shelf.open(), shelf.open("admin")
    shelf.wall.pass_time(60)
    shelf.sessions.find(first.cookie)
    listed = shelf.sessions.listed()
    assert [one.id for one in listed] == [first.session.id, second.session.id]
    assert {one.csrf for one in listed} == {""}
    shelf.wall.pass_time(IDLE - 30)
    assert [one.user for one in shelf.sessions.listed()] == ["dj"]
