"""What the operator decided about a mount, and about all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UrlAuthSettings:
    """A web site that is asked who may listen and feed. "" means: not asked, or none.

    ``auth_header`` and ``timelimit_header`` are whole headers, as the site answers
    them; ``headers`` are names of request headers that it is told.
    """

    listener_add: str = ""
    listener_remove: str = ""
    mount_add: str = ""
    mount_remove: str = ""
    stream_auth: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    headers: tuple[str, ...] = ()
    header_prefix: str = ""
    auth_header: str = "icecast-auth-user: 1"
    timelimit_header: str = "icecast-auth-timelimit:"
    timeout_s: float = 5
    allow_when_down: bool = False


@dataclass(frozen=True, slots=True)
class MountSettings:
    """The settings in force for one mount. 0 means no limit, "" means none.

    ``user_passwords`` maps a user name to the hash of that user's password for
    this mount ("" for one who may not feed it); ``password_hash`` "" stands for
    the default source password.
    ``name_override``, ``description``, ``genre`` and ``url`` replace what the
    encoder says. ``configured``: the operator named the mount. ``waiting``: nobody has,
    and lists leave it out until somebody approves it. ``fallback`` is the
    first mount of the ``chain``: what is heard when the source is gone, best first
    (``core/inputs.py`` says how each is written). Then ``hold_s`` is how long a
    source may be gone before anything is done, ``return_after_s`` how long a better
    one must be good, ``stall_after_s`` how long it may bring nothing, ``silence_after_s``
    how long it may bring nothing louder than ``silence_level_db`` (0: for ever);
    ``music_dir`` is the folder of music that is played meanwhile; ``overflows``
    lets those whom the mount has no room for hear the chain's mounts. ``listener_accounts``
    are the hashes of those who may listen, by name, and nobody else may unless it is empty.
    """

    path: str
    password_hash: str = field(default="", repr=False)
    user_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    burst_bytes: int = 65536
    queue_bytes: int = 524288
    metaint: int = 16000
    charset: str = "utf-8"
    name_override: str = ""
    description: str = ""
    genre: str = ""
    url: str = ""
    listeners_max: int = 0
    duration_max_s: float = 0
    dump_file: str = ""
    intro_file: str = ""
    source_timeout_s: float = 10
    visible: bool = True
    disabled: bool = False
    configured: bool = False
    waiting: bool = False
    low_latency: bool = False
    fallback: str = ""
    chain: tuple[str, ...] = ()
    hold_s: float = 0
    return_after_s: float = 10
    stall_after_s: float = 3
    silence_after_s: float = 0
    silence_level_db: float = -50
    music_dir: str = ""
    overflows: bool = False
    listener_accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    url_auth: UrlAuthSettings | None = None

    @property
    def asks_listeners(self) -> bool:
        """Whether not everybody may listen."""
        asks_site = self.url_auth is not None and bool(self.url_auth.listener_add)
        return asks_site or bool(self.listener_accounts)


@dataclass(frozen=True, slots=True)
class StationSettings:
    """What holds for all mounts together. 0 means no limit.

    ``queue_min_bytes``: what other processes need who read a queue at a pulse of their own.
    """

    listeners_max: int = 0
    sources_max: int = 0
    takeover: bool = True
    takeover_after_s: float = 2
    source_lead_s: float = 10
    queue_seconds: float = 10
    queue_min_bytes: int = 0
    jumps_max: int = 5
    drain_s: float = 10
