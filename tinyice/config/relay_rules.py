"""Rules for relays: each has a mount of its own and a place to come from, and none is a circle."""

from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from tinyice.config.faults import Fault
from tinyice.config.items import Master, Relay
from tinyice.config.model import Config

Found = Iterator[tuple[tuple[str, ...], Fault]]

_PORTS = {"http": 80, "https": 443}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_REACHED_BY_LOOPBACK = {"0.0.0.0", "::", "127.0.0.1", "::1"}


def faults_of_relays(config: Config) -> Found:
    """Give the faults of relays and masters, each with the keys that it stands on."""
    seen: set[str] = set()
    for index, relay in enumerate(config.relays):
        key = f"relays[{index}]"
        yield from _faults_of_mount(relay, key, seen)
        seen.add(relay.mount)
        if not any((relay.url, *relay.urls)):
            yield (f"{key}.url",), Fault(f"{key}.url", "must name where the stream comes from")
        if relay.pin and any(urlsplit(url).scheme != "https" for _, url in _urls(relay, key)):
            message = "can only be kept where every address begins with https://"
            yield (f"{key}.pin", f"{key}.url"), Fault(f"{key}.pin", message)
        for name, url in _urls(relay, key):
            if is_own(config, relay.mount, urlsplit(url)):
                message = f"must not be the mount itself: {relay.mount} of this server"
                yield (name, f"{key}.mount"), Fault(name, message)
    servers: set[str] = set()
    for index, master in enumerate(config.masters):
        yield from _faults_of_master(master, f"masters[{index}].url", servers)
        servers.add(master.url.rstrip("/"))


def _faults_of_mount(relay: Relay, key: str, seen: set[str]) -> Found:
    name = f"{key}.mount"
    if not relay.mount:
        yield (name,), Fault(name, "must name the mount that is fed")
    elif relay.mount in seen:
        message = f'must differ from the others; "{relay.mount}" is there twice'
        yield (name,), Fault(name, f"{message} (several addresses of one stream: urls)")


def _faults_of_master(master: Master, key: str, seen: set[str]) -> Found:
    if not master.url:
        yield (key,), Fault(key, "must name the server")
        return
    parts = urlsplit(master.url)
    if parts.path not in ("", "/") or parts.query:
        yield (key,), Fault(key, "must be the address of a server, without a path")
    elif master.url.rstrip("/") in seen:
        yield (key,), Fault(key, f'must differ from the others; "{master.url}" is there twice')


def _urls(relay: Relay, key: str) -> Iterator[tuple[str, str]]:
    if relay.url:
        yield f"{key}.url", relay.url
    for index, url in enumerate(relay.urls):
        if url:
            yield f"{key}.urls[{index}]", url


def is_own(config: Config, mount: str, parts: SplitResult) -> bool:
    """Whether that is certainly this server; there are circles that only their answers show."""
    base = urlsplit(config.base_url)
    port = parts.port or _PORTS[parts.scheme]
    names = {config.hostname.lower(), config.bind_host}
    if config.bind_host in _REACHED_BY_LOOPBACK:
        names |= _LOOPBACK
    else:
        names -= _LOOPBACK
    ours = {(name, config.port) for name in names}
    if config.serves_tls:
        ours |= {(name, config.https_port) for name in names}
    if base.hostname:
        ours.add((base.hostname, base.port or _PORTS[base.scheme]))
    return (parts.hostname or "", port) in ours and unquote(parts.path) == mount
