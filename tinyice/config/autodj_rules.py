"""Rules for AutoDJs: each has a mount and a port of its own, and music that it may play."""

import os
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from tinyice.config.autodjs import AutoDJ
from tinyice.config.faults import Fault, path_text
from tinyice.config.model import Config
from tinyice.core.quality import fault_of

Found = Iterator[tuple[tuple[str, ...], Fault]]

_SHELL = frozenset(("|", "||", "&&", "&", ";", ">", ">>", "<", "2>", "2>&1"))
"""Words that only a shell knows."""


def faults_of_autodjs(config: Config) -> Found:
    """Give the faults of AutoDJs and of ``music_dir``, each with the keys that it stands on."""
    mounts: set[str] = set()
    transcoded = {one.output_mount for one in config.transcoders if one.enabled}
    for index, autodj in enumerate(config.autodjs):
        key = f"autodjs[{index}]"
        for field, message in _faults_of_one(config, autodj, mounts, transcoded):
            name = f"{key}.{field}"
            yield (name, f"{key}.mount", "transcoders", "media_roots"), Fault(name, message)
        mounts.add(autodj.mount)
        fault = fault_of(autodj.quality)
        if fault is not None:
            name = f"{key}.{fault[0]}"
            stands_on = (name, f"{key}.format", f"{key}.sample_rate", f"{key}.bitrate")
            yield stands_on, Fault(name, fault[1])
    yield from _faults_of_ports(config)
    yield from _faults_of_folders(config)


def autodj_notes(config: Config) -> Iterator[str]:
    """Name what of AutoDJs is open to everybody, or is not what it looks like."""
    for index, autodj in enumerate(config.autodjs):
        key = f"autodjs[{index}]"
        is_near = ip_address(autodj.mpd_host).is_loopback
        if _is_driven(autodj) and not is_near and not autodj.mpd_password:
            port = autodj.mpd_port
            yield f"{key}.mpd_password: not given, so everybody may drive it on port {port}"
        for name in ("song_command", "on_play_command"):
            words = _SHELL.intersection(getattr(autodj, name))
            if words:
                yield (
                    f"{key}.{name}: no shell runs it, so {min(words)} is a word like any other; "
                    'for a shell write ["sh", "-c", "..."]'
                )


def _faults_of_one(
    config: Config, autodj: AutoDJ, mounts: set[str], transcoded: set[str]
) -> Iterator[tuple[str, str]]:
    if not autodj.mount:
        yield "mount", "must name the mount that is fed"
    elif autodj.mount in mounts:
        yield "mount", f'must differ from the others; "{autodj.mount}" is there twice'
    elif autodj.mount in transcoded:
        yield "mount", f"must not be the output mount of a transcoder: {autodj.mount}"
    if not autodj.music_dir:
        yield "music_dir", "must name the folder of its music"
    elif not is_in_roots(config, autodj.music_dir):
        yield "music_dir", _outside(config)
    for field in ("song_command", "on_play_command"):
        words = getattr(autodj, field)
        if words and not words[0]:
            yield field, "must begin with the name of a program"
    if autodj.mpd_enabled and not autodj.mpd_port:
        yield "mpd_port", "must be given, because mpd_enabled is true"


def _faults_of_ports(config: Config) -> Found:
    ours = {config.port: "port", config.shoutcast_port_used: "shoutcast_port"}
    if config.serves_tls:
        ours[config.https_port] = "https_port"
    for index, autodj in enumerate(config.autodjs):
        if not _is_driven(autodj):
            continue
        key = f"autodjs[{index}].mpd_port"
        if autodj.mpd_port in ours:
            message = f"must differ from {ours[autodj.mpd_port]}, which is {autodj.mpd_port} too"
            yield (key, *ours.values(), "use_https"), Fault(key, message)
        ours.setdefault(autodj.mpd_port, key)


def _faults_of_folders(config: Config) -> Found:
    played = {one.mount for one in config.autodjs if one.enabled}
    for path, mount in config.advanced_mounts.items():
        if not mount.music_dir:
            continue
        key = path_text(("advanced_mounts", path, "music_dir"))
        if path in played:
            message = "must be empty, because the mount has an AutoDJ in autodjs"
            yield (key, "autodjs"), Fault(key, message)
        elif not is_in_roots(config, mount.music_dir):
            yield (key, "media_roots"), Fault(key, _outside(config))


def is_in_roots(config: Config, folder: str) -> bool:
    """Whether ``folder`` is in one of ``media_roots``, as they are written.

    Where links lead is looked at when it is read.
    """
    whole = whole_path(config, folder)
    roots = [whole_path(config, root).rstrip("/") for root in config.media_roots if root]
    return not roots or any(whole == root or whole.startswith(f"{root}/") for root in roots)


def whole_path(config: Config, folder: str) -> str:
    """The whole path of a folder that may be given as one in data_dir."""
    return os.path.abspath(Path(config.data_dir) / folder)  # noqa: PTH100 - no look at the disk


def _outside(config: Config) -> str:
    roots = ", ".join(root for root in config.media_roots if root)
    return f"must be in one of media_roots, which are: {roots}"


def _is_driven(autodj: AutoDJ) -> bool:
    return autodj.enabled and autodj.mpd_enabled and bool(autodj.mpd_port)
