"""What is in the playlist of an AutoDJ as long as nobody has made it by hand.

Rules of this file:

- a saved playlist goes before paths of the configuration, these before all of the folder;
- it follows the library: what comes and goes there comes and goes here, and what stays
  keeps its number. What plays is not taken away;
- of a library that is larger than a playlist may be a part is drawn, that was not played
  for longest, and when most of it has played another one;
- from the first change by somebody else on it is theirs, and only gets new descriptions
  of files that have changed.
"""

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.autodj.library import Library
from tinyice.autodj.player import Player
from tinyice.autodj.playlist import ENTRIES_MAX, Playlist
from tinyice.autodj.saved import SavedPlaylists
from tinyice.core.errors import DomainError
from tinyice.core.tracks import PAGE_MAX, Track, TrackQuery
from tinyice.wire.listed import Listed


class Filling:
    """Fills the playlist of ``player``, which plays on ``mount``.

    ``name`` is that of a saved playlist, ``paths`` what is played without one. ``changed``
    is told of the path of each file that is another one now.
    """

    _log = Logger()

    def __init__(
        self,
        mount: str,
        player: Player,
        library: Library,
        saved: SavedPlaylists,
        *,
        name: str,
        paths: Sequence[str],
        changed: Callable[[str], None],
    ) -> None:
        self._mount = mount
        self._player = player
        self._library = library
        self._saved = saved
        self._name = name
        self._paths = tuple(paths)
        self._changed = changed
        self._version = player.playlist.version
        self._is_drawn = False
        self._left = 0
        """Of what was drawn, so many are to be played."""
        self._is_busy = self._is_due = False
        self.is_patient = True
        """Whether a scan under way is waited for, that may find what is missing."""
        self.fault = ""
        """Why the playlist is not what it is to be; "": it is."""

    @property
    def is_ours(self) -> bool:
        """Whether nobody has changed the playlist by hand."""
        return self._player.playlist.version == self._version

    def leave(self) -> None:
        """The playlist is somebody's from now on."""
        self._version = 0

    def go_on(self, *, is_ours: bool) -> None:
        """The playlist is as it was in an earlier run; whether we made it then."""
        self._version = self._player.playlist.version if is_ours else 0

    def turn_to(self, library: Library) -> None:
        """What is to be there is in ``library`` from now on."""
        self._library = library

    def begin_anew(self, *, name: str, paths: Sequence[str]) -> None:
        """The playlist is empty, and ours."""
        self._name, self._paths = name, tuple(paths)
        self._version = self._player.playlist.version
        self._is_drawn, self.is_patient = False, True

    def played(self) -> None:
        """Another track plays."""
        if self._is_drawn:
            self._left -= 1
            if self._left <= 0 and self.is_ours:
                self._is_drawn = False
                self.renew()

    def renew(self) -> None:
        """Look at the library again, soon."""
        if self._is_busy:
            self._is_due = True
            return
        self._is_busy = True
        filling = Deferred.fromCoroutine(self.fill())
        filling.addErrback(self._failed).addCallback(self._done)

    async def fill(self) -> None:
        """Bring the playlist to what it is to be; what goes wrong is in ``fault``."""
        try:
            if self.is_ours and not self._is_drawn:
                await self._follow()
            else:
                await self._describe()
            self.fault = ""
        except DomainError as error:
            self.fault = str(error)

    async def _follow(self) -> None:
        library = self._library
        wanted, is_whole, gain_db = await self._wanted()
        if not is_whole and self.is_patient and self._library.scanning:
            return
        # Somebody may have begun to make it by hand meanwhile, or turned to another library.
        if self.is_ours and library is self._library:
            current = self._player.snapshot().entry
            kept = None if current is None else current.id
            self._note_changes(wanted)
            self._player.edit(lambda playlist: bring(playlist, wanted, kept, gain_db))
            self._version = self._player.playlist.version

    async def _describe(self) -> None:
        """Let entries know what their files are now."""
        is_ours, library = self.is_ours, self._library
        before = list(self._player.playlist)
        tracks = await library.tracks([entry.track.path for entry in before])
        if library is not self._library:
            return
        playlist = self._player.playlist
        changed = [
            (entry.id, track)
            for entry, track in zip(before, tracks, strict=True)
            if track is not None and track != entry.track and entry.id in playlist
        ]
        if changed:
            self._note_changes([track for _entry, track in changed])
            self._player.edit(lambda playlist: update(playlist, changed))
            if is_ours:
                self._version = playlist.version

    def _note_changes(self, tracks: Sequence[Track]) -> None:
        before = {entry.track.path: entry.track for entry in self._player.playlist}
        for track in tracks:
            if before.get(track.path, track) != track:
                self._changed(track.path)

    async def _wanted(self) -> tuple[Sequence[Track], bool, float]:
        """What is to be there, as far as it is known, whether that is all, and its gain."""
        if self._name:
            try:
                gain_db = await self._saved.gain(self._name)
                return *await self._listed(await self._saved.listed(self._name)), gain_db
            except DomainError as error:
                self._log.warn("{mount}: {reason}", mount=self._mount, reason=str(error))
                self._name = ""
        if self._paths:
            return *await self._listed([Listed(path) for path in self._paths]), 0.0
        everything = await self._everything()
        return everything, bool(everything), 0.0

    async def _listed(self, listed: Sequence[Listed]) -> tuple[Sequence[Track], bool]:
        tracks = await self._library.listed(listed)
        return [track for track in tracks if track is not None], None not in tracks

    async def _everything(self) -> Sequence[Track]:
        found: list[Track] = []
        while True:
            page = await self._library.find(TrackQuery(offset=len(found), limit=PAGE_MAX))
            if page.total > ENTRIES_MAX:
                drawn = await self._library.draw(self._mount, PAGE_MAX)
                self._is_drawn, self._left = True, len(drawn) * 4 // 5
                return drawn
            found += page.tracks
            if not page.tracks or len(found) >= page.total:
                return found

    def _failed(self, failure: Failure) -> None:
        self._log.failure("the playlist of {mount} is not filled", failure, mount=self._mount)

    def _done(self, _done: None) -> None:
        self._is_busy = False
        if self._is_due:
            self._is_due = False
            self.renew()


def update(playlist: Playlist, changed: Sequence[tuple[int, Track]]) -> None:
    """Let these entries have other descriptions."""
    for entry, track in changed:
        playlist.update(entry, track)


def bring(
    playlist: Playlist, wanted: Sequence[Track], kept: int | None = None, gain_db: float = 0.0
) -> None:
    """Let ``playlist`` be ``wanted``, with as little change as can be; ``kept`` stays, too.

    ``gain_db`` is that of each entry.
    """
    paths = {track.path for track in wanted}
    playlist.remove(
        [each.id for each in playlist if each.track.path not in paths and each.id != kept]
    )
    missing: list[Track] = []
    position = 0
    for track in wanted:
        at_hand = playlist.at(position) if position < len(playlist) else None
        if at_hand is not None and at_hand.track.path not in paths:
            # what plays, and is no more: it stays where it is
            position += 1
            at_hand = playlist.at(position) if position < len(playlist) else None
        if at_hand is None or at_hand.track.path != track.path:
            missing.append(track)
            continue
        if missing:
            playlist.add(missing, position, [gain_db] * len(missing))
            position += len(missing)
            missing = []
        playlist.update(at_hand.id, track, gain_db)
        position += 1
    playlist.add(missing, position, [gain_db] * len(missing))
    position += len(missing)
    surplus = [each.id for each in playlist.page(position, len(playlist)) if each.id != kept]
    playlist.remove(surplus)
