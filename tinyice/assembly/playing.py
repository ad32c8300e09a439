"""Files and silence of the chains: loaded with the first mount that names one."""

import os
from typing import TYPE_CHECKING, cast

from twisted.internet.interfaces import IReactorProcess

from tinyice.assembly.ground import Ground
from tinyice.core.inputs import FILE, SILENCE
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.formats.frozen import State

if TYPE_CHECKING:
    from tinyice.codec.silence_maker import SilenceMaker
    from tinyice.playout.players import Playout
    from tinyice.playout.silence import SilenceKind


class Playing:
    """``Players`` of the station (``core/chains.py``)."""

    def __init__(self, ground: Ground, mounts: Mounts) -> None:
        self._ground = ground
        self._mounts = mounts
        self._playout: Playout | None = None
        self._maker: SilenceMaker | None = None
        self._is_started = False
        self._positions: State = {}
        """Where files go on that another process has played."""

    def freeze(self) -> State:
        """Where each file is; see ``formats/frozen.py``."""
        return {} if self._playout is None else self._playout.freeze()

    def thaw(self, state: State) -> None:
        """Go on there; nothing is played yet."""
        self._positions = state

    def start(self) -> None:
        """Let every mount have what its chain names."""
        self._is_started = True
        for mount in self._mounts:
            self.see_to(mount)

    def see_to(self, mount: Mount) -> None:
        """``Players.see_to``: the chain of ``mount`` or its format may be another now."""
        if not self._is_started:
            return
        chain = mount.settings.chain
        if self._playout is None and any(one == SILENCE or one.startswith(FILE) for one in chain):
            self._playout = self._load()
        if self._playout is not None:
            self._playout.see_to(mount)

    def stop(self) -> None:
        """Play nothing any more."""
        self._is_started = False
        if self._playout is not None:
            self._playout.stop()
        if self._maker is not None:
            self._maker.stop()

    def _load(self) -> "Playout":
        # loaded by the first chain that names a file or silence
        from tinyice.playout.players import Playout  # noqa: PLC0415

        ground = self._ground
        playout = Playout(
            self._mounts,
            folder=ground.folder,
            worker=ground.worker,
            make=self._make,
            clock=ground.reactor,
            now=ground.now,
            publish=ground.hub.publish,
        )
        playout.thaw(self._positions)
        return playout

    async def _make(self, kind: "SilenceKind") -> bytes:
        # loaded by the first mount that needs silence
        from tinyice.codec.silence_maker import NoSilence, SilenceMaker  # noqa: PLC0415
        from tinyice.playout.errors import Unplayable  # noqa: PLC0415
        from tinyice.work.environment import child_environment  # noqa: PLC0415

        reactor = self._ground.reactor
        if self._maker is None:
            self._maker = SilenceMaker(
                child_environment(os.environ),
                spawner=cast("IReactorProcess", reactor),
                clock=reactor,
            )
        wanted = (kind.container, kind.codec, kind.samplerate, kind.channels, kind.bitrate)
        try:
            return await self._maker.make(wanted)
        except NoSilence as error:
            raise Unplayable(str(error), is_final=error.is_final) from error
