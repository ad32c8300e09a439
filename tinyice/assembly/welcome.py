"""What a terminal is told when the station starts."""

from collections.abc import Iterator

from tinyice.config.load import Loaded

_HTTPS = 443


def welcome(loaded: Loaded, *, demo: bool) -> Iterator[str]:
    """Lines for people: credentials of a first start, where to listen, what to type."""
    config = loaded.config
    if loaded.first_run is not None:
        yield from loaded.first_run.lines()
        yield "(shown this once; the configuration keeps only their hashes)"
    host = "localhost" if config.bind_host in ("0.0.0.0", "::") else config.bind_host
    shown = f"[{host}]" if ":" in host else host
    address = config.base_url.rstrip("/") or f"http://{shown}:{config.port}"
    yield f"Listen:  {address}/"
    if config.use_https and not config.base_url.startswith("https:"):
        port = "" if config.https_port == _HTTPS else f":{config.https_port}"
        yield f"         https://{shown}{port}/"
    if demo:
        yield f"Demo:    {address}/demo"
    password = "Live Mount Password above" if loaded.first_run else "the one of the mount"
    yield (
        f"Encoder: Icecast 2, host {host}, port {config.port}, mount /live,"
        f" user source, password: {password}"
    )
    if config.shoutcast_port_used:
        yield (
            f"         or Shoutcast, port {config.port} (the encoder adds 1 by itself, as a rule)"
            if config.shoutcast_port_used == config.port + 1
            else f"         or Shoutcast v1, port {config.shoutcast_port_used}"
        )
