"""What stands around every page of the console: the navigation, and who one is."""

from collections.abc import Mapping
from dataclasses import dataclass

from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.web import urls
from tinyice.web.guard import Caller

DOCKED = 4
"""How many places stand at the bottom of a phone; the others are behind "More"."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the navigation leads to, for those who may see it."""

    key: str
    url: str
    name: str
    icon: str
    action: Action
    daily: bool


PLACES = (
    Place("onair", urls.CONSOLE, "On air", "onair", Action.LIST_MOUNTS, daily=True),
    Place("studio", urls.STUDIO, "Studio", "studio", Action.LIST_AUTODJS, daily=True),
    Place("stations", urls.STATIONS, "Stations", "stations", Action.LIST_MOUNTS, daily=True),
    Place("audience", urls.AUDIENCE, "Audience", "audience", Action.LIST_LISTENERS, daily=True),
    Place("access", urls.ACCESS, "Access", "shield", Action.SEE_AUDIT, daily=False),
    Place("network", urls.NETWORK, "Network", "network", Action.SEE_RELAYS, daily=False),
    Place("settings", urls.SETTINGS, "Settings", "settings", Action.SEE_SETTINGS, daily=False),
    Place("system", urls.SYSTEM, "System", "system", Action.SEE_SERVER, daily=False),
)


def shell(caller: Caller, here: str) -> Mapping[str, object]:
    """The values that ``console.html`` needs; ``here`` is the key of the page."""
    principal = caller.principal
    return {
        "places": [place for place in PLACES if permits(principal, place.action)],
        "docked_max": DOCKED,
        "owns": principal.owns,
        "may_make_autodj": may_make_autodjs(principal),
        "here": here,
        "may_approve": permits(principal, Action.MAKE_MOUNT),
        "user": principal.name,
        "initials": "".join(word[0] for word in principal.name.split()[:2]).upper(),
        "csrf": caller.csrf,
        "account_url": urls.ACCOUNT,
        "logout_url": urls.LOGOUT,
    }


def may_make_autodjs(principal: Principal) -> bool:
    """Whether there is a mount on which ``principal`` may set one up."""
    mounts = principal.mounts or ("/",)
    return any(permits(principal, Action.CHANGE_AUTODJS, mount) for mount in mounts)
