"""The pages about the server as a whole, and the logo that one of them takes."""

from tinyice.web import urls
from tinyice.web.api.services import Services
from tinyice.web.console.machine import Machine
from tinyice.web.console.settings_site import SettingsSite
from tinyice.web.console.system_site import SystemSite
from tinyice.web.guard import Guard
from tinyice.web.logo_site import LogoSite
from tinyice.web.pages import Pages
from tinyice.web.ports import Gauges, Station

ServerSite = SettingsSite | SystemSite | LogoSite


def server_sites(
    station: Station,
    gauges: Gauges,
    services: Services,
    machine: Machine,
    pages: Pages,
    *,
    guard: Guard,
) -> dict[str, ServerSite]:
    """Each by the beginnings of its addresses."""
    settings = SettingsSite(services, machine, pages, guard=guard)
    system = SystemSite(
        station, gauges, machine, pages, guard=guard, version=services.settings().version
    )
    return {
        **dict.fromkeys(urls.SETTINGS_SEGMENTS, settings),
        **dict.fromkeys(urls.SYSTEM_SEGMENTS, system),
        **dict.fromkeys(urls.BRANDING_SEGMENTS, LogoSite(services.logo, guard=guard)),
    }
