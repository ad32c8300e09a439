"""Levels in the live data: who is told, for how long, and what of."""

from urllib.parse import quote

import pytest
from live_support import Follower, Told, of
from web_support import ADMIN, DJ, Web, mount

from tinyice.core.levels import Level
from tinyice.web.live.levels import LEVELS_S, SLICE, WATCHED_MAX
from tinyice.web.live.live import Bounds

ADMIN_LINE, DJ_LINE = ADMIN.decode().strip(), "Authorization: Bearer dj"
STEREO = (Level(-200, -95), Level(-213, -101))
MONO = (Level(-300, -250),)


def look(web: Web, *mounts: str, who: str = ADMIN_LINE) -> Follower:
    """Somebody who looks at the meters of these, and has seen all else."""
    follower = Follower(web, f"/admin/events?levels={quote('?'.join(mounts))}", who)
    follower.take()
    return follower


def a_second(web: Web, follower: Follower) -> list[Told]:
    """What somebody is told in one."""
    web.clock.pump([LEVELS_S] * 10)
    return of(follower.take(), "levels")


def test_ten_times_a_second_and_only_what_was_asked_for() -> None:
    """Average and peak, channel by channel, in tenths of a decibel."""
    web = Web(mount(), mount("/two"), mount("/three"))
    web.levels.now = {"/live": STEREO, "/two": MONO, "/three": STEREO}
    told = a_second(web, look(web, "/live", "/two"))
    assert told == [{"levels": {"/live": [-200, -95, -213, -101], "/two": [-300, -250]}}] * 10
    assert web.levels.watched == [frozenset({"/live", "/two"})]


def test_nothing_is_measured_for_nobody() -> None:
    """Who looks at no meter asks for nothing, and who goes looks no more."""
    web = Web(mount())
    web.levels.now = {"/live": STEREO}
    without = Follower(web, "/admin/events", ADMIN_LINE)
    without.take()
    assert (web.levels.watched, a_second(web, without)) == ([], [])
    one, other = look(web, "/live"), look(web, "/live")
    one.hang_up()
    assert len(web.levels.watched) == 1
    assert len(a_second(web, other)) == 10
    other.hang_up()
    assert web.levels.watched == []


def test_where_nothing_is_measured_nothing_is_told() -> None:
    """A mount that is off air has no level; silence has one."""
    web = Web(mount())
    follower = look(web, "/live", "/unknown")
    assert a_second(web, follower) == []
    web.levels.now = {"/live": (Level(-1000, -1000),)}
    assert a_second(web, follower)[0] == {"levels": {"/live": [-1000, -1000]}}


def test_nobody_sees_levels_of_mounts_that_are_not_theirs() -> None:
    """Nor does everybody, without a login."""
    web = Web(mount(), mount("/secret"))
    web.levels.now = {"/live": MONO, "/secret": MONO}
    web.gatekeeper.tokens["dj"] = DJ
    look(web, "/live", "/secret", who=DJ_LINE)
    assert web.levels.watched == [frozenset({"/live"})]
    public = Follower(web, f"/events?levels={quote('/live')}")
    public.take()
    assert len(web.levels.watched) == 1
    assert a_second(web, public) == []


def test_who_asks_for_too_many_gets_as_many_as_there_may_be() -> None:
    """One request can't have a whole station decoded."""
    web = Web(mount())
    look(web, *(f"/m{number}" for number in range(WATCHED_MAX + 30)))
    assert len(web.levels.watched[0]) == WATCHED_MAX


def test_who_has_no_room_misses_levels() -> None:
    """They are not kept for later."""
    web = Web(mount())
    web.levels.now = {"/live": STEREO}
    follower = look(web, "/live")
    assert follower.line.producer is not None
    follower.line.producer.pauseProducing()
    assert a_second(web, follower) == []
    follower.line.producer.resumeProducing()
    assert len(a_second(web, follower)) == 10


def test_who_works_in_a_studio_keeps_it_awake() -> None:
    """That mount, and not others whose meters they see; who only looks keeps none."""
    web = Web(mount(), mount("/two"))
    look(web, "/live", "/two")
    assert web.levels.awake == frozenset()
    levels = quote("/live?/two")
    Follower(web, f"/admin/events?mount=/live&with=studio&levels={levels}", ADMIN_LINE).take()
    assert web.levels.awake == {"/live"}


@pytest.mark.parametrize("mounts", [(), ("",), ("?",)])
def test_an_empty_wish_is_none(mounts: tuple[str, ...]) -> None:
    """The page shows no meter."""
    web = Web(mount())
    look(web, *mounts)
    assert web.levels.watched == []


def test_many_are_served_in_slices() -> None:
    """Each of them is told, and not all in one go; who leaves meanwhile is no trouble."""
    web = Web(mount())
    web.levels.now = {"/live": MONO}
    web.live._bounds = Bounds(from_address=1000)
    followers = [look(web, "/live") for _ in range(3 * SLICE + 1)]
    assert web.live._levels is not None
    web.live._levels._tick()
    told = [bool(of(one.take(), "levels")) for one in followers]
    assert told.count(True) == SLICE
    followers[-1].hang_up()
    web.clock.advance(0)
    assert all(of(one.take(), "levels") for one in followers[SLICE:-1])
    for one in followers[:-1]:
        one.hang_up()
    assert web.levels.watched == []


def test_the_end_of_the_server_ends_it() -> None:
    """Nothing is measured for who was let go."""
    web = Web(mount())
    look(web, "/live")
    web.live.stop()
    web.clock.advance(1)
    assert web.levels.watched == []
