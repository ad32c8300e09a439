"""All of Icecast's administration: which application answers which command."""

from collections.abc import Mapping

from twisted.internet.interfaces import IReactorTime

from tinyice.web import urls
from tinyice.web.admin_site import AdminSite
from tinyice.web.guard import Guard
from tinyice.web.icecast_answers import Answers
from tinyice.web.icecast_audience_site import AudienceSite
from tinyice.web.icecast_forms import segments
from tinyice.web.icecast_playlists_site import PlaylistSite
from tinyice.web.icecast_ports import Administration
from tinyice.web.icecast_settings_site import SettingsSite
from tinyice.web.icecast_titles_site import TitlesSite
from tinyice.web.pages import Pages
from tinyice.web.ports import Gatekeeper, Gauges, Station
from tinyice.web.settings import WebSettings

IcecastSite = AdminSite | AudienceSite | PlaylistSite | SettingsSite | TitlesSite

TITLES = (
    *segments(urls.ADMIN_METADATA, urls.ADMIN_UPDATEMETADATA),
    urls.SHOUTCAST_ADMIN.removeprefix("/"),
    urls.SHOUTCAST_ADMIN_BELOW.removeprefix("/"),
)
PLAYLISTS = (urls.ADMIN_BUILDM3U.removeprefix("/"), "admin/vclt.xsl", "admin/xspf.xsl")
AUDIENCE = segments(
    urls.ADMIN_LISTCLIENTS, urls.ADMIN_KILLCLIENT, urls.ADMIN_KILLSOURCE, urls.ADMIN_MOVECLIENTS
)
SETTINGS = segments(
    urls.ADMIN_FALLBACKS,
    urls.ADMIN_MANAGEAUTH,
    urls.ADMIN_BANS,
    urls.ADMIN_ADDBAN,
    urls.ADMIN_REMOVEBAN,
    urls.ADMIN_RELOADCONFIG,
)


def icecast_sites(
    station: Station,
    gatekeeper: Gatekeeper,
    gauges: Gauges,
    pages: Pages,
    *,
    guard: Guard,
    settings: WebSettings,
) -> Mapping[str, IcecastSite]:
    """What tells, and takes titles, by the beginning of paths."""
    answers = Answers(pages)
    admin = AdminSite(station, gauges, answers, guard=guard, settings=settings)
    titles = TitlesSite(station, gatekeeper, answers, guard=guard, settings=settings)
    playlists = PlaylistSite(station, guard=guard, settings=settings)
    return {
        **dict.fromkeys(urls.ADMIN_SEGMENTS, admin),
        **dict.fromkeys(TITLES, titles),
        **dict.fromkeys(PLAYLISTS, playlists),
    }


def command_sites(
    station: Station,
    administration: Administration,
    pages: Pages,
    *,
    guard: Guard,
    clock: IReactorTime,
) -> Mapping[str, IcecastSite]:
    """What changes the station, by the beginning of paths."""
    answers = Answers(pages)
    audience = AudienceSite(
        station,
        administration.audience,
        answers,
        guard=guard,
        clock=clock,
        publish=administration.publish,
    )
    changes = SettingsSite(station, administration, answers, guard=guard)
    return {**dict.fromkeys(AUDIENCE, audience), **dict.fromkeys(SETTINGS, changes)}
