"""Every address of the web that only shows something."""

import importlib
import inspect
import pkgutil
import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import tinyice.web
from programs.station import PASSWORD, Station
from tinyice.web.router import Route, Router

WITHIN_S = 30.0


def routes() -> Iterator[Route]:
    """What all applications route, found without knowing how they are put together."""
    for module in pkgutil.walk_packages(tinyice.web.__path__, "tinyice.web."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            router = getattr(kind, "router", None)
            if isinstance(router, Router):
                yield from router.routes


def shown() -> set[str]:
    """Their addresses, those of the mount ``/live`` where a mount belongs in them."""
    urls = {route.url for route in routes() if not route.changes and "GET" in (route.methods or ())}
    filled = {re.sub(r"<path:\w+>", "live", url) for url in urls}
    return {url for url in filled if "<" not in url}


def is_page(station: Station, path: str) -> bool:
    """Whether a whole HTML page is answered to an administrator who asks for nothing special."""
    manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
    manager.add_password(None, station.url("/"), "admin", PASSWORD, is_authenticated=True)
    login = urllib.request.HTTPBasicAuthHandler(manager)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), login)
    try:
        with opener.open(station.url(path), timeout=WITHIN_S) as answer:
            kind = answer.headers.get_content_type()
            return kind == "text/html" and b"<!doctype html" in answer.read(200).lower()
    except urllib.error.HTTPError as error:
        error.close()
        return False
