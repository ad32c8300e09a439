"""Pictures of tracks: where they are, and how they are answered.

An address with a version in it may be kept by browsers, because a file that changes
gets another one. One without is asked for again, by its tag.
"""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from twisted.web.server import Request

from tinyice.core.artwork import Artwork
from tinyice.core.autodjs import AutoDJSnapshot, TrackRow
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.answers import FOR_ANY_ORIGIN, Answer, Fields, respond
from tinyice.web.autodj_ports import AutoDjs

ArtOf = Callable[[MountSnapshot], str]
"""The address of the picture of what plays, "": there is none that everybody may see."""

AUTODJ = "autodj"
_ALONE = ("Content-Security-Policy", "default-src 'none'; sandbox")
_KEPT_S = 86_400


def no_art(_mount: MountSnapshot) -> str:
    """Nobody has pictures."""
    return ""


def arts(autodjs: AutoDjs) -> ArtOf:
    """The pictures of what ``autodjs`` play."""

    def art(mount: MountSnapshot) -> str:
        if mount.source_kind != AUTODJ:
            return ""
        found = autodjs.get(mount.path)
        return art_of(mount, None if found is None else found.snapshot())

    return art


def art_of(mount: MountSnapshot, dj: AutoDJSnapshot | None) -> str:
    """The address of the picture of what ``dj`` plays on ``mount``, if everybody may see it."""
    track = shown_track(mount, dj)
    if track is None:
        return ""
    return f"{urls.COVERS}{quote(mount.path, safe='/')}?v={version_of(track)}"


def shown_track(mount: MountSnapshot, dj: AutoDJSnapshot | None) -> TrackRow | None:
    """What plays and has a picture, where everybody may know of it."""
    track = told_track(mount, dj)
    return track if track is not None and track.has_cover else None


def told_track(mount: MountSnapshot, dj: AutoDJSnapshot | None) -> TrackRow | None:
    """What plays, where listeners hear it and are told its title."""
    if mount.source_kind != AUTODJ or not mount.tags.display or dj is None or dj.now is None:
        return None
    return dj.now.track if dj.is_heard else None


def version_of(track: TrackRow) -> str:
    """Another one for another track, and for another file in its place."""
    return f"{track.id:x}.{track.version}"


def cover_of(mount: str, track: TrackRow) -> str:
    """The address of the picture of a track, for who works with the AutoDJ of ``mount``."""
    return _address(urls.STUDIO_COVER, mount, track) if track.id and track.has_cover else ""


def waveform_of(mount: str, track: TrackRow) -> str:
    """The address of what a track looks like; the same."""
    return _address(urls.STUDIO_WAVEFORM, mount, track) if track.id else ""


def answer_picture(
    request: Request, found: Artwork | None, *, is_versioned: bool, is_public: bool
) -> bytes:
    """``found``, or that there is none."""
    who = "public" if is_public else "private"
    fields: Fields = (*kept(who, is_versioned=is_versioned), _ALONE)
    if is_public:
        fields = (*fields, *FOR_ANY_ORIGIN)
    if found is None:
        return respond(request, Answer(404, "text/plain; charset=utf-8", b"", fields))
    tag = f'"{found.digest}"'
    fields = (*fields, ("ETag", tag))
    if tag in (request.getHeader("If-None-Match") or ""):
        return respond(request, Answer(304, found.kind, b"", fields))
    return respond(request, Answer(200, found.kind, found.picture, fields))


def kept(who: str, *, is_versioned: bool) -> Fields:
    """How long a browser, or all on the way to it, may keep an answer."""
    how = f"{who}, max-age={_KEPT_S}" if is_versioned else f"{who}, no-cache"
    return (("Cache-Control", how),)


def _address(page: str, mount: str, track: TrackRow) -> str:
    query = {"mount": mount, "track": track.id, "v": track.version}
    return f"{page}?{urlencode(query, safe='/')}"
