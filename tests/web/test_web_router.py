"""The router: what a view is called with, and what becomes of what it gives."""

from klein import Klein
from klein.resource import KleinResource
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.server import Request
from web_support import ADMIN, Reply, Web, exchange, parse

from tinyice.core.access.permissions import Action
from tinyice.core.errors import MountUnknown
from tinyice.web.answers import plain, respond
from tinyice.web.guard import Caller, Guard
from tinyice.web.router import Router

DJ = b"Authorization: Basic ZGo6c3Bpbg==\r\n"  # dj:spin, whose mount is /live


def failed(request: Request, failure: Failure) -> bytes:
    """Answer an error by its name."""
    return respond(request, plain(type(failure.value).__name__, 418))


class Small:
    """An application with a view of each kind."""

    router = Router(failed)

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.later: Deferred[bytes] = Deferred()
        self.callers: list[Caller] = []

    def klein(self) -> Klein:
        return self.router.bound(self)

    @router.route("/at-once", Action.SEE_SELF)
    def at_once(self, request: Request, caller: Caller) -> bytes:
        return respond(request, plain(caller.principal.name))

    @router.route("/story", Action.SEE_SELF)
    async def story(self, request: Request, caller: Caller) -> bytes:
        self.callers.append(caller)
        return await self.later

    @router.route("/deferred", Action.SEE_PUBLIC)
    def deferred(self, request: Request, caller: Caller) -> Deferred[bytes]:
        self.callers.append(caller)
        return self.later

    @router.route("/mounts/<path:mount>/title", Action.SEE_MOUNT, mount="path")
    def title(self, request: Request, caller: Caller, mount: str) -> bytes:
        return respond(request, plain(f"{caller.mount} {mount}"))

    @router.route("/one/", Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SELF)
    @router.route("/two", Action.SEE_PUBLIC)
    def twice(self, request: Request, caller: Caller) -> bytes:
        return respond(request, plain(caller.principal.name + caller.mount))

    @router.route("/fault", Action.SEE_PUBLIC)
    def fault(self, request: Request, caller: Caller) -> bytes:
        raise MountUnknown("/x")


def ask(target: str, head: bytes = DJ, *, small: Small | None = None) -> Reply:
    """One request, answered."""
    asked = KleinResource((small or Small(Web().guard)).klein())
    line = f"GET {target} HTTP/1.1\r\nHost: radio.example\r\n".encode()
    return parse(exchange(asked, line + head + b"\r\n"))


def test_a_view_knows_its_caller() -> None:
    """By name, and what is open to everybody by none."""
    assert ask("/at-once").text == "dj"
    assert ask("/two").text == ""


def test_a_view_may_take_its_time() -> None:
    """It is a story, or gives a Deferred, guarded or open."""
    for target in ("/story", "/deferred"):
        small = Small(Web().guard)
        small.later.callback(b"done")
        assert b"\r\ndone\r\n" in ask(target, small=small).body
        assert small.callers[0].client.address == "203.0.113.9"


def test_a_mount_in_the_path() -> None:
    """The permission is about that one, slashes and all."""
    assert ask("/mounts/live/title").text == "/live live"
    assert ask("/mounts/other/deep/title").text == "NotPermitted"
    assert ask("/mounts/other/deep/title", ADMIN).text == "/other/deep other/deep"


def test_without_a_mount_another_action_is_asked_for() -> None:
    """A command that is about one mount or about all."""
    assert ask("/one/?mount=/live").text == "dj/live"
    assert ask("/one/?mount=/other").text == "NotPermitted"
    assert ask("/one/").text == "dj"


def test_errors_are_answered_in_the_words_of_the_application() -> None:
    """Those of the guard, of the view, and of the way there."""
    told = {
        "/fault": "MountUnknown",
        "/at-once": "Challenge",
        "/nowhere": "NotFound",
    }
    assert {path: ask(path, b"").text for path in told} == told


def test_two_applications_do_not_mix() -> None:
    """Each has views of its own behind the same table."""
    one, other = Small(Web().guard), Small(Web().guard)
    one.later.callback(b"one")
    other.later.callback(b"other")
    assert b"\r\none\r\n" in ask("/deferred", small=one).body
    assert b"\r\nother\r\n" in ask("/deferred", small=other).body
