"""Things that stand in lists and objects of ``tinyice.json``: bans, tokens, relays, ..."""

from hashlib import sha256
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tinyice.config.kinds import (
    BurstSize,
    Digest,
    Fingerprint,
    Header,
    HeaderName,
    LoginName,
    Moment,
    MountPath,
    PathPrefix,
    Seconds,
    SentSecret,
    Text,
    Timeout,
    WebAddress,
    says,
)
from tinyice.core.quality import Quality


class BanNote(Struct, frozen=True, kw_only=True):
    """What is known about one entry of ``banned_ips``."""

    reason: Annotated[Text, says("Why.")] = ""
    until: Annotated[
        Moment, says("When the ban ends, like 2030-12-31T23:59:59Z; empty: never.")
    ] = ""


class ApiToken(Struct, frozen=True, kw_only=True):
    """A token of the API. The server writes these; the token itself is nowhere."""

    id: Annotated[Text, says("What the token is called in lists and logs.")] = ""
    name: Annotated[Text, says("What its user calls it.")] = ""
    user: Annotated[Text, says("Whose it is: it may do what that account may.")] = ""
    hash: Annotated[Digest, says("SHA-256 of the token; without it the token opens nothing.")] = ""
    created_at: Annotated[Moment, says("When it was made.")] = ""
    expires_at: Annotated[Moment, says("When it ends; empty: never.")] = ""
    username: Annotated[Text, says("As `user`, in files of the Go server.")] = ""
    token_hash: Annotated[Digest, says("As `hash`, in files of the Go server.")] = ""
    role: Annotated[
        Text, says("In files of the Go server; a token for less than its user may is not used.")
    ] = ""

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.user or self.username

    @property
    def digest(self) -> str:
        """What it must be the SHA-256 of."""
        return self.hash or self.token_hash


class UrlAuth(Struct, frozen=True, kw_only=True):
    """A web site that is asked who may listen and who may feed, as Icecast does it."""

    listener_add: Annotated[
        WebAddress, says("Asked for each listener, who waits for the answer.")
    ] = ""
    listener_remove: Annotated[WebAddress, says("Told of each listener who has left.")] = ""
    mount_add: Annotated[WebAddress, says("Told when a source begins.")] = ""
    mount_remove: Annotated[WebAddress, says("Told when a source ends.")] = ""
    stream_auth: Annotated[
        WebAddress, says("Asked for each source, in place of the passwords here.")
    ] = ""
    username: Annotated[LoginName, says("Name that the server logs in to the site with.")] = ""
    password: Annotated[
        SentSecret, says("Password for that; it is sent, so it stays as it is in the file.")
    ] = ""
    headers: Annotated[
        tuple[HeaderName, ...], says("Headers of the listener's request that are passed on.")
    ] = ()
    header_prefix: Annotated[HeaderName, says("Put before the names of those headers.")] = ""
    auth_header: Annotated[Header, says("Header of an answer that lets in.")] = (
        "icecast-auth-user: 1"
    )
    timelimit_header: Annotated[
        Header, says("Header of an answer that says after how many seconds a listener goes.")
    ] = "icecast-auth-timelimit:"
    timeout: Annotated[Timeout, says("Seconds for the site to answer.")] = 5.0
    when_down: Annotated[
        Literal["refuse", "allow"], says("What becomes of listeners when it does not answer.")
    ] = "refuse"


class Relay(Struct, frozen=True, kw_only=True):
    """A mount that is fed with a stream of another server."""

    mount: Annotated[MountPath, says("Mount that is fed.")] = ""
    url: Annotated[WebAddress, says("Address of the stream, http or https.")] = ""
    urls: Annotated[
        tuple[WebAddress, ...],
        says("More addresses of it, the best first: the next one is used when one fails."),
    ] = ()
    user: Annotated[
        LoginName, says("Name to log in with there; empty: `source`, where there is a password.")
    ] = ""
    password: Annotated[
        SentSecret, says("Password for that; it is sent, so it stays as it is in the file.")
    ] = ""
    enabled: Annotated[bool, says("Whether the relay runs.")] = True
    on_demand: Annotated[bool, says("Connect when somebody listens, and only as long.")] = False
    linger: Annotated[
        Seconds, says("Seconds that an on-demand relay goes on without listeners.")
    ] = 20.0
    idle_timeout: Annotated[
        Timeout, says("Seconds without audio after which the stream counts as lost.")
    ] = 8.0
    pin: Annotated[
        Fingerprint,
        says("SHA-256 of the certificate there; names and authorities then do not count."),
    ] = ""
    guarded: Annotated[
        bool,
        says("Only public addresses, and those in `outbound_allow`; the API writes this."),
    ] = False
    burst_size: Annotated[
        BurstSize, says("Kept, not used: the mount's settings have the burst of its listeners.")
    ] = 0


class Master(Struct, frozen=True, kw_only=True):
    """A server all of whose mounts are relayed, new ones too."""

    url: Annotated[WebAddress, says("Address of the server, without a path.")] = ""
    user: Annotated[LoginName, says("Name of relays there.")] = "relay"
    password: Annotated[
        SentSecret, says("Password of relays there; it is sent, so it stays as it is.")
    ] = ""
    interval: Annotated[
        float, Meta(ge=1, le=86400), says("Seconds between two looks at its list of mounts.")
    ] = 120.0
    on_demand: Annotated[bool, says("Relay a mount only while somebody listens.")] = False
    prefix: Annotated[
        PathPrefix, says("Put before the paths of its mounts here, for example /hub.")
    ] = ""
    enabled: Annotated[bool, says("Whether it is mirrored.")] = True
    guarded: Annotated[
        bool,
        says("Only public addresses, and those in `outbound_allow`; the API writes this."),
    ] = False


class Push(Struct, frozen=True, kw_only=True):
    """A mount that is sent to another server, as an encoder would send it."""

    id: Annotated[
        Text, says("What it is called in the API and in logs; empty: made of `mount` and `url`.")
    ] = ""
    mount: Annotated[MountPath, says("Mount that is sent.")] = ""
    url: Annotated[
        WebAddress,
        says(
            "Where to: the server, and the path of the mount there. Shoutcast servers take "
            "sources on the port after the one that is named here."
        ),
    ] = ""
    user: Annotated[
        LoginName, says("Name to log in with there; empty: `source`, in Shoutcast none.")
    ] = ""
    password: Annotated[
        SentSecret, says("Password for that; it is sent, so it stays as it is in the file.")
    ] = ""
    protocol: Annotated[
        Literal["put", "source", "shoutcast"],
        says("How: `put` for Icecast from 2.4 on, `source` for older ones, `shoutcast`."),
    ] = "put"
    enabled: Annotated[bool, says("Whether it is sent.")] = True
    public: Annotated[
        bool | None, says("Whether directories may list it there; null: as the encoder says.")
    ] = None
    name: Annotated[Text, says("Replaces the name of the station there.")] = ""
    description: Annotated[Text, says("Replaces its description there.")] = ""
    genre: Annotated[Text, says("Replaces its genre there.")] = ""
    pin: Annotated[
        Fingerprint,
        says("SHA-256 of the certificate there; names and authorities then do not count."),
    ] = ""
    guarded: Annotated[
        bool,
        says("Only public addresses, and those in `outbound_allow`; the API writes this."),
    ] = False

    @property
    def called(self) -> str:
        """What it is called: its id, or else what its mount and address give."""
        return self.id or sha256(f"{self.mount} {self.url}".encode()).hexdigest()[:8]


class Transcoder(Struct, frozen=True, kw_only=True):
    """A mount that plays what another mount plays, in another quality."""

    name: Annotated[
        Text, says("What it is called in the API and in logs; empty: as its output mount.")
    ] = ""
    input_mount: Annotated[MountPath, says("Mount that is listened to.")] = ""
    output_mount: Annotated[MountPath, says("Mount that is fed.")] = ""
    format: Annotated[
        Literal["mp3", "opus", "aac", "flac"],
        says("What it plays there: `mp3`, `opus` and `flac` (both in Ogg), `aac` (ADTS)."),
    ] = "mp3"
    bitrate: Annotated[
        int, Meta(ge=0, le=1000), says("Bit rate in kbit/s; FLAC has none of its own.")
    ] = 128
    sample_rate: Annotated[
        int,
        Meta(ge=0, le=192_000),
        says("Samples a second; 0: those of the input, as far as the format has them."),
    ] = 0
    channels: Annotated[
        int, Meta(ge=0, le=2), says("1 or 2; 0: those of the input, at most 2.")
    ] = 0
    enabled: Annotated[bool, says("Whether it runs.")] = True
    visibility: Annotated[
        Literal["", "public", "unlisted"],
        says("Whether lists show the output mount; empty: as the keys for all mounts say."),
    ] = ""
    opus_application: Annotated[
        Literal["", "audio", "voip", "lowdelay"], says("What Opus is tuned for; empty: audio.")
    ] = ""
    opus_vbr: Annotated[bool, says("Whether Opus varies its bit rate.")] = True
    opus_complexity: Annotated[
        int, Meta(ge=0, le=10), says("How hard Opus tries: 10 sounds best, 0 costs least.")
    ] = 10
    opus_frame_size_ms: Annotated[
        float,
        Meta(ge=0, le=60),
        says("Milliseconds in one frame of Opus: 2.5, 5, 10, 20, 40 or 60; 0: 20."),
    ] = 20.0

    @property
    def called(self) -> str:
        """What it is called: its name, or else its output mount."""
        return self.name or self.output_mount.lstrip("/")

    @property
    def quality(self) -> Quality:
        """What it makes."""
        return Quality(
            format=self.format,
            bitrate=self.bitrate,
            samplerate=self.sample_rate,
            channels=self.channels,
            opus_application=self.opus_application or "audio",
            opus_vbr=self.opus_vbr,
            opus_complexity=self.opus_complexity,
            opus_frame_ms=float(self.opus_frame_size_ms) or 20.0,
        )
