"""The keys of ``tinyice.json``: names, kinds, ranges, defaults, meaning.

One frozen value holds a whole configuration; nothing changes in it, a reload
replaces it. The reference in ``docs/`` and the JSON Schema come from here.
Keys that are only kept, not used, stand in ``kept``.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from tinyice.config.advanced import AdvancedMount
from tinyice.config.autodjs import AutoDJ
from tinyice.config.items import ApiToken, BanNote, Master, Push, Relay, Transcoder
from tinyice.config.kinds import (
    AUTO,
    Address,
    BaseUrl,
    BurstSize,
    Charset,
    Colour,
    Count,
    Destination,
    LoginName,
    Markdown,
    Metaint,
    MountPath,
    Network,
    OpenPort,
    Port,
    Processes,
    QueueSize,
    Seconds,
    Secret,
    Text,
    Timeout,
    says,
)

Mp3Bitrate = Annotated[int, Meta(ge=8, le=320)]
Milliseconds = Annotated[int, Meta(ge=10, le=5000)]


class User(Struct, frozen=True, kw_only=True):
    """An account: its role, and its own source passwords."""

    username: Annotated[Text, says("Name to show; the key is the name for login.")] = ""
    password: Annotated[Secret, says("Password of the account. No source password.")] = ""
    role: Annotated[
        Literal["", "superadmin", "admin", "dj"], says("What the account may do; empty: admin.")
    ] = ""
    mounts: Annotated[
        Mapping[MountPath, Secret], says("Source passwords of this user, by mount.")
    ] = field(default_factory=dict)


class Config(Struct, frozen=True, kw_only=True):
    """The whole of ``tinyice.json``."""

    bind_host: Annotated[
        Address, says("Address to listen on; 0.0.0.0 and :: mean all, IPv4 and IPv6.")
    ] = "0.0.0.0"
    port: Annotated[Port, says("Port for encoders, players and pages; 0: any free one.")] = 8000
    use_https: Annotated[
        bool, says("Open https_port, too, for encoders, players and pages over TLS.")
    ] = False
    auto_https: Annotated[
        bool,
        says("Certificates come by themselves. Not built yet: name files, or there is no TLS."),
    ] = False
    https_port: Annotated[Port, says("Port for TLS; 0: any free one.")] = 443
    cert_file: Annotated[
        Text, says("File of the certificate and of those between it and its authority, PEM.")
    ] = ""
    key_file: Annotated[Text, says("File of the certificate's private key, PEM.")] = ""
    shoutcast_port: Annotated[
        Port | None, says("Port for Shoutcast encoders; null: port + 1; 0: off.")
    ] = None
    reuse_port: Annotated[
        bool, says("Another server of the same user may open the same ports beside this one.")
    ] = False
    shoutcast_mount: Annotated[MountPath, says("Mount of Shoutcast encoders that name none.")] = (
        "/live"
    )
    base_url: Annotated[
        BaseUrl, says("Address of the station as players see it, for example behind a proxy.")
    ] = ""
    hostname: Annotated[Text, says("Name of the server in statistics and playlists.")] = "localhost"
    location: Annotated[Text, says("Where the station is, for statistics.")] = ""
    admin_email: Annotated[Text, says("Mail address of the operator, for statistics.")] = ""
    page_title: Annotated[Text, says("Title of the public pages.")] = "tinyice"
    page_subtitle: Annotated[Text, says("Line below the title.")] = ""
    accent_color: Annotated[Colour, says("Colour of the public pages, as #rrggbb.")] = ""
    logo_path: Annotated[
        Text,
        says("Picture of the public pages: PNG, JPEG or WebP, in data_dir or by its whole path."),
    ] = ""
    landing_markdown: Annotated[
        Markdown, says("Words of the operator on the front page, in Markdown.")
    ] = ""
    geoip_database: Annotated[
        Text,
        says(
            "Database of countries (MaxMind DB, .mmdb), in data_dir or by its whole path; the "
            "pages then say where listeners are. Nothing is downloaded; empty: none."
        ),
    ] = ""
    data_dir: Annotated[
        Text, says("Folder for what the server writes; empty: the folder it was started in.")
    ] = ""

    default_source_password: Annotated[
        Secret, says("Source password of mounts without their own.")
    ] = ""
    mounts: Annotated[
        Mapping[MountPath, Secret], says("Mounts and their source passwords; empty: the default.")
    ] = field(default_factory=dict)
    advanced_mounts: Annotated[
        Mapping[MountPath, AdvancedMount], says("Settings by mount, see below.")
    ] = field(default_factory=dict)
    disabled_mounts: Annotated[
        Mapping[MountPath, bool], says("Mounts marked true refuse sources and listeners.")
    ] = field(default_factory=dict)
    fallback_mounts: Annotated[
        Mapping[MountPath, MountPath],
        says("Which mount is heard on a mount whose source is gone; see `fallbacks`, too."),
    ] = field(default_factory=dict)
    visible_mounts: Annotated[
        Mapping[MountPath, bool],
        says(
            "Mounts marked false are hidden from every list. Once any is marked true, "
            "those that are not marked are hidden too."
        ),
    ] = field(default_factory=dict)
    hidden_mounts: Annotated[
        Mapping[MountPath, bool], says("Mounts marked true are hidden from every list.")
    ] = field(default_factory=dict)
    approve_mounts: Annotated[
        bool,
        says(
            "A source on a mount that neither the keys above nor an account name is hidden from "
            "every list until somebody approves the mount."
        ),
    ] = False

    relays: Annotated[
        tuple[Relay, ...], says("Mounts that are fed with streams of other servers, see below.")
    ] = ()
    masters: Annotated[
        tuple[Master, ...], says("Servers all of whose mounts are relayed, see below.")
    ] = ()
    pushes: Annotated[
        tuple[Push, ...], says("Mounts that are sent to other servers, see below.")
    ] = ()
    transcoders: Annotated[
        tuple[Transcoder, ...],
        says("Mounts that play what another one plays, in another quality, see below."),
    ] = ()
    auto_transcode_mp3_bitrates: Annotated[
        tuple[Mp3Bitrate, ...],
        says("Every mount that is fed with anything but MP3 has these MP3 mounts beside it."),
    ] = ()

    autodjs: Annotated[
        tuple[AutoDJ, ...], says("Mounts that are fed from folders of music, see below.")
    ] = ()
    media_roots: Annotated[
        tuple[Text, ...],
        says(
            "Folders, in data_dir or by their whole paths, that all music must be in; empty: each "
            "`music_dir` may be anywhere. Only superadmins may set them."
        ),
    ] = ()

    admin_user: Annotated[Text, says("Name of the administrator.")] = "admin"
    admin_password: Annotated[Secret, says("Password of the administrator.")] = ""
    users: Annotated[Mapping[Text, User], says("Accounts by name, see below.")] = field(
        default_factory=dict
    )
    api_tokens: Annotated[
        tuple[ApiToken, ...], says("Tokens of the API, written by the server, see below.")
    ] = ()
    relay_user: Annotated[LoginName, says("Name that relays log in with.")] = "relay"
    relay_password: Annotated[
        Secret, says("Password of relays, which may read the list of mounts; empty: none may.")
    ] = ""
    session_idle: Annotated[
        float,
        Meta(ge=60, le=31_536_000),
        says("Seconds after which a login that nobody uses ends."),
    ] = 86400.0
    session_lifetime: Annotated[
        float, Meta(ge=60, le=31_536_000), says("Seconds after which any login ends.")
    ] = 604800.0
    api_rate: Annotated[
        Count, says("Requests a minute for one token, or one address; 0: no limit.")
    ] = 600
    audit_enabled: Annotated[bool, says("Changes are written down: who, what, when.")] = True
    audit_days: Annotated[
        int, Meta(ge=0, le=36500), says("Days for which that is kept; 0: for ever.")
    ] = 0
    password_queue: Annotated[
        int, Meta(ge=1, le=10000), says("Passwords waiting for a check; beyond: 503.")
    ] = 32
    password_workers: Annotated[int, Meta(ge=1, le=64), says("Threads that check passwords.")] = 1

    banned_ips: Annotated[tuple[Network, ...], says("Addresses and networks closed at once.")] = ()
    ban_notes: Annotated[
        Mapping[Network, BanNote], says("Reason and end of bans, by the entry above, see below.")
    ] = field(default_factory=dict)
    whitelisted_ips: Annotated[
        tuple[Network, ...], says("Addresses and networks that are never locked out.")
    ] = ()
    trusted_proxies: Annotated[
        tuple[Network, ...],
        says("Proxies that are believed when they say (X-Forwarded-For, PROXY) who is behind."),
    ] = ()
    proxy_protocol: Annotated[
        tuple[OpenPort, ...],
        says("Ports of this server whose connections begin with a PROXY header."),
    ] = ()
    outbound_allow: Annotated[
        tuple[Destination, ...],
        says("What requests of the server may reach besides public addresses."),
    ] = ()
    lockout_failures: Annotated[
        Count, says("Failed logins after which an address is locked out; 0: never.")
    ] = 5
    lockout_window: Annotated[Timeout, says("Seconds in which they are counted.")] = 900.0
    lockout_time: Annotated[Timeout, says("Seconds for which an address is locked out.")] = 900.0
    scan_paths: Annotated[
        Count,
        says("Different unknown addresses of pages after which a client is locked out; 0: never."),
    ] = 25

    burst_size: Annotated[
        BurstSize, says("Bytes given at join; at most half of queue_size is used.")
    ] = 65536
    queue_size: Annotated[QueueSize, says("Bytes that a listener may fall behind.")] = 524288
    queue_seconds: Annotated[
        float, Meta(ge=0, le=600), says("The queue grows to so many seconds of the stream.")
    ] = 10.0
    metaint: Annotated[Metaint, says("Bytes between two ICY metadata blocks.")] = 16000
    charset: Annotated[
        Charset, says("Charset of titles sent to players, and of encoders' that are not UTF-8.")
    ] = "utf-8"
    low_latency_mode: Annotated[bool, says("Delivery in smaller, faster pieces.")] = False
    pulse_ms: Annotated[
        tuple[Milliseconds, ...],
        Meta(min_length=2, max_length=2),
        says("Shortest and longest time between two deliveries, in milliseconds."),
    ] = (100, 2000)
    slow_jumps: Annotated[
        int, Meta(ge=1, le=1000), says("Jumps in a row after which a slow listener is dropped.")
    ] = 5
    workers: Annotated[
        Processes,
        says(
            "Processes that serve the listeners; 0: the server itself does;"
            ' "auto": one for each core but one.'
        ),
    ] = 0
    titles_from_source_address: Annotated[
        bool,
        says(
            "Who logs in with a source password sets titles only from the address that feeds "
            "the mount, as in Icecast."
        ),
    ] = False
    status_always_array: Annotated[
        bool, says("status-json.xsl gives a list for one source and for none, too.")
    ] = False

    max_listeners: Annotated[Count, says("Listeners at once on all mounts; 0: no limit.")] = 0
    max_listener_duration: Annotated[
        Seconds, says("Seconds after which a listener is let go; 0: never.")
    ] = 0.0
    max_sources: Annotated[Count, says("Sources at once; 0: no limit.")] = 0
    max_pending: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        says(
            "Connections whose first request is not complete yet; never more than half of the "
            "files that may be open."
        ),
    ] = 10000
    max_handshakes: Annotated[
        int, Meta(ge=1, le=1_000_000), says("TLS handshakes at once; beyond: closed at accept.")
    ] = 200
    max_head_bytes: Annotated[
        int, Meta(ge=1024, le=1_048_576), says("Length of a request head.")
    ] = 8192
    max_head_lines: Annotated[int, Meta(ge=10, le=10000), says("Header lines of a request.")] = 100
    max_body_bytes: Annotated[
        int, Meta(ge=1024, le=1_073_741_824), says("Length of a request body, sources excepted.")
    ] = 65536
    header_timeout: Annotated[Timeout, says("Seconds for a request head.")] = 15.0
    body_timeout: Annotated[Timeout, says("Seconds for a request body, sources excepted.")] = 30.0
    idle_timeout: Annotated[
        Timeout, says("Seconds that a connection may wait for its next request.")
    ] = 15.0
    source_timeout: Annotated[
        Timeout, says("Seconds without data after which a source is dropped.")
    ] = 10.0
    source_lead: Annotated[
        Seconds, says("Seconds that a source may be ahead of real time; 0: no limit.")
    ] = 10.0
    takeover: Annotated[
        bool, says("An encoder that comes back replaces its own silent session.")
    ] = True
    takeover_after: Annotated[
        Seconds, says("Seconds of silence before a session can be replaced.")
    ] = 2.0
    hold_time: Annotated[
        Seconds, says("Seconds that a source may be gone before its fallback is heard.")
    ] = 0.0
    return_after: Annotated[
        Seconds, says("Seconds that a source must be good before it is heard again.")
    ] = 10.0
    stall_after: Annotated[
        Timeout, says("Seconds without data after which a fallback is heard, if there is one.")
    ] = 3.0
    stop_timeout: Annotated[Timeout, says("Seconds to end everything when stopping.")] = 10.0

    log_level: Annotated[
        Literal["debug", "info", "warn", "error"], says("What the log is to hold.")
    ] = "info"
    json_logs: Annotated[bool, says("Log lines are JSON objects.")] = False
    log_file: Annotated[Text, says("File of the log; empty: standard output.")] = ""
    access_log_file: Annotated[Text, says("File of the access log; empty: none.")] = ""
    auth_log_file: Annotated[Text, says("File for failed logins, for fail2ban; empty: none.")] = ""

    def workers_on(self, cores: int) -> int:
        """How many processes serve listeners on a machine with so many cores."""
        return max(1, cores - 1) if self.workers == AUTO else self.workers

    @property
    def serves_tls(self) -> bool:
        """Whether the port with TLS is open: it is wanted, and there are files for it."""
        has_files = bool(self.cert_file or self.key_file)
        return self.use_https and (has_files or not self.auto_https)

    @property
    def shoutcast_port_used(self) -> int:
        """The port for Shoutcast encoders: as given, or the one after ``port``; 0: off."""
        if self.shoutcast_port is not None:
            return self.shoutcast_port
        return self.port + 1 if 0 < self.port < 65535 else 0
