"""Rules between several keys, and what is worth a note."""

from collections.abc import Iterator
from ipaddress import ip_network

from tinyice.config.autodj_rules import faults_of_autodjs
from tinyice.config.fallback_rules import faults_of_fallbacks
from tinyice.config.faults import Fault, printable
from tinyice.config.model import Config
from tinyice.config.mounts import effective_burst
from tinyice.config.push_rules import faults_of_pushes
from tinyice.config.relay_rules import faults_of_relays
from tinyice.config.transcoder_rules import faults_of_transcoders


def faults_between(config: Config) -> Iterator[tuple[tuple[str, ...], Fault]]:
    """Give the faults between keys, each with the keys that it stands on."""
    shortest, longest = config.pulse_ms if len(config.pulse_ms) == 2 else (0, 0)
    if shortest > longest:
        message = f"the shortest time, {shortest}, is longer than the longest, {longest}"
        yield ("pulse_ms",), Fault("pulse_ms", message)
    if config.shoutcast_port and config.shoutcast_port == config.port:
        message = f"must differ from port, which is {config.port} too"
        yield ("port", "shoutcast_port"), Fault("shoutcast_port", message)
    if config.serves_tls:
        yield from _faults_of_https(config)
    yield from _faults_of_proxy_ports(config)
    yield from faults_of_fallbacks(config)
    yield from _faults_of_tokens(config)
    yield from faults_of_relays(config)
    yield from faults_of_pushes(config)
    yield from faults_of_transcoders(config)
    yield from faults_of_autodjs(config)


def _faults_of_https(config: Config) -> Iterator[tuple[tuple[str, ...], Fault]]:
    for key, used in (("port", config.port), ("shoutcast_port", config.shoutcast_port_used)):
        if used and used == config.https_port:
            message = f"must differ from {key}, which is {used} too"
            yield ("https_port", "port", "shoutcast_port"), Fault("https_port", message)
    for key in ("cert_file", "key_file"):
        if not getattr(config, key):
            message = "must name a file, because use_https is true"
            yield (key, "use_https"), Fault(key, message)


def _faults_of_proxy_ports(config: Config) -> Iterator[tuple[tuple[str, ...], Fault]]:
    ours = {config.port, config.shoutcast_port_used}
    if config.serves_tls:
        ours.add(config.https_port)
    listed = ", ".join(str(port) for port in sorted(ours - {0}))
    for index, port in enumerate(config.proxy_protocol):
        if port not in ours:
            key = f"proxy_protocol[{index}]"
            message = f"must be a port of this server ({listed}), not {port}"
            yield (key, "port", "shoutcast_port", "https_port"), Fault(key, message)


def _faults_of_tokens(config: Config) -> Iterator[tuple[tuple[str, ...], Fault]]:
    seen: set[str] = set()
    for index, token in enumerate(config.api_tokens):
        key = f"api_tokens[{index}].id"
        if token.id and token.id in seen:
            yield (key,), Fault(key, f'must differ from the others; "{token.id}" is there twice')
        seen.add(token.id)


def access_notes(config: Config) -> Iterator[str]:
    """Name what of accounts and bans has no effect."""
    own = config.users.get(config.admin_user)
    if own and own.password and config.admin_password not in ("", own.password):
        yield (
            f"users.{printable(config.admin_user)}.password: not used, "
            "because admin_password is the password of admin_user"
        )
    banned = {ip_network(entry, strict=False) for entry in config.banned_ips}
    for entry in config.ban_notes:
        if ip_network(entry, strict=False) not in banned:
            yield f"ban_notes.{entry}: not in banned_ips, so nobody is banned by it"


def tls_notes(config: Config) -> Iterator[str]:
    """Say so where certificates were to come by themselves."""
    if config.use_https and not config.serves_tls:
        yield (
            "auto_https: not built yet, so there is no TLS; "
            "name a certificate with cert_file and key_file, or put a proxy in front"
        )


def burst_notes(config: Config) -> Iterator[str]:
    """Name the bursts that are cut to half of their queue."""
    if config.burst_size > config.queue_size // 2:
        yield _cut("burst_size", config.burst_size, config.queue_size // 2)
    for path, mount in config.advanced_mounts.items():
        used = effective_burst(config, mount)
        if mount.burst_size > used:
            yield _cut(f"advanced_mounts.{path}.burst_size", mount.burst_size, used)


def _cut(key: str, wanted: int, used: int) -> str:
    return f"{key}: {wanted} is more than half of the queue; {used} is used"
