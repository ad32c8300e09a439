"""A web site with all of Icecast's commands, on a fake audience and a configuration in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache

from web_support import PROJECT, SETTINGS, STARTED, Reply, Web, mount, prepare_now

from tinyice.core.clients import Client
from tinyice.core.errors import FormatsDiffer, ListenerUnknown
from tinyice.core.events import Event
from tinyice.core.snapshots import MountSnapshot
from tinyice.web.icecast_ports import Administration
from tinyice.web.site import make_resource
from web.api_support import FakeChanges

PLAYER = Client("198.51.100.4", "VLC/3")
STATION = (mount(), mount("/two"), mount("/v.ogg", content_type="application/ogg"))


@dataclass(frozen=True)
class Somebody:
    """A listener."""

    id: int
    mount: str = "/live"
    client: Client = PLAYER
    user: str = ""
    seconds: float = 61.7
    lag_bytes: int = 4096


@dataclass
class FakeAudience:
    """The given listeners; remembers what was done to them."""

    everybody: list[Somebody] = field(default_factory=list)
    done: list[tuple[object, ...]] = field(default_factory=list)
    slices: list[int] = field(default_factory=list)

    def listeners(
        self, mounts: Collection[str] | None, after: int, limit: int
    ) -> Sequence[Somebody]:
        found = [one for one in self.everybody if one.mount in (mounts or ()) and one.id > after]
        self.slices.append(min(limit, len(found)))
        return found[:limit]

    def kick_listener(self, mount: str, listener: int) -> None:
        if (mount, listener) not in {(one.mount, one.id) for one in self.everybody}:
            raise ListenerUnknown(mount, listener)
        self.done.append(("kick", mount, listener))

    def kick_source(self, mount: str) -> None:
        self.done.append(("kick source", mount))

    def move_listeners(self, mount: str, destination: str) -> int:
        if destination.endswith(".ogg") != mount.endswith(".ogg"):
            raise FormatsDiffer(mount, destination, "MP3", "Ogg")
        self.done.append(("move", mount, destination))
        return len(self.everybody)


async def hash_password(password: str) -> str:
    """Not a hash, but to be told apart from the password."""
    return f"hash of {password}"


class IcecastWeb(Web):
    """A web site whose station can be changed."""

    def __init__(self, *mounts: MountSnapshot, **changes: object) -> None:
        super().__init__(*(mounts or STATION), **changes)
        self.audience = FakeAudience()
        self.writer = FakeChanges({})
        self.published: list[Event] = []
        self.reset()
        self.resource = make_resource(
            self.station,
            self.gatekeeper,
            self.gauges,
            guard=self.guard,
            clock=self.clock,
            settings=SETTINGS,
            templates=PROJECT / "templates",
            static=PROJECT / "static",
            prepare_pages=prepare_now,
            administration=Administration(
                audience=self.audience,
                changes=self.writer,
                reload=self.writer,
                config=lambda: self.writer.config,
                hash_password=hash_password,
                publish=self.published.append,
                now=lambda: STARTED,
            ),
        )

    def reset(self) -> None:
        """As in the beginning: three listeners, an empty configuration, nothing done."""
        self.audience.everybody = [Somebody(7), Somebody(9, user="joe"), Somebody(12, "/two")]
        self.audience.done, self.audience.slices = [], []
        self.writer.document, self.writer.fault = {}, None
        self.writer.made.clear()
        self.writer.makers.clear()
        self.published.clear()

    def close_to_strangers(self, **accounts: str) -> None:
        """Let /live have listener accounts."""
        own = {"listener_accounts": accounts}
        self.writer.document["advanced_mounts"] = {"/live": own}


@cache
def _usual_web() -> IcecastWeb:
    return IcecastWeb()


def usual_web() -> IcecastWeb:
    """The usual site as in the beginning; it takes a while to make one, so there is one only."""
    web = _usual_web()
    web.reset()
    return web


def sentence(reply: Reply) -> tuple[int, str]:
    """The status and the words of an error page."""
    return reply.status, reply.text.partition(" - ")[2].partition("</b>")[0]
