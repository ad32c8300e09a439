"""What "Find or do" finds: places of the console, mounts, and what there is to do.

Everything is a link, and only to where one may go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.console.access_tabs import tabs_of
from tinyice.web.console.shell import PLACES
from tinyice.web.console.stations_view import station_url

MOUNTS_MAX = 6
DEEDS_MOUNTS_MAX = 2
"""So many mounts are shown, and of so many what can be done with them."""

_TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """One link: ``words``, the ``mount`` that they are about, and words ``behind`` it."""

    url: str
    icon: str
    words: str
    mount: str = ""
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind, under their name."""

    name: str
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class _Deed:
    """``also``: words by which people look for it."""

    url: str
    icon: str
    words: str
    also: str
    action: Action


_DEEDS = (
    _Deed(urls.STATION_NEW, "plus", "Make a station", "new mount create add", Action.MAKE_MOUNT),
    _Deed(
        f"{urls.STUDIO}?mount=",
        "plus",
        "Set up an AutoDJ",
        "new music folder studio library playlist",
        Action.CHANGE_AUTODJS,
    ),
    _Deed(urls.ACCESS_ACCOUNT, "plus", "Make an account", "new user dj", Action.CHANGE_USERS),
    _Deed(urls.ACCESS_BANS, "ban", "Ban an address", "block ip unban lift", Action.CHANGE_BANS),
    _Deed(
        urls.NETWORK_RELAY,
        "down",
        "Relay a stream of another server",
        "new network upstream",
        Action.CHANGE_RELAYS,
    ),
    _Deed(
        urls.NETWORK_PUSH,
        "up",
        "Send a mount to another server",
        "new push network",
        Action.CHANGE_RELAYS,
    ),
    _Deed(
        f"{urls.SETTINGS}#branding", "edit", "Change name and colour", "brand", Action.SEE_SETTINGS
    ),
    _Deed(f"{urls.SETTINGS}#logo", "up", "Change the logo", "picture brand", Action.SEE_SETTINGS),
    _Deed(f"{urls.SYSTEM}#log", "list", "Read the log", "errors lines", Action.SEE_SERVER),
    _Deed(
        f"{urls.SYSTEM}#configuration",
        "refresh",
        "Check or reload the configuration",
        "file json",
        Action.SEE_SERVER,
    ),
    _Deed(urls.ACCOUNT, "key", "Change your password", "account sessions", Action.SEE_SELF),
    _Deed(urls.ACCOUNT, "key", "Make an API token", "account program", Action.SEE_SELF),
    _Deed(urls.FRONT_PAGE, "globe", "See the station's own page", "landing", Action.SEE_SELF),
)


def found_for(principal: Principal, mounts: Iterable[MountSnapshot], text: str) -> Sequence[Group]:
    """What has every word of ``text`` in it; without words, where one could go."""
    wanted = text[:_TEXT_MAX].casefold().split()
    own = [mount for mount in mounts if principal.owns(mount.path)]
    near = [mount for mount in own if _fits(wanted, mount.path, mount.station.name)]
    near.sort(key=lambda mount: (not mount.on_air, mount.path))
    groups = (
        Group("Places", _places(principal, wanted)),
        Group("Mounts", [_mount(mount) for mount in near[:MOUNTS_MAX]]),
        Group("Do", [*_with(near if wanted else ()), *_deeds(principal, wanted)]),
    )
    return [group for group in groups if group.hits]


def _fits(wanted: Sequence[str], *words: str) -> bool:
    text = " ".join(words).casefold()
    return all(word in text for word in wanted)


def _places(principal: Principal, wanted: Sequence[str]) -> Sequence[Hit]:
    hits = [
        Hit(place.url, place.icon, place.name)
        for place in PLACES
        if permits(principal, place.action) and _fits(wanted, place.name)
    ]
    if wanted:
        hits += [
            Hit(tab.url, "shield", tab.name, behind="Access")
            for tab in tabs_of(principal)
            if _fits(wanted, tab.name, "access")
        ]
    return hits


def _mount(mount: MountSnapshot) -> Hit:
    name = mount.station.name
    state = "" if mount.on_air else "off air"
    behind = ", ".join(word for word in (name, state) if word)
    return Hit(station_url(mount.path), "stations", "", mount.path, behind)


def _with(mounts: Sequence[MountSnapshot]) -> Iterable[Hit]:
    for mount in mounts[:DEEDS_MOUNTS_MAX]:
        query = urlencode({"mount": mount.path}, quote_via=quote, safe="/")
        yield Hit(f"{urls.AUDIENCE}?{query}", "audience", "See who listens to", mount.path)
        if mount.on_air:
            yield Hit(f"/player{quote(mount.path)}", "play", "Open the player of", mount.path)


def _deeds(principal: Principal, wanted: Sequence[str]) -> Iterable[Hit]:
    for deed in _DEEDS:
        if permits(principal, deed.action) and _fits(wanted, deed.words, deed.also):
            yield Hit(deed.url, deed.icon, deed.words)
