"""Every address of the web stands in a table, with the action that it is for."""

import re
from functools import cache
from urllib.parse import urlencode

import pytest
from icecast_web import IcecastWeb
from web_support import ADMIN, Reply, Web, mount

from tinyice.core.access.permissions import TABLE, Action, Scope
from tinyice.core.access.principal import Via
from tinyice.web.router import Route, Router

BODY = (
    b"mode=updinfo&song=x&name=dj&password=spin&days=30&current=hackme&new=12345678&again=12345678"
)

NOT_BY_WEB = {
    # who feeds a mount is asked by the protocols of sources, who listens by the streaming side
    Action.FEED,
    Action.LISTEN,
    # asked by views about what is somebody else's, where one's own is everybody's action
    Action.SEE_ALL_TOKENS,
    Action.REVOKE_ANY_TOKEN,
    # asked by views about some settings of an AutoDJ
    Action.CHANGE_COMMANDS,
}
NOT_YET: set[Action] = set()
"""Actions that are in the table before anything asks for them."""


class Commands(IcecastWeb):
    """The commands that change the station, and what they change."""

    def state(self) -> tuple[object, ...]:
        return (*super().state(), tuple(self.audience.done), tuple(self.writer.made))


@cache
def plain_site() -> Web:
    """A site for many requests: making one takes a while."""
    return Web(mount())


@cache
def commands() -> Commands:
    """The same with the commands."""
    return Commands()


COMMANDS = [route for route in commands().routes if route not in plain_site().routes]
ROUTES = [*plain_site().routes, *COMMANDS]
CHANGING = [route for route in ROUTES if route.changes]
ASKING = [route for route in ROUTES if not route.is_open]
GUARDED = [route for route in CHANGING if not route.is_open]

UNDONE = (401, 403, 429, 500, 503)
"""What the guard answers, or a fault; a view may still find something amiss with what it got."""

STRANGERS = [
    b"Origin: https://evil.example\r\n",
    b"Origin: null\r\n",
    b"Referer: https://evil.example/radio.example:8000/\r\n",
    b"Sec-Fetch-Site: cross-site\r\n",
    b"Sec-Fetch-Site: same-site\r\nOrigin: http://radio.example:8000\r\n",
]
OURS = [
    b"Origin: http://radio.example:8000\r\n",
    b"Referer: http://radio.example:8000/admin/\r\n",
    b"Sec-Fetch-Site: same-origin\r\n",
]


def site_of(route: Route) -> Web:
    """A site that has the route."""
    return commands() if route in COMMANDS else plain_site()


def each(routes: list[Route]) -> pytest.MarkDecorator:
    """Run a test once for each route."""
    return pytest.mark.parametrize("route", routes, ids=lambda r: f"{r.methods} {r.url}")


def target_of(route: Route) -> str:
    """An address that the route answers."""
    path = re.sub(r"<[^>]*:mount>", "live", route.url)
    path = re.sub(r"<[^>]*>", "x", path)
    query = {"mount": "/live"} if route.mount == "query" else {}
    # the session and the token of the account, and a listener of the commands
    query["id"] = "7" if route in COMMANDS else "s9"
    return f"{path}?{urlencode(query)}"


def ask(web: Web, route: Route, head: bytes) -> Reply:
    """The request that the route answers, with what changes something."""
    method = (route.methods or ("GET",))[-1].encode()
    if method == b"GET":
        return web.ask(f"{target_of(route)}&{BODY.decode()}", head)
    return web.post(target_of(route), BODY, head, method=method)


def test_the_table_is_the_whole_web() -> None:
    """What Klein routes came through the router, and so through the guard."""
    for web in (plain_site(), commands()):
        for application in web.resource.applications:
            rules = list(application.klein().url_map.iter_rules())
            assert len(rules) == len(application.router.routes)


@each(ROUTES)
def test_each_route_has_an_action_of_the_table(route: Route) -> None:
    """An action without a rule would let nobody say who may."""
    assert route.action in TABLE
    assert route.unnamed is None or route.unnamed in TABLE


@each(ROUTES)
def test_an_action_about_a_mount_knows_the_mount(route: Route) -> None:
    """Else nobody but a superadmin could ever do it."""
    about_mount = TABLE[route.action].scope is Scope.MOUNT
    assert about_mount == bool(route.mount) or route.own_login


def test_each_action_is_some_routes() -> None:
    """A rule that nothing asks for is a rule forgotten, or a page that asks for another."""
    named = {route.action for route in ROUTES} | {route.unnamed for route in ROUTES}
    assert set(Action) - named - NOT_BY_WEB <= NOT_YET


@each(ASKING)
def test_nobody_is_let_in_unasked(route: Route) -> None:
    """Without credentials every such page is a challenge, or leads to the login."""
    reply = ask(site_of(route), route, b"")
    assert reply.status == 401 or reply.head["location"].startswith("/login")


@each([route for route in ASKING if route.methods and set(route.methods) - {"GET"}])
def test_what_is_posted_is_a_change(route: Route) -> None:
    """Only changes are guarded against pages of others."""
    assert route.changes


def test_a_changing_method_must_say_so() -> None:
    """The router does not take a POST that nobody guards."""
    router = Router()
    with pytest.raises(ValueError, match="/x"):
        router.route("/x", Action.RELOAD, methods=("GET", "POST"))
    with pytest.raises(ValueError, match="/x"):
        router.route("/x", Action.RELOAD, methods=None)


class TestPagesOfOthers:
    """A browser is not talked into anything by somebody else's page."""

    @each(CHANGING)
    @pytest.mark.parametrize("by", ["session", "session and token", "basic"])
    def test_nothing_changes(self, route: Route, by: str) -> None:
        """Not by a cookie, not by a password that the browser remembers."""
        web = site_of(route)
        head = head_of(web, by)
        before = web.state()
        for stranger in STRANGERS:
            reply = ask(web, route, stranger + head)
            assert reply.status == 403 or (route.own_login and reply.status == 400)
        assert web.state() == before

    @each(GUARDED)
    def test_a_cookie_alone_changes_nothing(self, route: Route) -> None:
        """A form that does not know the session's token is not ours, wherever it was sent from."""
        web = site_of(route)
        head = head_of(web, "session")
        before = web.state()
        for token in (b"", b"X-CSRF-Token: wrong\r\n", b"X-CSRF-Token: \r\n", *OURS):
            assert ask(web, route, head + token).status == 403
        assert web.state() == before

    @each(GUARDED)
    def test_a_browser_without_origin_changes_nothing_by_basic(self, route: Route) -> None:
        """An image on a stranger's page that hides where it stands is just that."""
        web = site_of(route)
        before = web.state()
        for mark in (b"Accept-Language: de", b"Cookie: a=b", b"Sec-Fetch-Mode: no-cors"):
            assert ask(web, route, ADMIN + mark + b"\r\n").status == 403
        assert web.state() == before


class TestOurOwn:
    """What is meant is done."""

    @each(GUARDED)
    def test_basic(self, route: Route) -> None:
        """From a tool that is no browser, or from our own page."""
        browser = b"Accept-Language: de\r\n"
        for head in (b"", *(browser + ours for ours in OURS)):
            assert ask(site_of(route), route, ADMIN + head).status not in UNDONE

    @each(GUARDED)
    def test_a_session_with_its_token(self, route: Route) -> None:
        """Browsers that do not say where they come from are believed by the token alone."""
        web = site_of(route)
        for head in (b"", *OURS):
            login = head_of(web, "session and token")
            assert ask(web, route, login + head).status not in UNDONE

    @each([route for route in GUARDED if Via.TOKEN not in TABLE[route.action].never_via])
    def test_an_api_token(self, route: Route) -> None:
        """No browser sends one by itself, so it needs no more, wherever it is used."""
        head = b"Authorization: Bearer ti_good\r\nOrigin: https://panel.example\r\n"
        assert ask(site_of(route), route, head).status not in UNDONE


def head_of(web: Web, by: str) -> bytes:
    """The lines with which a superadmin asks."""
    if by == "basic":
        return ADMIN
    opened = web.open_session()
    head = b"Cookie: sid=" + opened.cookie.encode() + b"\r\n"
    if by == "session and token":
        head += b"X-CSRF-Token: " + opened.session.csrf.encode() + b"\r\n"
    return head
