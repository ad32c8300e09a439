"""The web site, with all that its pages and operations need."""

from functools import partial
from secrets import token_bytes

from twisted.internet.base import ReactorBase
from twisted.web.server import Request

from tinyice.assembly.behind import Behind
from tinyice.assembly.commands import make_administration
from tinyice.assembly.live import make_live
from tinyice.assembly.own_account import OwnAccounts
from tinyice.assets import find_assets
from tinyice.core.clients import Client
from tinyice.net.webchannel import WebChannel
from tinyice.web.api.services import Services
from tinyice.web.guard import Guard
from tinyice.web.live.live import Live
from tinyice.web.pages import prepare_in_worker
from tinyice.web.site import SiteResource, make_resource


def make_root(behind: Behind, reactor: ReactorBase) -> SiteResource:
    """The whole web site of the station ``behind``."""
    assets = find_assets()
    gatekeeper = behind.access.gatekeeper
    return make_resource(
        behind.station,
        gatekeeper,
        behind.gauges,
        guard=Guard(gatekeeper, client_of, settings=behind.settings),
        clock=reactor,
        settings=behind.settings,
        templates=assets.templates,
        static=assets.static,
        prepare_pages=partial(behind.worker.perform, prepare_in_worker),
        account=_account(behind),
        when_ready=behind.storage.when_restored,
        administration=make_administration(
            behind.station,
            behind.writer,
            behind.reloading,
            behind.in_force,
            behind.access.passwords,
            publish=behind.publish,
            now=behind.now,
        ),
        services=_services(behind),
        live=_live(behind, reactor),
        chronicle=behind.chronicle,
        machine=behind.machine,
    )


def _live(behind: Behind, reactor: ReactorBase) -> Live:
    live = make_live(
        behind.station,
        behind.chronicle,
        reactor,
        now=behind.now,
        subscribe=behind.subscribe,
        levels=behind.metering,
        autodjs=behind.studio,
    )
    behind.gauges.subscribers = lambda: live.subscribers
    return live


def _account(behind: Behind) -> OwnAccounts:
    access = behind.access
    return OwnAccounts(
        access.sessions,
        behind.writer,
        behind.in_force,
        tokens=access.tokens,
        hash_password=access.passwords.hash,
        now=behind.now,
        random=token_bytes,
        publish=behind.publish,
    )


def _services(behind: Behind) -> Services:
    access = behind.access
    return Services(
        station=behind.station,
        changes=behind.writer,
        reload=behind.reloading,
        upgrades=behind.upgrades,
        lockouts=access.lockouts,
        audit=behind.storage,
        config=lambda: behind.in_force.config,
        accounts=access.accounts,
        tokens=access.tokens,
        settings=lambda: behind.settings,
        hash_password=access.passwords.hash,
        token_uses=behind.storage.token_uses,
        end_sessions=access.sessions.end_all,
        sessions=access.sessions.listed,
        end_session=access.sessions.end,
        trends=behind.chronicle.trends,
        logo=behind.branding,
        relays=behind.relaying,
        pushes=behind.relaying.pushing,
        transcoders=behind.transcoding,
        autodjs=behind.studio,
        countries=behind.countries,
        played=behind.chronicle.played.of,
        publish=behind.publish,
        now=behind.now,
        random=token_bytes,
    )


def client_of(request: Request) -> Client:
    """Who sent ``request``, as the door decided."""
    channel = request.channel
    if not isinstance(channel, WebChannel):
        raise TypeError("a request came in by another way than a door")
    return channel.client
