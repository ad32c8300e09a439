"""Settings of one mount in ``tinyice.json``."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct, field

from tinyice.config.items import UrlAuth
from tinyice.config.kinds import (
    BurstSize,
    Charset,
    Count,
    Fallback,
    LoginName,
    Metaint,
    QueueSize,
    Seconds,
    Secret,
    Text,
    Timeout,
    says,
)


class AdvancedMount(Struct, frozen=True, kw_only=True):
    """Settings of one mount; what is not given is as for the whole server."""

    password: Annotated[Secret, says("Source password of the mount.")] = ""
    burst_size: Annotated[BurstSize, says("Bytes given at join; 0: as the server.")] = 0
    name_override: Annotated[Text, says("Replaces the name that the encoder sends.")] = ""
    description: Annotated[Text, says("Replaces the encoder's description.")] = ""
    genre: Annotated[Text, says("Replaces the encoder's genre.")] = ""
    url: Annotated[Text, says("Replaces the encoder's web address.")] = ""
    max_listeners: Annotated[Count, says("Listeners at once; 0: no limit of its own.")] = 0
    max_listener_duration: Annotated[
        Seconds | None, says("Seconds after which a listener is let go; 0: never.")
    ] = None
    queue_size: Annotated[QueueSize | None, says("Bytes that a listener may fall behind.")] = None
    metaint: Annotated[Metaint | None, says("Bytes between two ICY metadata blocks.")] = None
    charset: Annotated[
        Charset, says("Charset of titles from encoders and for players that are not UTF-8.")
    ] = ""
    source_timeout: Annotated[
        Timeout | None, says("Seconds without data after which a source is dropped.")
    ] = None
    fallbacks: Annotated[
        tuple[Fallback, ...],
        says(
            "What is heard when the source is gone, best first; before `fallback_mounts`. A file "
            "is in data_dir, or given by its whole path."
        ),
    ] = ()
    hold_time: Annotated[
        Seconds | None, says("Seconds that a source may be gone before its fallback is heard.")
    ] = None
    return_after: Annotated[
        Seconds | None, says("Seconds that a source must be good before it is heard again.")
    ] = None
    stall_after: Annotated[
        Timeout | None, says("Seconds without data after which a fallback is heard.")
    ] = None
    music_dir: Annotated[
        Text,
        says(
            "Folder of music that is played when the source is gone, before the fallbacks; in "
            "data_dir, or by its whole path."
        ),
    ] = ""
    silence_after: Annotated[
        Seconds,
        says("Seconds of silence after which a source counts as gone; 0: it may be silent."),
    ] = 0.0
    silence_level: Annotated[
        float, Meta(ge=-90, le=-10), says("What is not louder counts as silence, in dBFS.")
    ] = -50.0
    fallback_when_full: Annotated[
        bool, says("Who finds no room hears the first mount of the fallbacks that has some.")
    ] = False
    dump_file: Annotated[Text, says("File that records what the source sends.")] = ""
    intro_file: Annotated[Text, says("File that each listener hears first.")] = ""
    low_latency_mode: Annotated[bool | None, says("Delivery in smaller, faster pieces.")] = None
    listener_accounts: Annotated[
        Mapping[LoginName, Secret], says("Who may listen: passwords by name; empty: everybody.")
    ] = field(default_factory=dict)
    url_auth: Annotated[
        UrlAuth | None, says("A web site that decides who may listen, see below.")
    ] = None
