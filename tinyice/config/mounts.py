"""The settings in force for one mount: its own, else the server's."""

from typing import TypeVar

from tinyice.config.advanced import AdvancedMount
from tinyice.config.items import UrlAuth
from tinyice.config.model import Config
from tinyice.core.settings import MountSettings, UrlAuthSettings

T = TypeVar("T")

_PLAIN = AdvancedMount()


def settings_for(config: Config, path: str) -> MountSettings:
    """Give the settings of the mount ``path``, whether the file names it or not."""
    own, chain = config.advanced_mounts.get(path, _PLAIN), chain_of(config, path)
    return MountSettings(
        path=path,
        password_hash=config.mounts.get(path, "") or own.password,
        user_passwords=_user_passwords(config, path),
        burst_bytes=effective_burst(config, own),
        queue_bytes=queue_bytes(config, own),
        metaint=_first(own.metaint, config.metaint),
        charset=own.charset or config.charset,
        name_override=own.name_override,
        description=own.description,
        genre=own.genre,
        url=own.url,
        listeners_max=own.max_listeners,
        duration_max_s=_first(own.max_listener_duration, config.max_listener_duration),
        dump_file=own.dump_file,
        intro_file=own.intro_file,
        source_timeout_s=_first(own.source_timeout, config.source_timeout),
        visible=is_visible(config, path) and not is_waiting(config, path),
        disabled=config.disabled_mounts.get(path, False),
        configured=is_configured(config, path),
        waiting=is_waiting(config, path),
        low_latency=_first(own.low_latency_mode, config.low_latency_mode),
        fallback=next((one for one in chain if one.startswith("/")), ""),
        chain=chain,
        hold_s=_first(own.hold_time, config.hold_time),
        return_after_s=_first(own.return_after, config.return_after),
        stall_after_s=_first(own.stall_after, config.stall_after),
        silence_after_s=own.silence_after,
        silence_level_db=own.silence_level,
        music_dir=own.music_dir,
        overflows=own.fallback_when_full,
        listener_accounts=own.listener_accounts,
        url_auth=None if own.url_auth is None else _url_auth(own.url_auth),
    )


def chain_of(config: Config, path: str) -> tuple[str, ...]:
    """What is heard on the mount when its source is gone, best first."""
    own = config.advanced_mounts.get(path, _PLAIN).fallbacks
    plain = config.fallback_mounts.get(path, "")
    return own or ((plain,) if plain else ())


def configured_paths(config: Config) -> tuple[str, ...]:
    """The mounts that the file sets up, relays or switches off, in its order, each once."""
    off = (path for path, is_off in config.disabled_mounts.items() if is_off)
    relayed = (relay.mount for relay in config.relays if relay.enabled)
    encoded = (one.output_mount for one in config.transcoders if one.enabled)
    played = (one.mount for one in config.autodjs if one.enabled)
    told = (*config.mounts, *config.advanced_mounts, *relayed, *encoded, *played)
    named = (*told, *config.fallback_mounts, *off)
    return tuple(dict.fromkeys(named))


def is_configured(config: Config, path: str) -> bool:
    """Whether that is one of `configured_paths`."""
    if path in config.mounts or path in config.advanced_mounts or path in config.fallback_mounts:
        return True
    is_off = config.disabled_mounts.get(path, False)
    if is_off or any(relay.mount == path and relay.enabled for relay in config.relays):
        return True
    if any(one.mount == path and one.enabled for one in config.autodjs):
        return True
    return any(one.output_mount == path and one.enabled for one in config.transcoders)


def is_waiting(config: Config, path: str) -> bool:
    """Whether a source there is hidden until somebody approves the mount.

    It is a mount that nobody named: neither the file, nor as that of an account.
    """
    if not config.approve_mounts or is_configured(config, path):
        return False
    is_shown = config.visible_mounts.get(path, False)
    return not is_shown and not any(path in user.mounts for user in config.users.values())


def is_visible(config: Config, path: str) -> bool:
    """Whether lists may show the mount.

    Without marks everything is shown. A mount marked false is hidden; once any
    is marked true, those without a mark are hidden too, as the Go server does.
    """
    if config.hidden_mounts.get(path, False):
        return False
    for one in config.transcoders:
        if one.output_mount == path and one.enabled and one.visibility:
            return one.visibility == "public"
    if any(one.mount == path and one.enabled and not one.visible for one in config.autodjs):
        return False
    unmarked = not any(config.visible_mounts.values())
    return config.visible_mounts.get(path, unmarked)


def queue_bytes(config: Config, own: AdvancedMount) -> int:
    """How far a listener of the mount may fall behind."""
    return _first(own.queue_size, config.queue_size)


def effective_burst(config: Config, own: AdvancedMount) -> int:
    """What a listener is given at join: never more than half the queue."""
    return min(own.burst_size or config.burst_size, queue_bytes(config, own) // 2)


def _url_auth(own: UrlAuth) -> UrlAuthSettings:
    return UrlAuthSettings(
        listener_add=own.listener_add,
        listener_remove=own.listener_remove,
        mount_add=own.mount_add,
        mount_remove=own.mount_remove,
        stream_auth=own.stream_auth,
        username=own.username,
        password=own.password,
        headers=own.headers,
        header_prefix=own.header_prefix,
        auth_header=own.auth_header,
        timelimit_header=own.timelimit_header,
        timeout_s=own.timeout,
        allow_when_down=own.when_down == "allow",
    )


def _user_passwords(config: Config, path: str) -> dict[str, str]:
    """What opens the mount for each user; "" for one who may not feed it."""
    return {name: user.mounts.get(path, "") for name, user in config.users.items()}


def _first(own: T | None, common: T) -> T:
    return common if own is None else own
