"""Every address of the web, tried by every role on an own mount and on another's.

What is expected comes from the permission table; what happens comes from the
whole web site, so that a view that decides for itself is found.
"""

import itertools
import re

import pytest
from icecast_web import IcecastWeb
from web_support import Reply, Web, mount

from tinyice.core.access.permissions import TABLE, Action, Scope, permits
from tinyice.core.access.principal import ANYBODY, Principal, Role, Via
from tinyice.web.router import Route

OWN, OTHER = "/live", "/two"
WHO = [
    ANYBODY,
    Principal("relay", Role.RELAY, Via.RELAY),
    Principal("source", Role.SOURCE, Via.SOURCE, frozenset({OWN})),
    Principal("dj", Role.DJ, Via.BASIC, frozenset({OWN})),
    Principal("head", Role.ADMIN, Via.BASIC, frozenset({OWN})),
    Principal("boss", Role.SUPERADMIN, Via.BASIC),
    Principal("boss", Role.SUPERADMIN, Via.TOKEN),
]
PLAIN = Web().routes
COMMANDS = [route for route in IcecastWeb().routes if route not in PLAIN]
ROUTES = [route for route in (*PLAIN, *COMMANDS) if not route.is_open]
MIDDLE = b"Authorization: Bearer "


def asked(route: Route, path: str) -> tuple[Action, str]:
    """What a request to the route is about, as the router has it."""
    if route.mount and path:
        return route.action, path
    return route.unnamed or route.action, ""


def knock(web: Web, route: Route, path: str, who: Principal) -> Reply:
    """A request with nothing in it but the mount."""
    web.gatekeeper.tokens["ti_who"] = who
    head = b"" if who is ANYBODY else MIDDLE + b"ti_who\r\n"
    url = re.sub(r"<[^>]*:mount>", path.lstrip("/"), route.url)
    url = re.sub(r"<[^>]*>", "x", url)
    if route.mount == "query" and path:
        url += f"?mount={path}"
    method = (route.methods or ("GET",))[0]
    if method == "GET":
        return web.ask(url, head)
    return web.post(url, b"", head, method=method.encode())


def state(web: Web) -> tuple[object, ...]:
    """What requests can change."""
    done = (web.audience.done, web.writer.made) if isinstance(web, IcecastWeb) else ()
    return (*web.state(), *map(tuple, done))


CASES = [
    pytest.param(route, path, who, id=f"{who.name or 'nobody'} {who.via.name} {route.url} {path}")
    for route, path, who in itertools.product(ROUTES, (OWN, OTHER, ""), WHO)
    if not (path and not route.mount)
    # without a mount in its path it is another address
    if path or route.mount != "path"
]


@pytest.mark.parametrize(("route", "path", "who"), CASES)
def test_the_web_does_what_the_table_says(route: Route, path: str, who: Principal) -> None:
    """Who may gets past the guard, whatever else is wrong then; who may not does not."""
    web = IcecastWeb() if route in COMMANDS else Web(mount(OWN), mount(OTHER))
    before = state(web)
    action, about = asked(route, path)
    reply = knock(web, route, path, who)
    if permits(who, action, about):
        assert reply.status != 401
        # a view may refuse more than the guard does, but says which mount it was about
        assert reply.status != 403 or TABLE[action].scope is not Scope.MOUNT, reply.text
    elif who is ANYBODY:
        assert reply.status in (401, 303), reply.text
        assert state(web) == before
    else:
        assert reply.status == 403, reply.text
        assert state(web) == before
