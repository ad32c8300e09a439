"""Every page that people look at: its address, and who opens it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """One page; ``user`` is empty where nobody needs to sign in.

    ``press``: the button on the page at ``path`` that leads there.
    """

    path: str
    user: str = ""
    press: str = ""


PUBLIC = {
    "landing": Shown("/"),
    "explore": Shown("/explore"),
    "explore-nothing": Shown("/explore?q=nothing%20of%20that%20name"),
    "player": Shown("/player/live"),
    "player-off-air": Shown("/player/quiet"),
    "embed": Shown("/embed/live"),
    "kiosk": Shown("/kiosk"),
    "developers": Shown("/developers"),
    "login": Shown("/login"),
    "status": Shown("/status.xsl"),
    "version": Shown("/server_version.xsl"),
    "api": Shown("/api/docs"),
}
CONSOLE = {
    "onair": Shown("/admin/", "admin"),
    "stations": Shown("/admin/stations", "admin"),
    "station": Shown("/admin/stations?mount=/live", "admin"),
    "station-new": Shown("/admin/stations/new", "admin"),
    "audience": Shown("/admin/audience", "admin"),
    "audience-by-country": Shown("/admin/audience/countries", "admin"),
    "access": Shown("/admin/access", "admin"),
    "accounts": Shown("/admin/access/accounts", "admin"),
    "account-of-anna": Shown("/admin/access/account?name=anna", "admin"),
    "tokens": Shown("/admin/access/tokens", "admin"),
    "sessions": Shown("/admin/access/sessions", "admin"),
    "lockouts": Shown("/admin/access/lockouts", "admin"),
    "bans": Shown("/admin/access/bans", "admin"),
    "allowed": Shown("/admin/access/allowed", "admin"),
    "audit": Shown("/admin/access/audit", "admin"),
    "studio": Shown("/admin/studio/night", "admin"),
    "studio-choose": Shown("/admin/studio?mount=", "admin"),
    "network": Shown("/admin/network", "admin"),
    "network-relay": Shown("/admin/network/relay?which=/relayed", "admin"),
    "network-master": Shown("/admin/network/master", "admin"),
    "network-push": Shown("/admin/network/push", "admin"),
    "settings": Shown("/admin/settings", "admin"),
    "system": Shown("/admin/system", "admin"),
    "account": Shown("/admin/account", "admin"),
    "find": Shown("/admin/find?text=li", "admin"),
    "components": Shown("/admin/components", "admin"),
    "onair-of-a-dj": Shown("/admin/", "anna"),
}
ICECAST = {
    "icecast-stats": Shown("/admin/stats.xsl", "admin"),
    "icecast-mounts": Shown("/admin/listmounts.xsl", "admin"),
    "icecast-listeners": Shown("/admin/listclients.xsl?mount=/live", "admin"),
    "icecast-move": Shown("/admin/listmounts.xsl", "admin", "Move listeners"),
    "icecast-title": Shown("/admin/updatemetadata.xsl?mount=/live", "admin"),
    "icecast-accounts": Shown("/admin/listmounts.xsl", "admin", "Listener accounts"),
    "icecast-bans": Shown("/admin/bans.xsl", "admin"),
}
PAGES = {**PUBLIC, **CONSOLE, **ICECAST}
