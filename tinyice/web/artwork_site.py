"""Pictures of tracks: covers for everybody and for the Studio, and waveforms."""

import json
from hashlib import blake2b

from klein import Klein
from twisted.web.server import Request
from werkzeug.exceptions import NotFound

from tinyice.core.access.permissions import Action
from tinyice.core.artwork import Artwork
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import NOT_CACHED, Answer, respond
from tinyice.web.artwork import answer_picture, kept, shown_track, version_of
from tinyice.web.autodj_ports import AutoDjs, MusicLibrary
from tinyice.web.cache import Briefly
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router

_DIGITS_MAX = 18
_NOTHING = b'{"peaks":[],"levels":[]}'


class ArtworkSite:
    """What tracks of AutoDJs look like."""

    router = Router()

    def __init__(self, autodjs: AutoDjs, recent: Briefly[StationSnapshot], *, guard: Guard) -> None:
        self.guard = guard
        self._autodjs = autodjs
        self._recent = recent

    def klein(self) -> Klein:
        """The application, bound to these AutoDJs."""
        return self.router.bound(self)

    @router.route(urls.COVER, Action.SEE_PUBLIC)
    async def now(self, request: Request, _caller: Caller, mount: str) -> bytes:
        """The cover of what plays on a mount; with a version in the address no other one."""
        found = self._playable(f"/{mount}")
        dj = self._autodjs.get(found.path)
        track = None if dj is None else shown_track(found, dj.snapshot())
        asked = params_of(request).text("v")
        if dj is None or track is None or asked not in ("", version_of(track)):
            return answer_picture(request, None, is_versioned=False, is_public=True)
        artwork = await dj.library.cover(track.id)
        return answer_picture(request, artwork, is_versioned=bool(asked), is_public=True)

    @router.route(urls.STUDIO_COVER, Action.SEE_AUTODJ, mount="query")
    async def cover(self, request: Request, caller: Caller) -> bytes:
        """The cover of a track of a library."""
        params = params_of(request)
        artwork: Artwork | None = await self._library(caller).cover(_track_in(params))
        is_versioned = artwork is not None and bool(params.text("v"))
        return answer_picture(request, artwork, is_versioned=is_versioned, is_public=False)

    @router.route(urls.STUDIO_WAVEFORM, Action.SEE_AUTODJ, mount="query")
    async def waveform(self, request: Request, caller: Caller) -> bytes:
        """Peaks and levels of a track in columns, each from 0 to 255; none if not measured yet."""
        params = params_of(request)
        found = await self._library(caller).waveform(_track_in(params))
        if found is None:
            return respond(request, Answer(200, "application/json", _NOTHING, NOT_CACHED))
        columns = {"peaks": list(found.peaks), "levels": list(found.levels)}
        body = json.dumps(columns, separators=(",", ":")).encode()
        tag = f'"{blake2b(body, digest_size=10).hexdigest()}"'
        fields = (*kept("private", is_versioned=bool(params.text("v"))), ("ETag", tag))
        if tag in (request.getHeader("If-None-Match") or ""):
            return respond(request, Answer(304, "application/json", b"", fields))
        return respond(request, Answer(200, "application/json", body, fields))

    def _playable(self, path: str) -> MountSnapshot:
        for mount in self._recent.get().mounts:
            if mount.path == path and not mount.disabled:
                return mount
        raise NotFound

    def _library(self, caller: Caller) -> MusicLibrary:
        found = self._autodjs.get(caller.mount)
        if found is None:
            raise NotFound
        return found.library


def _track_in(params: Params) -> int:
    text = params.text("track")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NotFound
    return int(text)
