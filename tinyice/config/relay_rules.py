"""Rules for relays: each has a mount of its own and a place to come from, and none is a circle."""

from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from tinyice.config.faults import Fault
from tinyice.config.items import Master, Relay
from tinyice.config.model import Config

Found = Iterator[tuple[tuple[str, ...], Fault]]

_PORTS = {"http": 80, "https": 443}


def faults_of_relays(config: Config) -> Found:
    """Give the faults of relays and masters, each with the keys that it stands on."""
    seen: set[str] = set()
    for index, relay in enumerate(config.relays):
        key = f"relays[{index}]"
        yield from _faults_of_mount(relay, key, seen)
        seen.add(relay.mount)
        if not relay.url and not relay.urls:
            yield (f"{key}.url",), Fault(f"{key}.url", "must name where the stream comes from")
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
        yield f"{key}.urls[{index}]", url


def is_own(config: Config, mount: str, parts: SplitResult) -> bool:
    """Whether that is certainly this server; there are circles that only their answers show."""
    base = urlsplit(config.base_url)
    port = parts.port or _PORTS[parts.scheme]
    ours = {("localhost", config.port), (config.hostname.lower(), config.port)}
    ours |= {("127.0.0.1", config.port), ("::1", config.port), (config.bind_host, config.port)}
    if config.serves_tls:
        ours |= {(host, config.https_port) for host, _ in ours}
    if base.hostname:
        ours.add((base.hostname, base.port or _PORTS[base.scheme]))
    return (parts.hostname or "", port) in ours and unquote(parts.path) == mount
