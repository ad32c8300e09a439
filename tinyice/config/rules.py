"""Rules between several keys, and what is worth a note."""

from collections.abc import Iterator

from tinyice.config.faults import Fault
from tinyice.config.model import Config
from tinyice.config.mounts import effective_burst


def faults_between(config: Config) -> Iterator[tuple[tuple[str, ...], Fault]]:
    """Give the faults between keys, each with the keys that it stands on."""
    shortest, longest = config.pulse_ms if len(config.pulse_ms) == 2 else (0, 0)
    if shortest > longest:
        message = f"the shortest time, {shortest}, is longer than the longest, {longest}"
        yield ("pulse_ms",), Fault("pulse_ms", message)
    if config.shoutcast_port and config.shoutcast_port == config.port:
        message = f"must differ from port, which is {config.port} too"
        yield ("port", "shoutcast_port"), Fault("shoutcast_port", message)
    if config.use_https:
        yield from _faults_of_https(config)


def _faults_of_https(config: Config) -> Iterator[tuple[tuple[str, ...], Fault]]:
    for key, used in (("port", config.port), ("shoutcast_port", config.shoutcast_port_used)):
        if used and used == config.https_port:
            message = f"must differ from {key}, which is {used} too"
            yield ("https_port", "port", "shoutcast_port"), Fault("https_port", message)
    for key in ("cert_file", "key_file"):
        if not getattr(config, key):
            message = "must name a file, because use_https is true"
            yield (key, "use_https"), Fault(key, message)


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
