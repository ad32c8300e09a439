"""GET /admin/find: places, mounts and what there is to do, as links to where one may go."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from web_support import BOSS, DJ, Web, mount

from tinyice.core.access.principal import Principal
from tinyice.web.console.finding import MOUNTS_MAX

HEAD = b"Cookie: sid=cookie1\r\n"
XSS = "<script>alert('x')</script>\"'&"


def found(text: str, who: Principal = BOSS, *, at: str = "/admin/find", more: int = 0) -> str:
    """What the page says to those words."""
    named = mount("/jazz")
    named = replace(named, station=replace(named.station, name=f"Meridian {XSS}"))
    web = Web(mount(), named, *(mount(f"/many{number}") for number in range(more)))
    web.open_session(who)
    reply = web.ask(f"{at}?text={quote(text)}", HEAD)
    assert reply.status == 200
    return reply.text.partition('<main class="main"')[2] if at == "/admin/find" else reply.text


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "/admin/audience"),
        ("sess", "/admin/access/sessions"),
        ("JAZZ", "/admin/stations?mount=/jazz"),
        ("meridian", "/admin/stations?mount=/jazz"),
        ("jaz", "/admin/audience?mount=/jazz"),
        ("jaz", "/player/jazz"),
        ("new station", "/admin/stations/new"),
        ("ban", "/admin/access/bans"),
        ("log", "/admin/system#log"),
    ],
)
def test_found(text: str, url: str) -> None:
    """By the beginning, the middle, a name, or another word for it."""
    assert f'href="{url}"' in found(text)


def test_only_what_one_may_see() -> None:
    """A DJ is led to no place that would refuse them."""
    text = found("", DJ)
    assert "/admin/access" not in text
    assert "/admin/settings" not in text
    assert "/admin/stations/new" not in text
    assert 'href="/admin/account"' in text


def test_nothing_is_found() -> None:
    """And it is said what is searched."""
    assert "Nothing found" in found("xyzzy")


def test_the_list_is_bounded() -> None:
    """However many mounts fit."""
    assert found("many", more=50).count("stations?mount=") == MOUNTS_MAX


def test_the_list_alone() -> None:
    """What the dialog shows is the same, without the page around it."""
    text = found("jazz", at="/admin/find/list")
    assert "<html" not in text
    assert 'href="/player/jazz"' in text


def test_names_and_words_are_escaped() -> None:
    """Whoever wrote them."""
    assert XSS not in found("jazz")
    assert XSS not in found(XSS)
