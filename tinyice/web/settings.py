"""What the configuration says to the web pages."""

from dataclasses import dataclass, fields

from markupsafe import Markup

from tinyice.web.landing import NOTHING

_KEPT = frozenset({"logo_url", "landing_html"})
"""What is made ready by a worker."""


@dataclass(slots=True)
class WebSettings:
    """Names, addresses and looks of the station. All pages share one, which may change.

    ``base_url`` (without a slash at its end) is where the world reaches the
    server, "" when nobody said; ``hostname`` with ``port``, or with
    ``https_port`` for who came by TLS, stand in for it.
    ``shoutcast_mount`` is the mount that Shoutcast's own pages speak of.
    ``status_always_array``: ``source`` in /status-json.xsl is an array for any
    number of mounts, which Icecast does for two and more only.
    ``titles_from_source_address``: who knows no more than a source password sets
    titles only from the address that feeds the mount, as in Icecast.
    ``session_seconds``: for how long browsers keep the cookie of a session.
    ``logo_url`` ("": there is none) and ``landing_html`` are made by ``branding``.
    """

    hostname: str
    port: int
    server_id: str
    version: str
    base_url: str = ""
    location: str = ""
    admin_email: str = ""
    page_title: str = "tinyice"
    page_subtitle: str = ""
    accent_color: str = ""
    https_port: int = 443
    shoutcast_mount: str = "/live"
    status_always_array: bool = False
    titles_from_source_address: bool = False
    session_seconds: int = 7 * 24 * 3600
    logo_url: str = ""
    landing_html: Markup = NOTHING

    def take(self, other: "WebSettings") -> None:
        """Say what ``other`` says from now on, but for what does not come from there."""
        for field in fields(self):
            if field.name not in _KEPT:
                setattr(self, field.name, getattr(other, field.name))
