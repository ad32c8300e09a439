"""Values that the parts of the station are given, made from a configuration."""

from tinyice import __version__
from tinyice.assembly.machine import FileRoom
from tinyice.config.model import Config
from tinyice.core.settings import StationSettings
from tinyice.net.front import Limits
from tinyice.web.settings import WebSettings
from tinyice.wire.replies import SERVER
from tinyice.workers.workers import QUEUE_MIN_BYTES


def station_settings(config: Config) -> StationSettings:
    """What holds for all mounts together."""
    return StationSettings(
        listeners_max=config.max_listeners,
        sources_max=config.max_sources,
        takeover=config.takeover,
        takeover_after_s=config.takeover_after,
        queue_seconds=config.queue_seconds,
        queue_min_bytes=QUEUE_MIN_BYTES if config.workers else 0,
        jumps_max=config.slow_jumps,
        drain_s=config.stop_timeout,
    )


def limits_of(config: Config, files: FileRoom) -> Limits:
    """How long and how large a request may be."""
    return Limits(
        header_timeout_s=config.header_timeout,
        body_timeout_s=config.body_timeout,
        idle_timeout_s=config.idle_timeout,
        head_bytes=config.max_head_bytes,
        head_lines=config.max_head_lines,
        body_bytes=config.max_body_bytes,
        pending=min(config.max_pending, max(1, files.connections_max // 2)),
        source_lead_s=config.source_lead,
    )


def web_settings(config: Config) -> WebSettings:
    """What the pages say of the station."""
    return WebSettings(
        hostname=config.hostname,
        port=config.port,
        https_port=config.https_port,
        server_id=SERVER,
        version=__version__,
        base_url=config.base_url.rstrip("/"),
        location=config.location,
        admin_email=config.admin_email,
        page_title=config.page_title,
        page_subtitle=config.page_subtitle,
        accent_color=config.accent_color,
        shoutcast_mount=config.shoutcast_mount,
        status_always_array=config.status_always_array,
        titles_from_source_address=config.titles_from_source_address,
        session_seconds=int(config.session_lifetime),
    )
