"""Under which address the world sees this server.

The ``Host`` header is written by whoever asks: it is believed only as far as
it looks like a host, and nothing is kept that was built from it.
"""

import re
from urllib.parse import quote

from twisted.web.server import Request

from tinyice.web.settings import WebSettings

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(
    rf"(\[[0-9A-Fa-f:.]{{2,45}}\]|{_LABEL}(?:\.{_LABEL}){{0,30}})(?::([0-9]{{1,5}}))?"
)


_HTTPS = 443


def clean_host(request: Request, settings: WebSettings) -> str:
    """``host`` or ``host:port`` of the request, if it is one; else the configured one."""
    given = (request.getHeader(b"Host") or b"").decode("latin-1").strip()
    return given if _HOST.fullmatch(given) else configured_host(settings)


def configured_host(settings: WebSettings) -> str:
    """``hostname:port`` of the configuration."""
    name = settings.hostname
    return f"[{name}]:{settings.port}" if ":" in name else f"{name}:{settings.port}"


def base_of(request: Request, settings: WebSettings, *, secure: bool) -> str:
    """Scheme and host for links that leave the browser, as in playlists."""
    if settings.base_url:
        return settings.base_url.rstrip("/")
    host = clean_host(request, settings)
    if not secure:
        return f"http://{host}"
    if host == configured_host(settings):
        # Who names no host, over TLS, is not sent to the port without it.
        host = host.removesuffix(f":{settings.port}")
        host += "" if settings.https_port == _HTTPS else f":{settings.https_port}"
    return f"https://{host}"


def configured_base(settings: WebSettings) -> str:
    """Scheme and host for links that are the same for everybody."""
    return settings.base_url.rstrip("/") or f"http://{configured_host(settings)}"


def mount_url(base: str, mount: str) -> str:
    """Where ``mount`` is heard."""
    return base + quote(mount, safe="/")


def host_alone(host: str) -> str:
    """``host:port`` without its port."""
    found = _HOST.fullmatch(host)
    return found[1] if found else host


def port_of(host: str, otherwise: int) -> int:
    """The port of ``host:port``, ``otherwise`` when it names none."""
    found = _HOST.fullmatch(host)
    return int(found[2]) if found and found[2] else otherwise
