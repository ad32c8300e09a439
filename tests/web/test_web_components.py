"""The page that shows every component is complete, and harmless."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_support import PROJECT, Web

from tinyice.web.console.components_site import THEMES
from tinyice.web.plots import HEIGHT, WIDTH, spark

HEAD = b"Cookie: sid=cookie1\r\n"
TEMPLATES = PROJECT / "templates"


def shown(query: str = "") -> str:
    """The page, as an operator sees it."""
    web = Web()
    web.open_session()
    reply = web.ask("/admin/components" + query, HEAD)
    assert reply.status == 200
    return reply.text


class TestPage:
    """GET /admin/components."""

    def test_it_shows_every_icon(self) -> None:
        """What can be drawn can be looked at."""
        sprite = (PROJECT / "static" / "icons.svg").read_text()
        names = set(re.findall(r'<symbol id="i-([\w-]+)"', sprite))
        assert names == set(re.findall(r"icons\.svg\?v=\w+#i-([\w-]+)", shown()))

    def test_it_shows_every_part(self) -> None:
        """A part that is not shown is not looked at in three themes."""
        parts = (TEMPLATES / "parts.html").read_text()
        made = set(re.findall(r"{%-? macro (\w+)\(", parts))
        page = (TEMPLATES / "components.html").read_text()
        used = set(re.findall(r"parts\.(\w+)\(", page))
        # these two stand around the page, or inside other parts
        assert made - used <= {"mark", "secret", "described"}

    @pytest.mark.parametrize("theme", THEMES)
    def test_it_can_be_seen_in_each_theme(self, theme: str) -> None:
        """By address, without a script."""
        assert f'<html lang="en" data-theme="{theme}">' in shown(f"?theme={theme}")

    def test_another_theme_is_none(self) -> None:
        """Text from an address does not get into the page."""
        text = shown('?theme="><script>')
        assert '<html lang="en">' in text
        assert "<script>" not in text

    def test_nothing_on_it_does_anything(self) -> None:
        """The only forms are those of the frame, to log out."""
        actions = re.findall(r'<form[^>]*action="([^"]*)"', shown())
        assert set(actions) == {"/logout"}


def test_the_logo_stands_for_the_mark() -> None:
    """Where the station has one."""
    logo = '<img class="logo" src="/branding/logo?v=1" alt="">'
    for target in ("/", "/login"):
        assert logo in Web(logo_url="/branding/logo?v=1").ask(target).text
        assert logo not in Web().ask(target).text


NUMBERS = st.lists(st.integers(0, 10**6), max_size=200)


class TestSpark:
    """Figures as a line."""

    @given(NUMBERS)
    def test_it_stays_in_its_room(self, numbers: list[int]) -> None:
        """From edge to edge, and never outside, whatever the figures."""
        drawn = spark(numbers)
        points = [float(one) for one in re.findall(r"[\d.e+-]+", drawn.line)]
        across, down = points[::2], points[1::2]
        assert across == sorted(across)
        assert all(0 <= one <= HEIGHT for one in down)
        if numbers:
            assert (across[0], across[-1]) == (0, WIDTH)
            assert len(across) == max(2, len(numbers))
            assert drawn.area.startswith(drawn.line)

    def test_what_does_not_change_is_level(self) -> None:
        """On the ground when it is nothing."""
        assert len({*spark([4, 4, 4]).line.split()[1::2]}) == 1
        assert spark([]).line == spark([]).area == ""
        assert spark([0, 0]).line > spark([7, 7]).line
