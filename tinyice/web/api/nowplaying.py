"""What plays now, in the shape that AzuraCast gives it: widgets, bots and overlays read that.

Every mount is a station. What we do not know is null or empty, of the type that
readers expect; what we do not measure is never made up: ``duration`` and
``remaining`` are 0 on a live stream, and known of what an AutoDJ plays while listeners
hear it. ``listeners.unique`` counts connections.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from tinyice.core.access.permissions import Action
from tinyice.core.autodjs import AutoDJSnapshot, DjState, TrackRow
from tinyice.core.played import Title
from tinyice.core.snapshots import MountSnapshot
from tinyice.core.tags import Tags
from tinyice.web.api.operation import Call, Nothing, Operations
from tinyice.web.api.problems import Unfit
from tinyice.web.api.services import Services
from tinyice.web.artwork import AUTODJ, art_of, told_track
from tinyice.web.origin import configured_base, mount_url
from tinyice.web.shortcodes import mount_named, number_of, shortcode_of
from tinyice.web.social import picture
from tinyice.web.titles import artist_and_title
from tinyice.web.words import codec_in_words, display_name, kbit_rate

NOW_PLAYING = Operations("now playing")

Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=300,
        # what an address can carry
        pattern=r"^(?!.*\.\.)[^\x00-\x1f\x7f/][^\x00-\x1f\x7f]*$",
        description="Short name, path or number of a mount.",
        examples=["live"],
    ),
]


class Station(Struct, frozen=True, kw_only=True):
    """Which station."""

    station: Name


class NowListening(Struct, frozen=True, kw_only=True):
    """How many listen."""

    total: int
    unique: int
    current: int


class NowMount(Struct, frozen=True, kw_only=True):
    """One way to hear a station."""

    id: int
    name: str
    url: str
    bitrate: int | None
    format: str | None
    listeners: NowListening
    path: str
    is_default: bool = True


class NowStation(Struct, frozen=True, kw_only=True):
    """A station."""

    id: int
    name: str
    shortcode: str
    description: str
    listen_url: str
    url: str | None
    public_player_url: str
    playlist_pls_url: str
    playlist_m3u_url: str
    is_public: bool
    mounts: tuple[NowMount, ...]
    frontend: str = "icecast"
    backend: str = "none"
    timezone: str = "UTC"
    requests_enabled: bool = False
    remotes: tuple[NowMount, ...] = ()
    hls_enabled: bool = False
    hls_is_default: bool = False
    hls_url: str | None = None
    hls_listeners: int = 0


class NowLive(Struct, frozen=True, kw_only=True):
    """Whether somebody sends, in place of a machine."""

    is_live: bool
    streamer_name: str = ""
    broadcast_start: int | None = None
    art: str | None = None


class NowSong(Struct, frozen=True, kw_only=True):
    """A title. ``id`` is the same whenever the same one plays."""

    id: str
    art: str
    text: str
    artist: str
    title: str
    album: str = ""
    genre: str = ""
    isrc: str = ""
    lyrics: str = ""
    custom_fields: dict[str, Any] = field(default_factory=dict)


class NowPlayed(Struct, frozen=True, kw_only=True):
    """A title that played, and since when (seconds since 1970; 0: nobody said)."""

    sh_id: int
    played_at: int
    song: NowSong
    duration: int = 0
    playlist: str = ""
    streamer: str = ""
    is_request: bool = False


class NowNext(Struct, frozen=True, kw_only=True):
    """The title that comes next, and when (seconds since 1970; 0: nobody knows)."""

    played_at: int
    song: NowSong
    duration: int
    cued_at: int = 0
    playlist: str = ""
    is_request: bool = False


class NowCurrent(Struct, frozen=True, kw_only=True):
    """The title that plays, for how long already, and of how much (0: nobody knows)."""

    sh_id: int
    played_at: int
    song: NowSong
    elapsed: int
    duration: int = 0
    remaining: int = 0
    playlist: str = ""
    streamer: str = ""
    is_request: bool = False


class NowPlaying(Struct, frozen=True, kw_only=True):
    """A station, and what plays on it."""

    station: NowStation
    listeners: NowListening
    live: NowLive
    now_playing: NowCurrent
    playing_next: NowNext | None
    song_history: tuple[NowPlayed, ...]
    is_online: bool
    cache: str | None = None


@NOW_PLAYING.add("GET", "/api/nowplaying", Action.SEE_PUBLIC, answer=tuple[NowPlaying, ...])
async def now_playing(services: Services, call: Call[Nothing, Nothing]) -> tuple[NowPlaying, ...]:
    """What plays on every mount on air that is not hidden, in the shape of AzuraCast."""
    return tuple(now_playing_of(mount, services) for mount in call.recent().public_mounts)


@NOW_PLAYING.add(
    "GET",
    "/api/nowplaying/{station}",
    Action.SEE_PUBLIC,
    query=Station,
    answer=NowPlaying,
)
async def now_playing_on(services: Services, call: Call[Station, Nothing]) -> NowPlaying:
    """What plays on one mount, in the shape of AzuraCast.

    A hidden mount is told to who knows its name. One that is off air is not online.
    """
    mount = mount_named(call.recent().mounts, call.query.station)
    if mount is None:
        raise Unfit(404, "station-unknown", "there is no such station", "station")
    return now_playing_of(mount, services)


def now_playing_of(mount: MountSnapshot, services: Services) -> NowPlaying:
    """The document of one mount."""
    titles = services.played(mount.path)
    now = int(services.now().timestamp())
    current = next((one for one in titles[:1] if one.tags.display == mount.tags.display), None)
    since = int(current.at.timestamp()) if current is not None else 0
    base = configured_base(services.settings())
    sign = picture(base, services.settings())
    dj = _dj_on(mount, services)
    art = art_of(mount, dj)
    times = _times(mount, dj, max(0, now - since) if since else 0)
    history = titles if current is None else titles[1:]
    connected = None if mount.connected_at is None else int(mount.connected_at.timestamp())
    return NowPlaying(
        station=_station(mount, base),
        listeners=_listening(mount),
        live=NowLive(is_live=mount.source_kind in _LIVE, broadcast_start=connected),
        now_playing=NowCurrent(
            sh_id=since,
            played_at=since,
            song=_song(
                mount.tags,
                mount.station.genre,
                base + art if art else sign,
                told_track(mount, dj),
            ),
            elapsed=times.elapsed,
            duration=times.duration,
            remaining=times.remaining,
        ),
        playing_next=_next(mount, dj, now + times.remaining if times.remaining else 0, sign),
        song_history=tuple(_played(title, sign) for title in history),
        is_online=mount.on_air,
    )


_LIVE = ("client", "browser")


@dataclass(frozen=True, slots=True)
class _Times:
    """How far a title is, in seconds."""

    elapsed: int
    duration: int
    remaining: int


def _dj_on(mount: MountSnapshot, services: Services) -> AutoDJSnapshot | None:
    found = services.autodjs.get(mount.path) if mount.source_kind == AUTODJ else None
    return None if found is None else found.snapshot()


def _times(mount: MountSnapshot, dj: AutoDJSnapshot | None, told: int) -> _Times:
    """``told``: for how long it plays by what listeners were told."""
    track = told_track(mount, dj)
    if dj is None or track is None:
        return _Times(told, 0, 0)
    duration = round(track.seconds)
    elapsed = min(int(dj.elapsed_s), duration) if duration else int(dj.elapsed_s)
    return _Times(elapsed, duration, max(0, duration - elapsed))


def _next(mount: MountSnapshot, dj: AutoDJSnapshot | None, begins: int, art: str) -> NowNext | None:
    """What comes then, as far as that is known."""
    if dj is None or dj.next is None or told_track(mount, dj) is None:
        return None
    track = dj.next.track
    return NowNext(
        played_at=begins if dj.state is DjState.PLAY else 0,
        song=_song(Tags(track.artist, track.title), mount.station.genre, art, track),
        duration=round(track.seconds),
    )


def _station(mount: MountSnapshot, base: str) -> NowStation:
    address = mount_url(base, mount.path)
    kind = codec_in_words(mount) if mount.on_air else None
    way = NowMount(
        id=number_of(mount.path),
        name=display_name(mount),
        url=address,
        bitrate=kbit_rate(mount) or None,
        format=kind and kind.lower(),
        listeners=_listening(mount),
        path=mount.path,
    )
    return NowStation(
        id=number_of(mount.path),
        name=display_name(mount),
        shortcode=shortcode_of(mount.path),
        description=mount.station.description,
        listen_url=address,
        url=mount.station.url or None,
        public_player_url=mount_url(f"{base}/player", mount.path),
        playlist_pls_url=f"{address}.pls",
        playlist_m3u_url=f"{address}.m3u",
        is_public=mount.visible,
        mounts=(way,),
    )


def _listening(mount: MountSnapshot) -> NowListening:
    return NowListening(total=mount.listeners, unique=mount.listeners, current=mount.listeners)


def _played(title: Title, art: str) -> NowPlayed:
    at = int(title.at.timestamp())
    return NowPlayed(sh_id=at, played_at=at, song=_song(title.tags, "", art))


def _song(tags: Tags, genre: str, art: str, track: TrackRow | None = None) -> NowSong:
    """``sh_id`` and ``id`` are made of what we know: there is no database of titles."""
    artist, title = artist_and_title(tags)
    digest = sha256(tags.display.encode("utf-8", "replace")).hexdigest()
    return NowSong(
        id=digest[:32],
        art=art,
        text=tags.display,
        artist=artist,
        title=title,
        album="" if track is None else track.album,
        genre=track.genre if track is not None and track.genre else genre,
    )
