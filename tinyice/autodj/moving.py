"""An AutoDJ that is to play from another folder, and what plays until it can."""

from collections.abc import Callable

from tinyice.autodj.filling import Filling
from tinyice.autodj.player import Player
from tinyice.autodj.upnext import ASKED
from tinyice.config.autodjs import AutoDJ
from tinyice.core.codec_events import ListsDropped
from tinyice.core.events import Event


class Moving:
    """Takes what is in the lists of ``player`` away, and lets what ``filling`` finds play.

    What plays plays on until then, so that nobody hears a gap.
    """

    def __init__(self, player: Player, filling: Filling, publish: Callable[[Event], None]) -> None:
        self._player = player
        self._filling = filling
        self._publish = publish
        self.is_under_way = False
        """Whether something of the folder before plays."""

    def begin(self, config: AutoDJ) -> None:
        """The music is in another folder now. What people have put together is told."""
        player = self._player
        entries = 0 if self._filling.is_ours else len(player.playlist)
        queued = sum(priority > ASKED for _, priority in player.up_next.all())
        player.clear()
        self._filling.begin_anew(name=config.last_playlist, paths=config.playlist)
        self.is_under_way = player.snapshot().entry is not None
        if entries or queued:
            self._publish(ListsDropped(config.mount, entries, queued))

    def began(self) -> None:
        """Another track plays."""
        self.is_under_way = False

    def sweep(self) -> None:
        """Once a second: what is there now plays at once."""
        player = self._player
        if self.is_under_way and (len(player.playlist) or len(player.up_next)):
            self.is_under_way = False
            player.move_on()
